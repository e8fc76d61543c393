internal import HTTP
internal import Inventory
internal import Planning
internal import Postgres
internal import Storage

/// Abnormal predictions of a run.
struct FlagRoutes: RouteGroup {
  let api: API

  private static let region = Parameter<RegionCode>.code("region", "Only this region's.")
  private static let severity = Parameter<Severity>(
    "severity", schema: .choice(Severity.allCases.map(\.rawValue)),
    expected: "one of " + Severity.allCases.map(\.rawValue).joined(separator: ", "),
    "Only flags as grave as this."
  ) { Severity(rawValue: $0) }
  private static let run = Parameter<Int>.integer(
    "run", 1...Int(Int32.max), "Of this run; without it, of the one in use.")

  private static let operation = Operation(
    "listFlags", "Abnormal predictions, and regions that cannot be predicted",
    tag: API.tags.runs, access: .read,
    parameters: [
      region.facts, severity.facts, run.facts, Parameter<Int>.limit.facts,
      Parameter<Cursor>.cursor.facts,
    ],
    outcomes: [.json("Flags, critical ones first.", .page(of: FlagAnswer.schema))])

  func add(to routes: inout RouteTable) {
    routes.on(.get, "/v1/flags", FlagRoutes.operation) { call in
      let limit = call.value(Parameter<Int>.limit) ?? 100
      var query = FlagQuery(limit: limit + 1)
      query.region = try call.visible(call.value(FlagRoutes.region))
      if let own = try call.knownCaller().visibleRegions { query.region = own.first }
      query.severity = call.value(FlagRoutes.severity)
      query.run = call.value(FlagRoutes.run)
      query.after = try FlagRoutes.position(call)
      let asked = query
      let flags = try await api.pool.use { session in
        try await session.run { db in try FlagStore.flags(asked, in: db) }
      }
      return try Answer.json(
        Page(flags.map(FlagAnswer.init), limit: limit) { [String($0.flag)] })
    }
  }

  private static func position(_ call: WebCall) throws -> Int64? {
    guard let cursor = call.value(Parameter<Cursor>.cursor) else { return nil }
    guard let position = Int64(try cursor.parts(1)[0]) else { throw cursor.invalid }
    return position
  }
}

private struct FlagAnswer: Encodable, Sendable {
  let flag: Int64
  let run: Int
  let rule: String
  let severity: String
  let region: String?
  let level: String?
  let item: String?
  let location: String?
  let category: String?
  let expected: Double?
  let found: Double?
  let message: String
  let raisedAt: String

  private enum CodingKeys: String, CodingKey {
    case flag, run, rule, severity, region, level, item, location, category, expected, found
    case message
    case raisedAt = "raised_at"
  }

  init(_ stored: StoredFlag) {
    flag = stored.id
    run = stored.run
    (rule, severity) = (stored.flag.rule.rawValue, stored.flag.severity.rawValue)
    region = stored.flag.region?.text
    let node = stored.flag.node
    level = node?.level.rawValue
    (item, location, category) = (node?.item?.text, node?.location?.text, node?.category?.text)
    (expected, found) = (stored.flag.expected, stored.flag.found)
    message = stored.flag.message
    raisedAt = stored.raisedAt.description
  }

  static let schema = Schema.object([
    .required("flag", .integer()), .required("run", .integer()),
    .required("rule", .choice(FlagRule.allCases.map(\.rawValue))),
    .required("severity", .choice(Severity.allCases.map(\.rawValue))),
    .optional("region", .code), .optional("level", .choice(Level.allCases.map(\.rawValue))),
    .optional("item", .code), .optional("location", .code), .optional("category", .code),
    .optional("expected", .number), .optional("found", .number), .required("message", .text()),
    .required("raised_at", .instant),
  ])
}

internal import HTTP
internal import Inventory
internal import Postgres
internal import Storage

/// Where sync jobs push.
struct SyncRoutes: RouteGroup {
  static let shownRows = 100

  let api: API

  private static let key = Parameter<String>(
    "Idempotency-Key", in: .header, required: true,
    schema: .text(pattern: "^[A-Za-z0-9._-]{1,128}$"),
    expected: "1 to 128 of A-Z, a-z, 0-9, '.', '_' and '-'",
    "Names the push: the same key and content again get the first answer, other content 422."
  ) { Push.isKey($0) ? $0 : nil }

  private static let kind = Parameter<SyncKind>(
    "kind", in: .path, schema: .choice(SyncKind.allCases.map(\.rawValue)),
    expected: "one of " + SyncKind.allCases.map(\.rawValue).joined(separator: ", "),
    "What the rows are."
  ) { SyncKind(rawValue: $0) }

  private static let completeThrough = Parameter<Day>.day(
    "complete_through", "All locations of the source have sent everything up to this day.")
  private static let generatedAt = Parameter<Instant>.instant(
    "generated_at", "When the rows were written down: the revision of rows without one.")
  private static let strict = Parameter<Bool>.flag(
    "strict", "Refuse all rows if one cannot stand.")
  private static let map = Parameter<String>.text(
    "map", maximumBytes: 2048, "What the rows call our columns: `item=sku,day=date`.")
  private static let ignore = Parameter<String>.text(
    "ignore", maximumBytes: 2048, "Columns of the rows to pass over: `till,clerk`.")

  func add(to routes: inout RouteTable) {
    routes.on(.post, "/v1/sync/complete", SyncRoutes.completeOperation) { call in
      try await complete(call)
    }
    routes.on(.post, "/v1/sync/{kind}", SyncRoutes.pushOperation) { call in
      try await push(call)
    }
  }

  private static let pushOperation = Operation(
    "sync", "Push rows",
    details:
      "A 2xx answer means committed. A row that cannot stand is quarantined with its line and"
      + " a sentence, and never holds up the others.",
    tag: API.tags.sync, access: .sync,
    parameters: [
      key.facts, kind.facts, completeThrough.facts, generatedAt.facts, strict.facts, map.facts,
      ignore.facts,
    ],
    takes: [
      ("text/csv", .csv), ("application/x-ndjson", .text()),
      ("application/json", .array(of: Schema(value: ["type": "object"]))),
    ],
    outcomes: [.json("What became of the rows.", SyncAnswer.schema)])

  private static let completeOperation = Operation(
    "complete", "Say up to which day a location has sent everything", tag: API.tags.sync,
    access: .sync, parameters: [key.facts],
    takes: [
      (
        "application/json",
        .object([.required("location", .code), .required("through", .day)])
      )
    ],
    outcomes: [.json("What became of the watermark.", SyncAnswer.schema)])

  private func push(_ call: WebCall) async throws -> Response {
    let push = try push(of: call)
    let format: RowFormat = call.mediaType == "text/csv" ? .csv : .ndjson
    let bytes =
      call.mediaType == "application/json" ? try JSONRows.lines(call.body) : call.body
    let receipt = try await api.pool.use { session in
      try await Synchronisation.apply(
        push, from: .chunks([bytes]), format: format, clock: api.clock(),
        retention: api.retention, progress: .silent, to: session)
    }
    count(receipt.receipt, push.kind)
    return try Answer.json(
      SyncAnswer(receipt.receipt, receipt.firstQuarantined, receipt.heldBecause))
  }

  private func count(_ receipt: Receipt, _ kind: SyncKind) {
    guard let rows = api.rows, !receipt.isRepeated else { return }
    let counts = receipt.counts
    for (outcome, count) in [
      ("applied", counts.applied), ("duplicate", counts.duplicate), ("stale", counts.stale),
      ("quarantined", counts.quarantined),
    ] { rows.add(Double(count), kind.rawValue, outcome) }
  }

  private func push(of call: WebCall) throws -> Push {
    let mapping: ColumnMapping
    do {
      mapping = try ColumnMapping(
        map: call.value(SyncRoutes.map) ?? "", ignore: call.value(SyncRoutes.ignore) ?? "")
    } catch {
      throw WebRefusal.parameters([
        .init(
          name: "map", place: .query,
          kind: .invalid(value: call.value(SyncRoutes.map) ?? "", expected: error.sentence))
      ])
    }
    let kind = try call.required(SyncRoutes.kind)
    let through = call.value(SyncRoutes.completeThrough)
    if through != nil, !kind.maySayComplete {
      throw WebRefusal.parameters([
        .init(
          name: "complete_through", place: .query,
          kind: .invalid(
            value: through?.description ?? "", expected: "sent with demand or movements only"))
      ])
    }
    return Push(
      kind: kind, path: "the body", source: try source(of: call),
      key: try call.required(SyncRoutes.key), completeThrough: through,
      generatedAt: call.value(SyncRoutes.generatedAt),
      isStrict: call.value(SyncRoutes.strict) ?? false, mapping: mapping,
      shownRows: SyncRoutes.shownRows)
  }

  private func complete(_ call: WebCall) async throws -> Response {
    struct Body: Decodable {
      let location: String
      let through: String
    }
    let body = try call.json(Body.self)
    guard let location = LocationCode(body.location) else {
      throw WebRefusal.bodyMalformed("'location' is 1 to 128 bytes without control characters")
    }
    guard let day = Day(body.through) else {
      throw WebRefusal.bodyMalformed("'through' is a day as 2024-06-30")
    }
    let source = try source(of: call)
    let key = try call.required(SyncRoutes.key)
    let receipt = try await api.pool.use { session in
      try await Synchronisation.complete(
        location, through: day, source: source, key: key, clock: api.clock(), to: session)
    }
    return try Answer.json(SyncAnswer(receipt, []))
  }

  /// A sync key writes as the source it belongs to.
  private func source(of call: WebCall) throws -> SourceCode {
    guard case .sync(let source) = try call.knownCaller().reach else {
      throw WebRefusal.scopeMissing(needed: "sync")
    }
    return source
  }
}

/// A receipt as JSON.
private struct SyncAnswer: Encodable {
  struct Row: Encodable {
    let line: Int
    let field: String?
    let code: String
    let message: String
  }

  let batch: Int
  let received: Int
  let applied: Int
  let duplicate: Int
  let stale: Int
  let quarantined: Int
  let watermarkMoved: Bool
  let heldBecause: String?
  let mappingVersion: Int?
  let rows: [Row]

  private enum CodingKeys: String, CodingKey {
    case batch, received, applied, duplicate, stale, quarantined
    case watermarkMoved = "watermark_moved"
    case heldBecause = "held_because"
    case mappingVersion = "mapping_version"
    case rows = "quarantined_rows"
  }

  init(_ receipt: Receipt, _ quarantined: [QuarantinedRow], _ heldBecause: String? = nil) {
    let counts = receipt.counts
    batch = receipt.batch
    (received, applied, duplicate) = (counts.received, counts.applied, counts.duplicate)
    (stale, self.quarantined) = (counts.stale, counts.quarantined)
    watermarkMoved = receipt.watermarkMoved
    self.heldBecause = heldBecause
    mappingVersion = receipt.mappingVersion
    rows = quarantined.map {
      Row(line: $0.line, field: $0.field, code: $0.code, message: $0.message)
    }
  }

  static let schema = Schema.object([
    .required("batch", .integer()), .required("received", .integer()),
    .required("applied", .integer()), .required("duplicate", .integer()),
    .required("stale", .integer()), .required("quarantined", .integer()),
    .required("watermark_moved", .boolean), .optional("mapping_version", .integer()),
    .optional(
      "held_because",
      .text().described("Why all rows wait for a person: the units seem to have changed.")),
    .required(
      "quarantined_rows",
      .array(
        of: .object([
          .required("line", .integer()), .optional("field", .text()),
          .required("code", .text()), .required("message", .text()),
        ])
      ).described("The first \(SyncRoutes.shownRows) of them.")),
  ])
}

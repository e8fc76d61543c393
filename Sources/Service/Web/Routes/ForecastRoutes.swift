internal import HTTP
internal import Inventory
internal import Planning
internal import Postgres
internal import Storage

/// The forecasts in use.
struct ForecastRoutes: RouteGroup {
  let api: API

  private static let level = Parameter<Level>(
    "level", schema: .choice(Level.allCases.map(\.rawValue)),
    expected: "one of " + Level.allCases.map(\.rawValue).joined(separator: ", "),
    "Which sums: an item at a location, an item in a region, ..."
  ) { Level(rawValue: $0) }
  private static let region = Parameter<RegionCode>.code("region", "Only this region's.")
  private static let location = Parameter<LocationCode>.code("location", "Only this location's.")
  private static let item = Parameter<ItemCode>.code("item", "Only this item's.")
  private static let category = Parameter<CategoryCode>.code("category", "Only this category's.")

  private static let operation = Operation(
    "listForecasts", "Forecasts in use, by node",
    details: "Means are exact to a thousandth and add up over all levels; quantiles belong to their"
      + " node and do not add. A key of one region sees the levels that keep the region.",
    tag: API.tags.forecasts, access: .read,
    parameters: [
      level.facts, region.facts, location.facts, item.facts, category.facts,
      Parameter<Int>.limit.facts, Parameter<Cursor>.cursor.facts,
    ],
    outcomes: [.json("Forecasts.", .page(of: ForecastAnswer.schema))])

  func add(to routes: inout RouteTable) {
    routes.on(.get, "/v1/forecasts", ForecastRoutes.operation) { call in
      var parts = ForecastFilterParts()
      parts.level = call.value(ForecastRoutes.level)
      parts.region = try call.visible(call.value(ForecastRoutes.region))
      parts.location = call.value(ForecastRoutes.location)
      parts.item = call.value(ForecastRoutes.item)
      parts.category = call.value(ForecastRoutes.category)
      parts.visible = try call.knownCaller().visibleRegions
      let limit = call.value(Parameter<Int>.limit) ?? 100
      let position = try ForecastRoutes.position(call)
      let asked = parts
      let (run, rows) = try await api.pool.use { session in
        try await session.run { db in
          try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
            guard let run = try RunStore.published(in: db) else {
              throw ReportRefusal.notTrainedYet
            }
            let page = try ForecastStore.page(
              ofRun: run.run, asked, after: position, limit: limit + 1, in: db)
            return (run, page)
          }
        }
      }
      let answers = rows.map { ForecastAnswer($0, run) }
      return try Answer.json(Page(answers, limit: limit) { [String($0.position)] })
    }
  }

  private static func position(_ call: WebCall) throws -> Int {
    guard let cursor = call.value(Parameter<Cursor>.cursor) else { return 0 }
    guard let position = Int(try cursor.parts(1)[0]) else { throw cursor.invalid }
    return position
  }
}

private struct ForecastAnswer: Encodable, Sendable {
  let position: Int
  let run: Int
  let node: Node
  let origin: Day
  let isStale: Bool
  let tier: Tier
  let reason: String
  let firstDay: Day
  let means: [Double]
  let quantiles: [String: [Double]]
  let locks: [Int]

  private enum CodingKeys: String, CodingKey {
    case locks, run, level, item, location, region, category, origin, tier, reason, mean, quantiles
    case isStale = "stale"
    case firstDay = "first_day"
  }

  init(_ listed: ListedForecast, _ run: PublishedRun) {
    let forecast = listed.forecast
    position = listed.position
    self.run = run.run
    (node, origin, isStale) = (forecast.node, forecast.origin, forecast.isStale)
    (tier, reason, firstDay) = (forecast.tier, forecast.reason, forecast.firstDay)
    locks = forecast.locks
    means = forecast.means.map { Double($0) / 1000 }
    quantiles = Dictionary(
      zip(run.quantiles.map { "\($0)" }, forecast.quantiles), uniquingKeysWith: { $1 })
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(run, forKey: .run)
    try container.encode(node.level.rawValue, forKey: .level)
    try container.encodeIfPresent(node.item?.text, forKey: .item)
    try container.encodeIfPresent(node.location?.text, forKey: .location)
    try container.encodeIfPresent(node.region?.text, forKey: .region)
    try container.encodeIfPresent(node.category?.text, forKey: .category)
    try container.encode(origin.description, forKey: .origin)
    try container.encode(isStale, forKey: .isStale)
    try container.encode(tier.rawValue, forKey: .tier)
    try container.encode(reason, forKey: .reason)
    try container.encode(firstDay.description, forKey: .firstDay)
    try container.encode(means, forKey: .mean)
    try container.encode(quantiles, forKey: .quantiles)
    if !locks.isEmpty { try container.encode(locks, forKey: .locks) }
  }

  static let schema = Schema.object([
    .required("run", .integer()), .required("level", .choice(Level.allCases.map(\.rawValue))),
    .optional("item", .code), .optional("location", .code), .optional("region", .code),
    .optional("category", .code), .required("origin", .day), .required("stale", .boolean),
    .required("tier", .choice(Tier.allCases.map(\.rawValue))), .required("reason", .text()),
    .required("first_day", .day.described("The day of the first value; one value per day.")),
    .required("mean", .array(of: .number).described("Units per day.")),
    .required(
      "quantiles", .map(of: .array(of: .number)).described("Units per day, by probability.")),
    .optional(
      "locks",
      .array(of: .integer()).described(
        "Of a series with locked days: the lock that holds each day, 0 where none does.")),
  ])
}

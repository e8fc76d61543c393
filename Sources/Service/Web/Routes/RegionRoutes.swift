internal import HTTP
internal import Inventory
internal import Planning
internal import Postgres
internal import Storage

/// How fresh regions are.
struct RegionRoutes: RouteGroup {
  let api: API

  private static let operation = Operation(
    "listRegions", "How fresh each region's data is", tag: API.tags.regions, access: .read,
    parameters: [Parameter<Int>.limit.facts, Parameter<Cursor>.cursor.facts],
    outcomes: [.json("Regions, by code.", .page(of: RegionAnswer.schema))])

  func add(to routes: inout RouteTable) {
    routes.on(.get, "/v1/regions", RegionRoutes.operation) { call in
      let caller = try call.knownCaller()
      let limit = call.value(Parameter<Int>.limit) ?? 100
      let after = try call.value(Parameter<Cursor>.cursor).map { cursor throws(WebRefusal) in
        try cursor.parts(1)[0]
      }
      let clock = api.clock()
      let (states, gaps) = try await api.pool.use { session in
        try await session.run { db in
          (try DatasetStore.locations(in: db), try FreshnessStore.gaps(in: db))
        }
      }
      let visible = states.filter { caller.maySee($0.region) }
      let regions = Dictionary(grouping: visible, by: \.region).sorted { $0.key < $1.key }
        .map { region, states in
          RegionAnswer(region, states.map { RegionAnswer.Location($0, gaps[$0.code] ?? [], clock) })
        }
        .filter { region in
          after.map { $0.utf8.lexicographicallyPrecedes(region.region.utf8) } ?? true
        }
      return try Answer.json(
        Page(Array(regions.prefix(limit + 1)), limit: limit) { [$0.region] })
    }
  }
}

private struct RegionAnswer: Encodable, Sendable {
  struct Location: Encodable, Sendable {
    let location: String
    let completeThrough: String?
    let freshness: String
    let due: String
    let lagDays: Int?
    let daysBehind: Int?
    let isStale: Bool
    let gaps: [String]

    private enum CodingKeys: String, CodingKey {
      case location, freshness, due, gaps
      case completeThrough = "complete_through"
      case lagDays = "lag_days"
      case daysBehind = "days_behind"
      case isStale = "stale"
    }

    init(_ state: LocationState, _ gaps: [Day], _ clock: ZoneClock) {
      let fresh = state.freshness(clock)
      location = state.code.text
      completeThrough = state.completeThrough?.description
      freshness = state.freshness.description
      due = fresh.due.description
      let over = clock.today(zone: state.timeZone) - 1
      lagDays = state.completeThrough.map { max(0, over - $0) }
      daysBehind = fresh.daysBehind
      isStale = fresh.isStale
      self.gaps = gaps.map(\.description)
    }
  }

  let region: String
  let completeThrough: String?
  let lagDays: Int?
  let daysBehind: Int?
  let isStale: Bool
  let gapDays: Int
  let locations: [Location]

  private enum CodingKeys: String, CodingKey {
    case region, locations
    case completeThrough = "complete_through"
    case lagDays = "lag_days"
    case daysBehind = "days_behind"
    case isStale = "stale"
    case gapDays = "gap_days"
  }

  /// A region is as far as its slowest location, and nowhere while one has said nothing.
  init(_ region: RegionCode, _ locations: [Location]) {
    self.region = region.text
    isStale = locations.contains(where: \.isStale)
    let days = locations.map(\.completeThrough)
    completeThrough = days.contains(nil) ? nil : days.compactMap { $0 }.min()
    let (lags, behind) = (locations.map(\.lagDays), locations.map(\.daysBehind))
    lagDays = lags.contains(nil) ? nil : lags.compactMap { $0 }.max()
    daysBehind = behind.contains(nil) ? nil : behind.compactMap { $0 }.max()
    gapDays = locations.reduce(0) { $0 + $1.gaps.count }
    self.locations = locations
  }

  static let schema = Schema.object([
    .required("region", .code), .optional("complete_through", .day),
    .optional("lag_days", .integer()), .optional("days_behind", .integer()),
    .required("stale", .boolean), .required("gap_days", .integer()),
    .required(
      "locations",
      .array(
        of: .object([
          .required("location", .code), .optional("complete_through", .day),
          .required("freshness", .text()), .required("due", .day),
          .optional("lag_days", .integer()), .optional("days_behind", .integer()),
          .required("stale", .boolean), .required("gaps", .array(of: .day)),
        ]))),
  ])
}

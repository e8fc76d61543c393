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
      let states = try await api.pool.use { session in
        try await session.run { db in try DatasetStore.locations(in: db) }
      }.filter { caller.maySee($0.region) }.map { $0.freshness(clock) }
      let regions = Dictionary(grouping: states, by: \.region).sorted { $0.key < $1.key }
        .map { RegionAnswer($0.key, $0.value) }
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
    let due: String
    let daysBehind: Int?
    let isStale: Bool

    private enum CodingKeys: String, CodingKey {
      case location
      case completeThrough = "complete_through"
      case due
      case daysBehind = "days_behind"
      case isStale = "stale"
    }
  }

  let region: String
  let completeThrough: String?
  let isStale: Bool
  let locations: [Location]

  private enum CodingKeys: String, CodingKey {
    case region, locations
    case completeThrough = "complete_through"
    case isStale = "stale"
  }

  init(_ region: RegionCode, _ states: [LocationFreshness]) {
    self.region = region.text
    isStale = states.contains(where: \.isStale)
    let days = states.map(\.completeThrough)
    completeThrough =
      days.contains(nil) ? nil : days.compactMap { $0 }.min().map(\.description)
    locations = states.map { state in
      Location(
        location: state.location.text, completeThrough: state.completeThrough?.description,
        due: state.due.description, daysBehind: state.daysBehind, isStale: state.isStale)
    }
  }

  static let schema = Schema.object([
    .required("region", .code), .optional("complete_through", .day),
    .required("stale", .boolean),
    .required(
      "locations",
      .array(
        of: .object([
          .required("location", .code), .optional("complete_through", .day),
          .required("due", .day), .optional("days_behind", .integer()),
          .required("stale", .boolean),
        ]))),
  ])
}

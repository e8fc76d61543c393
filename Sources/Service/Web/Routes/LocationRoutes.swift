internal import HTTP
internal import Inventory
internal import Postgres
internal import Storage

/// How locations reported.
struct LocationRoutes: RouteGroup {
  let api: API

  private static let location = Parameter<LocationCode>.code(
    "location", in: .path, "The warehouse or store.")

  private static let watermarks = Operation(
    "listWatermarks", "How a location's watermark moved, the newest step first",
    tag: API.tags.regions, access: .read,
    parameters: [location.facts, Parameter<Int>.limit.facts, Parameter<Cursor>.cursor.facts],
    outcomes: [.json("Steps.", .page(of: WatermarkAnswer.schema))])

  func add(to routes: inout RouteTable) {
    routes.on(
      .get, "/v1/locations/{location}/watermarks", LocationRoutes.watermarks
    ) { call in
      let location = try call.required(LocationRoutes.location)
      let regions = try call.knownCaller().visibleRegions
      let limit = call.value(Parameter<Int>.limit) ?? 100
      let before = try call.value(Parameter<Cursor>.cursor).map { cursor throws(WebRefusal) in
        guard let batch = Int(try cursor.parts(1)[0]) else { throw cursor.invalid }
        return batch
      }
      let steps = try await api.pool.use { session in
        try await session.run { db in
          try FreshnessStore.steps(
            of: location, inRegions: regions, before: before, limit: limit + 1, in: db)
        }
      }
      let found = try call.found(steps, "location '\(location)'")
      return try Answer.json(
        Page(found.map(WatermarkAnswer.init), limit: limit) { [String($0.batch)] })
    }
  }
}

private struct WatermarkAnswer: Encodable, Sendable {
  let completeThrough: String
  let batch: Int
  let source: String
  let receivedAt: String

  private enum CodingKeys: String, CodingKey {
    case batch, source
    case completeThrough = "complete_through"
    case receivedAt = "received_at"
  }

  init(_ step: WatermarkStep) {
    completeThrough = step.completeThrough.description
    (batch, source) = (step.batch, step.source.text)
    receivedAt = step.receivedAt.description
  }

  static let schema = Schema.object([
    .required("complete_through", .day), .required("batch", .integer()),
    .required("source", .code), .required("received_at", .instant),
  ])
}

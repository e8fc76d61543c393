internal import HTTP
internal import Inventory
internal import Postgres
internal import Storage

/// Runs, past and wished for.
struct RunRoutes: RouteGroup {
  let api: API

  private static let number = Parameter<Int>.integer(
    "run", in: .path, 1...Int(Int32.max), "The run's number.")

  private static let list = Operation(
    "listRuns", "Runs, the newest first", tag: API.tags.runs, access: .read,
    parameters: [Parameter<Int>.limit.facts, Parameter<Cursor>.cursor.facts],
    outcomes: [.json("Runs.", .page(of: RunAnswer.schema))])

  private static let one = Operation(
    "getRun", "One run, with what it did in each region", tag: API.tags.runs, access: .read,
    parameters: [number.facts], outcomes: [.json("The run.", RunAnswer.schema)])

  func add(to routes: inout RouteTable) {
    routes.on(.get, "/v1/runs", RunRoutes.list) { call in
      let limit = call.value(Parameter<Int>.limit) ?? 100
      let before = try RunRoutes.position(call)
      let runs = try await api.pool.use { session in
        try await session.run { db in
          try RunStore.runs(before: before, limit: limit + 1, in: db)
        }
      }
      return try Answer.json(Page(runs.map { RunAnswer($0) }, limit: limit) { [String($0.run)] })
    }
    routes.on(.get, "/v1/runs/{run}", RunRoutes.one) { call in
      let number = try call.required(RunRoutes.number)
      let caller = try call.knownCaller()
      let found = try await api.pool.use { session in
        try await session.run { db in
          try RunStore.run(number, in: db).map { run in
            (run, try RunStore.regions(ofRun: number, in: db))
          }
        }
      }
      let (run, regions) = try call.found(found, "run \(number)")
      return try Answer.json(RunAnswer(run, regions.filter { caller.maySee($0.region) }))
    }
  }

  private static func position(_ call: WebCall) throws -> Int? {
    guard let cursor = call.value(Parameter<Cursor>.cursor) else { return nil }
    guard let position = Int(try cursor.parts(1)[0]) else { throw cursor.invalid }
    return position
  }
}

private struct RunAnswer: Encodable, Sendable {
  struct Region: Encodable, Sendable {
    let region: String
    let state: String
    let completeThrough: String?
    let carriedFrom: Int?
    let reason: String

    private enum CodingKeys: String, CodingKey {
      case region, state, reason
      case completeThrough = "complete_through"
      case carriedFrom = "carried_from"
    }
  }

  let run: Int
  let datasetVersion: Int64
  let asOf: String
  let origin: String
  let horizonDays: Int
  let series: Int
  let observations: Int
  let startedAt: String
  let finishedAt: String
  let isPublished: Bool
  let regions: [Region]?

  private enum CodingKeys: String, CodingKey {
    case run, origin, series, observations, regions
    case datasetVersion = "dataset_version"
    case asOf = "as_of"
    case horizonDays = "horizon_days"
    case startedAt = "started_at"
    case finishedAt = "finished_at"
    case isPublished = "published"
  }

  init(_ run: FinishedRun, _ regions: [RunRecord.Region]? = nil) {
    self.run = run.run
    datasetVersion = run.datasetVersion
    asOf = run.asOf.description
    origin = run.origin.description
    horizonDays = run.horizon
    series = run.series
    observations = run.observations
    startedAt = run.startedAt.description
    finishedAt = run.finishedAt.description
    isPublished = run.isPublished
    self.regions = regions?.map { region in
      Region(
        region: region.region.text, state: region.state.rawValue,
        completeThrough: region.completeThrough?.description, carriedFrom: region.carriedFrom,
        reason: region.reason)
    }
  }

  static let schema = Schema.object([
    .required("run", .integer()), .required("dataset_version", .integer()),
    .required("as_of", .day), .required("origin", .day), .required("horizon_days", .integer()),
    .required("series", .integer()), .required("observations", .integer()),
    .required("started_at", .instant), .required("finished_at", .instant),
    .required("published", .boolean),
    .optional(
      "regions",
      .array(
        of: .object([
          .required("region", .code),
          .required("state", .choice(["trained", "stale", "absent"])),
          .optional("complete_through", .day), .optional("carried_from", .integer()),
          .required("reason", .text()),
        ]))),
  ])
}

internal import HTTP
internal import Inventory
internal import Postgres
internal import Storage

/// Runs made again, and compared with what was published.
struct RunReplayRoutes: RouteGroup {
  let api: API

  private static let number = Parameter<Int>.integer(
    "run", in: .path, 1...Int(Int32.max), "The run's number.")
  private static let request = Parameter<Int>.integer(
    "request", in: .path, 1...Int(Int32.max), "The request's number.")
  private static let samples = 1...Int(Int32.max)

  private static let wish = Operation(
    "requestReplay", "Ask for a run to be made again and compared",
    details: "Answers at once; a worker carries it out when no run is under way. `sample` compares"
      + " so many random values; without it, all.", tag: API.tags.runs, access: .admin,
    parameters: [number.facts],
    takes: [("application/json", .object([.optional("sample", .integer(samples).orNull)]))],
    outcomes: [.json("It waits for the worker.", RunReplayRequestAnswer.schema, status: 202)])

  private static let wished = Operation(
    "getReplayRequest", "What became of a request for a replay", tag: API.tags.runs,
    access: .admin, parameters: [request.facts],
    outcomes: [.json("The request.", RunReplayRequestAnswer.schema)])

  private static let list = Operation(
    "listReplays", "What came of a run's replays, the newest first", tag: API.tags.runs,
    access: .admin,
    parameters: [number.facts, Parameter<Int>.limit.facts, Parameter<Cursor>.cursor.facts],
    outcomes: [.json("Replays.", .page(of: RunReplayAnswer.schema))])

  func add(to routes: inout RouteTable) {
    routes.on(.post, "/v1/runs/{run}/replays", RunReplayRoutes.wish) { call in
      try await wish(call)
    }
    routes.on(.get, "/v1/replay-requests/{request}", RunReplayRoutes.wished) { call in
      let number = try call.required(RunReplayRoutes.request)
      let found = try await api.pool.use { session in
        try await session.run { db in
          try ReplayRequestStore.request(number, in: db).map { request in
            RunReplayRequestAnswer(
              request, try request.replay.flatMap { try ReplayStore.replay($0, in: db) })
          }
        }
      }
      return try Answer.json(call.found(found, "request \(number)"))
    }
    routes.on(.get, "/v1/runs/{run}/replays", RunReplayRoutes.list) { call in
      let run = try call.required(RunReplayRoutes.number)
      let limit = call.value(Parameter<Int>.limit) ?? 100
      let before = try RunReplayRoutes.position(call)
      let replays = try await api.pool.use { session in
        try await session.run { db in
          try RunStore.basis(ofRun: run, in: db).map { _ in
            try ReplayStore.replays(ofRun: run, before: before, limit: limit + 1, in: db)
          }
        }
      }
      return try Answer.json(
        Page(call.found(replays, "run \(run)").map(RunReplayAnswer.init), limit: limit) {
          [String($0.replay)]
        })
    }
  }

  private struct Body: Decodable {
    let sample: Int?
  }

  private func wish(_ call: WebCall) async throws -> Response {
    let run = try call.required(RunReplayRoutes.number)
    let sample = try call.json(Body.self).sample
    guard sample.map(RunReplayRoutes.samples.contains) ?? true else {
      throw WebRefusal.bodyMalformed("'sample' is a whole number from 1 on")
    }
    let requester = "key \(try call.knownCaller().keyID)"
    let made = try await api.pool.use { session in
      try await session.run { db in
        try db.transaction { db in
          guard let basis = try RunStore.basis(ofRun: run, in: db) else {
            throw RunReplayRefusal.unknownRun(run)
          }
          guard basis.hasForecasts else { throw RunReplayRefusal.forecastsDropped(run: run) }
          let id = try ReplayRequestStore.insert(run: run, sample: sample, by: requester, in: db)
          return try ReplayRequestStore.request(id, in: db)
        }
      }
    }
    let request = try call.found(made, "request")
    var response = try Answer.json(RunReplayRequestAnswer(request, nil), status: 202)
    response.headers.add("Location", "/v1/replay-requests/\(request.id)")
    return response
  }

  private static func position(_ call: WebCall) throws -> Int? {
    guard let cursor = call.value(Parameter<Cursor>.cursor) else { return nil }
    guard let position = Int(try cursor.parts(1)[0]) else { throw cursor.invalid }
    return position
  }
}

private struct RunReplayAnswer: Encodable, Sendable {
  let replay: Int
  let run: Int
  let replayedAt: String
  let verdict: String
  let valuesCompared: Int
  let valuesDiffering: Int
  let finding: String?

  private enum CodingKeys: String, CodingKey {
    case replay, run, verdict, finding
    case replayedAt = "replayed_at"
    case valuesCompared = "values_compared"
    case valuesDiffering = "values_differing"
  }

  init(_ stored: StoredReplay) {
    (replay, replayedAt) = (stored.id, stored.at.description)
    (run, verdict, finding) = (stored.record.run, stored.record.verdict, stored.record.finding)
    (valuesCompared, valuesDiffering) = (stored.record.compared, stored.record.differing)
  }

  static let schema = Schema.object([
    .required("replay", .integer()), .required("run", .integer()),
    .required("replayed_at", .instant),
    .required("verdict", .choice(["identical", "close", "different", "impossible"])),
    .required("values_compared", .integer()), .required("values_differing", .integer()),
    .optional("finding", .text()),
  ])
}

private struct RunReplayRequestAnswer: Encodable, Sendable {
  let request: Int
  let run: Int
  let sample: Int?
  let state: String
  let requestedBy: String
  let requestedAt: String
  let failure: String?
  let replay: RunReplayAnswer?

  private enum CodingKeys: String, CodingKey {
    case request, run, sample, state, failure, replay
    case requestedBy = "requested_by"
    case requestedAt = "requested_at"
  }

  init(_ request: RunReplayRequest, _ replay: StoredReplay?) {
    (self.request, run, sample) = (request.id, request.run, request.sample)
    (state, failure) = (request.state.rawValue, request.failure)
    (requestedBy, requestedAt) = (request.requestedBy, request.requestedAt.description)
    self.replay = replay.map(RunReplayAnswer.init)
  }

  static let schema = Schema.object([
    .required("request", .integer()), .required("run", .integer()),
    .optional("sample", .integer()),
    .required("state", .choice(RunReplayRequest.State.allCases.map(\.rawValue))),
    .required("requested_by", .text()), .required("requested_at", .instant),
    .optional("failure", .text()), .optional("replay", RunReplayAnswer.schema),
  ])
}

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
    "getRun", "One run: what it was made from, its regions, and each check of the gate",
    tag: API.tags.runs, access: .read,
    parameters: [number.facts], outcomes: [.json("The run.", RunAnswer.schema)])

  private static let wish = Operation(
    "requestRun", "Ask for a run",
    details: "Answers at once; the worker carries it out. `as_of` is the day taken for today;"
      + " `force` makes a run although nothing changed.",
    tag: API.tags.runs, access: .admin,
    takes: [
      (
        "application/json",
        .object([.optional("as_of", .day.orNull), .optional("force", .boolean.orNull)])
      )
    ],
    outcomes: [.json("It waits for the worker.", RunRequestAnswer.schema, status: 202)])

  private static let wishNumber = Parameter<Int>.integer(
    "request", in: .path, 1...Int(Int32.max), "The request's number.")

  private static let wished = Operation(
    "getRunRequest", "What became of a request for a run", tag: API.tags.runs, access: .admin,
    parameters: [wishNumber.facts], outcomes: [.json("The request.", RunRequestAnswer.schema)])

  func add(to routes: inout RouteTable) {
    routes.on(.post, "/v1/runs", RunRoutes.wish) { call in try await request(call) }
    routes.on(.get, "/v1/run-requests/{request}", RunRoutes.wished) { call in
      let number = try call.required(RunRoutes.wishNumber)
      let found = try await api.pool.use { session in
        try await session.run { db in
          try RunRequestStore.request(number, in: db).map { request in
            (request, try ShardStore.progress(of: number, in: db))
          }
        }
      }
      let (request, progress) = try call.found(found, "request \(number)")
      return try Answer.json(RunRequestAnswer(request, progress))
    }
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
          try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
            try RunDetails.find(number, in: db)
          }
        }
      }
      return try Answer.json(RunAnswer(call.found(found, "run \(number)"), seenBy: caller))
    }
  }

  private func request(_ call: WebCall) async throws -> Response {
    struct Body: Decodable {
      let asOf: String?
      let force: Bool?

      private enum CodingKeys: String, CodingKey {
        case asOf = "as_of"
        case force
      }
    }
    let body = try call.json(Body.self)
    let asOf = try body.asOf.map { text in
      guard let day = Day(text) else {
        throw WebRefusal.bodyMalformed("'as_of' is a day as 2024-06-30")
      }
      return day
    }
    let requester = "key \(try call.knownCaller().keyID)"
    let request = try await api.pool.use { session in
      try await session.run { db in
        try db.transaction { db in
          let id = try RunRequestStore.request(
            asOf: asOf, isForced: body.force == true, by: requester, in: db)
          try AuditStore.append(
            actor: requester, action: "run-requested", subject: "request \(id)", in: db)
          return try RunRequestStore.request(id, in: db)
        }
      }
    }
    let made = try call.found(request, "request")
    var response = try Answer.json(RunRequestAnswer(made), status: 202)
    response.headers.add("Location", "/v1/run-requests/\(made.id)")
    return response
  }

  private static func position(_ call: WebCall) throws -> Int? {
    guard let cursor = call.value(Parameter<Cursor>.cursor) else { return nil }
    guard let position = Int(try cursor.parts(1)[0]) else { throw cursor.invalid }
    return position
  }
}

private struct RunRequestAnswer: Encodable, Sendable {
  let request: Int
  let state: String
  let asOf: String?
  let requestedBy: String
  let requestedAt: String
  let run: Int?
  let failure: String?
  let cause: String
  let reason: String?
  let regions: [String]?
  let finding: String?
  let waitsUntil: String?
  let deadlineAt: String?
  let progress: Progress?

  struct Progress: Encodable, Sendable {
    let shards: Int
    let shardsDone: Int
    let nodes: Int
    let nodesDone: Int
    let workers: Int
    let secondsLeft: Int?

    private enum CodingKeys: String, CodingKey {
      case shards, nodes, workers
      case shardsDone = "shards_done"
      case nodesDone = "nodes_done"
      case secondsLeft = "seconds_left"
    }
  }

  private enum CodingKeys: String, CodingKey {
    case request, state, run, failure, cause, reason, regions, finding, progress
    case asOf = "as_of"
    case requestedBy = "requested_by"
    case requestedAt = "requested_at"
    case waitsUntil = "waits_until"
    case deadlineAt = "deadline_at"
  }

  init(_ request: RunRequest, _ progress: ShardProgress? = nil) {
    self.progress = progress.map {
      Progress(
        shards: $0.shards, shardsDone: $0.shardsDone, nodes: $0.nodes, nodesDone: $0.nodesDone,
        workers: $0.workers, secondsLeft: $0.secondsLeft.map { Int($0.rounded(.up)) })
    }
    self.request = request.id
    state = request.state.rawValue
    asOf = request.asOf?.description
    requestedBy = request.requestedBy
    requestedAt = request.requestedAt.description
    run = request.run
    failure = request.failure
    (cause, reason, finding) = (request.cause.rawValue, request.reason, request.finding)
    regions = request.regions?.map(\.text)
    waitsUntil = request.waitsUntil?.description
    deadlineAt = request.deadlineAt?.description
  }

  static let schema = Schema.object([
    .required("request", .integer()),
    .required("state", .choice(["waiting", "running", "done", "failed"])),
    .optional("as_of", .day), .required("requested_by", .text()),
    .required("requested_at", .instant), .optional("run", .integer()),
    .optional("failure", .text()),
    .required("cause", .choice(RunRequest.Cause.allCases.map(\.rawValue))),
    .optional("reason", .text()), .optional("regions", .array(of: .code)),
    .optional("finding", .text()), .optional("waits_until", .instant),
    .optional("deadline_at", .instant),
    .optional(
      "progress",
      .object([
        .required("shards", .integer()), .required("shards_done", .integer()),
        .required("nodes", .integer()), .required("nodes_done", .integer()),
        .required("workers", .integer()), .optional("seconds_left", .integer()),
      ])),
  ])
}

internal import HTTP
internal import Inventory
internal import Planning
internal import Postgres
internal import Storage

/// Where one published number comes from.
struct ExplanationRoutes: RouteGroup {
  let api: API
  private let desk = ExplanationDesk()

  init(api: API) { self.api = api }

  private static let item = Parameter<ItemCode>.code("item", required: true, "The item.")
  private static let location = Parameter<LocationCode>.code(
    "location", required: true, "The location.")
  private static let day = Parameter<Day>.day(
    "day", required: true, "The day that was forecast.")
  private static let run = Parameter<Int>.integer(
    "run", 1...Int(Int32.max), "Of this run; without it, of the one in use.")

  private static let operation = Operation(
    "explainForecast", "How one published number was made, from the batches to the last step",
    details: "All fits of the run are made again for it, so it takes as long as they do. One is"
      + " made at a time, and goes on where an answer was too slow: ask again.",
    tag: API.tags.forecasts, access: .read,
    parameters: [item.facts, location.facts, day.facts, run.facts],
    outcomes: [.json("The chain.", schema)])

  func add(to routes: inout RouteTable) {
    routes.on(.get, "/v1/explain", ExplanationRoutes.operation) { call in
      let location = try call.required(ExplanationRoutes.location)
      let (pool, clock) = (api.pool, api.clock())
      let (region, published) = try await pool.use { session in
        try await session.run { db in
          (
            try DatasetStore.locations(in: db).first { $0.code == location }?.region,
            try RunStore.published(in: db)?.run
          )
        }
      }
      guard let region, try call.knownCaller().maySee(region) else {
        throw WebRefusal.objectUnknown("location '\(location)'")
      }
      guard let run = call.value(ExplanationRoutes.run) ?? published else {
        throw RunReplayRefusal.notTrainedYet
      }
      let question = ExplanationDesk.Question(
        item: try call.required(ExplanationRoutes.item), location: location,
        day: try call.required(ExplanationRoutes.day), run: run)
      return Answer.document(
        try await desk.answer(question) {
          try await pool.use { session in
            try await PublishedExplanation.read(
              item: question.item, location: question.location, day: question.day,
              run: question.run, clock: clock, in: session
            ).json
          }
        })
    }
  }

  private static let schema = Schema.object([
    .required("item", .code), .required("location", .code), .required("region", .code.orNull),
    .required("category", .code.orNull), .required("day", .day), .required("mean", .number),
    .required("quantiles", .map(of: .number)), .required("run", .integer()),
    .required("made_in_run", .integer()), .required("dataset_version", .integer()),
    .required("as_of", .day), .required("origin", .day), .required("code_version", .text()),
    .required("processor_core", .text()),
    .required("tier", .choice(Tier.allCases.map(\.rawValue))), .required("reason", .text()),
    .required(
      "batches",
      .array(
        of: .object([
          .required("batch", .integer()), .required("version", .integer()),
          .required("key", .text()), .required("source", .code),
          .required("received_at", .instant), .required("days", .integer()),
          .required("first_day", .day), .required("last_day", .day),
        ]))),
    .required(
      "steps",
      .array(
        of: .object([
          .required("kind", .text()), .required("name", .text()),
          .required("scaled", Schema.number.orNull), .required("units", .number),
        ]))),
    .required("made_again", .number), .required("same", .boolean),
  ])
}

/// Explanations under way and made: each takes what a run's fits take, so that one is made at a
/// time, and who was answered too late finds it when he asks again.
actor ExplanationDesk {
  struct Question: Hashable, Sendable {
    let item: ItemCode
    let location: LocationCode
    let day: Day
    let run: Int
  }

  /// Explanations of a run never change.
  static let limit = 64

  private var made: [Question: JSONValue] = [:]
  private var order: [Question] = []
  private var underWay: (question: Question, task: Task<JSONValue, any Error>)?

  /// - Throws: `ExplanationBusy` while another question is being answered.
  func answer(
    _ question: Question, _ make: @escaping @Sendable () async throws -> JSONValue
  ) async throws -> JSONValue {
    if let known = made[question] { return known }
    if let underWay {
      guard underWay.question == question else { throw ExplanationBusy() }
      return try await underWay.task.value
    }
    let task = Task { try await make() }
    underWay = (question, task)
    let outcome = await task.result
    underWay = nil
    let value = try outcome.get()
    remember(value, question)
    return value
  }

  private func remember(_ value: JSONValue, _ question: Question) {
    if made.updateValue(value, forKey: question) == nil { order.append(question) }
    while order.count > ExplanationDesk.limit { made[order.removeFirst()] = nil }
  }
}

/// Another explanation is being made.
struct ExplanationBusy: Failure {
  var code: String { "busy-explaining" }
  var exitCode: ExitCode { .tryAgain }
  var sentence: String { "another number is being explained; ask again in a moment" }
}

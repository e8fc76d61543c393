import Inventory
import Service

extension Arguments {
  /// A positional that is the number of a run.
  func run(at place: Int) throws(UsageFailure) -> Int {
    let text = positionals[place]
    guard let run = Int32(text), run > 0, !text.hasPrefix("+") else {
      throw .invalidValue(
        grammar.positionals[place].name, text, expected: "the number of a run", nearest: nil)
    }
    return Int(run)
  }
}

/// `runs list`: the trainings there were, and what became of them.
struct RunsListCommand: RunnableCommand, Hashable {
  static let shown = 50

  let database: String?

  static let grammar = Grammar(
    name: "runs list",
    summary: "List the latest runs: in use, published or refused, from which data",
    options: [.database],
    examples: [
      .init(commandLine: "quartermaster runs list", effect: "lists the latest 50, newest first")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) { database = arguments.text("database") }

  func run(in surroundings: Surroundings) async throws {
    let runs = try await Database.use(database, environment: surroundings.environment) {
      try await RunDetails.list(limit: Self.shown, in: $0)
    }
    try surroundings.output.write(runs.text)
  }
}

/// `runs show`: one run, with the gate's checks.
struct RunsShowCommand: RunnableCommand, Hashable {
  let run: Int
  let database: String?

  static let grammar = Grammar(
    name: "runs show",
    summary: "Show what a run was made from, its regions, and each check of the gate",
    positionals: [.init(name: "RUN", help: "its number in 'quartermaster runs list'")],
    options: [.database],
    examples: [
      .init(commandLine: "quartermaster runs show 12", effect: "tells why run 12 was refused")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    run = try arguments.run(at: 0)
    database = arguments.text("database")
  }

  func run(in surroundings: Surroundings) async throws {
    let details = try await Database.use(database, environment: surroundings.environment) {
      try await RunDetails.read(run, in: $0)
    }
    try surroundings.output.write(details.text)
  }
}

/// `runs compare`: what changed between two runs.
struct RunsCompareCommand: RunnableCommand, Hashable {
  let first: Int
  let second: Int
  let database: String?

  static let grammar = Grammar(
    name: "runs compare",
    summary: "Show what changed from one run to another, region by region",
    details: """
      Data, configuration, code, error from past origins, and churn: by how much the second \
      forecasts otherwise than the first on the days that both cover.
      """,
    positionals: [
      .init(name: "FIRST", help: "the number of a run"),
      .init(name: "SECOND", help: "the number of another"),
    ],
    options: [.database],
    examples: [
      .init(
        commandLine: "quartermaster runs compare 11 12",
        effect: "shows what run 12 has that run 11 had not")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    first = try arguments.run(at: 0)
    second = try arguments.run(at: 1)
    database = arguments.text("database")
  }

  func run(in surroundings: Surroundings) async throws {
    let comparison = try await Database.use(database, environment: surroundings.environment) {
      try await RunComparison.read(first, second, in: $0)
    }
    try surroundings.output.write(comparison.text)
  }
}

/// `models show`: what made a series' forecast.
struct ModelsShowCommand: RunnableCommand, Hashable {
  let item: ItemCode
  let location: LocationCode
  let database: String?

  static let grammar = Grammar(
    name: "models show",
    summary: "Show what made a series' forecast: method, states, features, accuracy",
    details: """
      The forecast is made again from the run's own version of the data and configuration, and \
      compared with what was published.
      """,
    options: [
      .init(name: "item", value: "ITEM", help: "the item", isRequired: true),
      .init(name: "location", value: "LOCATION", help: "the location", isRequired: true),
      .database,
    ],
    examples: [
      .init(
        commandLine: "quartermaster models show --item PAN-103 --location C-03",
        effect: "shows how the pan is forecast at C-03")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    guard let item = try arguments.value("item", Expected.code, { ItemCode($0) }) else {
      throw .missingOption("item", grammar: Self.grammar)
    }
    guard let location = try arguments.value("location", Expected.code, { LocationCode($0) })
    else { throw .missingOption("location", grammar: Self.grammar) }
    (self.item, self.location) = (item, location)
    database = arguments.text("database")
  }

  func run(in surroundings: Surroundings) async throws {
    let card = try await Database.use(database, environment: surroundings.environment) {
      try await ModelCard.read(item, at: location, clock: surroundings.clock(), in: $0)
    }
    try surroundings.output.write(card.text)
  }
}

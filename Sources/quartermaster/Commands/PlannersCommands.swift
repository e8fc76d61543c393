import Inventory
import Service

/// `planners add`: who is mailed about a region.
struct PlannersAddCommand: Command, Hashable {
  let address: String
  let region: RegionCode
  let database: String?

  static let grammar = Grammar(
    name: "planners add",
    summary: "Mail somebody about a region's flags",
    details: "One message per run, only when something is flagged in the region.",
    positionals: [.init(name: "ADDRESS", help: "a mailbox, as ann@example.com")],
    options: [
      .init(name: "region", value: "REGION", help: "the region", isRequired: true), .database,
    ],
    examples: [
      .init(
        commandLine: "quartermaster planners add ann@example.com --region north",
        effect: "mails ann when a forecast of the north looks wrong")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    address = arguments.positionals[0]
    guard let region = try arguments.value("region", Expected.code, { RegionCode($0) }) else {
      throw .missingOption("region", grammar: Self.grammar)
    }
    self.region = region
    database = arguments.text("database")
  }
}

/// `planners list`: who is mailed about which region.
struct PlannersListCommand: Command, Hashable {
  let database: String?

  static let grammar = Grammar(
    name: "planners list",
    summary: "Show who is mailed about which region",
    options: [.database],
    examples: [.init(commandLine: "quartermaster planners list", effect: "lists them by region")])

  init(_ arguments: Arguments) throws(UsageFailure) { database = arguments.text("database") }
}

/// `planners remove`: mails somebody no more.
struct PlannersRemoveCommand: Command, Hashable {
  let address: String
  /// Nil for every region.
  let region: RegionCode?
  let database: String?

  static let grammar = Grammar(
    name: "planners remove",
    summary: "Mail somebody no more",
    positionals: [.init(name: "ADDRESS", help: "the mailbox")],
    options: [
      .init(name: "region", value: "REGION", help: "about this region only; default all"),
      .database,
    ],
    examples: [
      .init(
        commandLine: "quartermaster planners remove ann@example.com --region north",
        effect: "ann hears of the north no more")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    address = arguments.positionals[0]
    region = try arguments.value("region", Expected.code) { RegionCode($0) }
    database = arguments.text("database")
  }
}

extension PlannersAddCommand: RunnableCommand {
  func run(in surroundings: Surroundings) async throws {
    let sentence = try await Database.use(database, environment: surroundings.environment) {
      try await Planners.add(address, region: region, actor: surroundings.actor, in: $0)
    }
    try surroundings.output.write(sentence + "\n")
  }
}

extension PlannersListCommand: RunnableCommand {
  func run(in surroundings: Surroundings) async throws {
    let text = try await Database.use(database, environment: surroundings.environment) {
      try await Planners.list(in: $0)
    }
    try surroundings.output.write(text)
  }
}

extension PlannersRemoveCommand: RunnableCommand {
  func run(in surroundings: Surroundings) async throws {
    let sentence = try await Database.use(database, environment: surroundings.environment) {
      try await Planners.remove(address, region: region, actor: surroundings.actor, in: $0)
    }
    try surroundings.output.write(sentence + "\n")
  }
}

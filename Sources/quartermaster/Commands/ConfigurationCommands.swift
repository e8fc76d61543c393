import Service

/// `configuration show`: the document in force.
struct ConfigurationShowCommand: RunnableCommand, Hashable {
  let database: String?

  static let grammar = Grammar(
    name: "configuration show",
    summary: "Print what runs are made by, as a JSON document",
    options: [.database],
    examples: [
      .init(
        commandLine: "quartermaster configuration show",
        effect: "prints the document in force, every member of it")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) { database = arguments.text("database") }

  func run(in surroundings: Surroundings) async throws {
    let record = try await Database.use(database, environment: surroundings.environment) {
      try await Configurations.inForce(in: $0)
    }
    try surroundings.output.write(record.text)
  }
}

/// `configuration set`: puts a document into force.
struct ConfigurationSetCommand: RunnableCommand, Hashable {
  let file: String
  let reason: String
  let database: String?

  static let grammar = Grammar(
    name: "configuration set",
    summary: "Make runs by another document from the next one on",
    details: """
      Members that the file leaves out have their defaults. A run of another horizon, method or \
      set of quantiles passes the gate before readers see it, as every run does.
      """,
    positionals: [.init(name: "FILE", help: "a JSON document")],
    options: [.reason, .database],
    examples: [
      .init(
        commandLine: "quartermaster configuration set gate.json --reason 'a calmer gate'",
        effect: "puts the document into force as a new version")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    file = arguments.positionals[0]
    reason = arguments.text("reason") ?? ""
    database = arguments.text("database")
  }

  func run(in surroundings: Surroundings) async throws {
    let document = try Configurations.text(ofFile: file)
    let sentence = try await Database.use(database, environment: surroundings.environment) {
      try await Configurations.set(document, by: surroundings.actor, reason: reason, in: $0)
        .sentence
    }
    try surroundings.output.write(sentence + "\n")
  }
}

/// `configuration list`: who put which version into force.
struct ConfigurationListCommand: RunnableCommand, Hashable {
  let database: String?

  static let grammar = Grammar(
    name: "configuration list",
    summary: "List the versions of the configuration: who, when and why",
    options: [.database],
    examples: [
      .init(
        commandLine: "quartermaster configuration list", effect: "lists them, newest first")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) { database = arguments.text("database") }

  func run(in surroundings: Surroundings) async throws {
    let records = try await Database.use(database, environment: surroundings.environment) {
      try await Configurations.history(in: $0)
    }
    try surroundings.output.write(records.text)
  }
}

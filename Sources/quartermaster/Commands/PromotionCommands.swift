import Service

extension Grammar.Option {
  static let reason = Grammar.Option(
    name: "reason", value: "TEXT", help: "why; the audit keeps it", isRequired: true)
}

/// `promote`: puts a run into use that the gate refused.
struct PromoteCommand: RunnableCommand, Hashable {
  let run: Int
  let isForced: Bool
  let reason: String
  let database: String?

  static let grammar = Grammar(
    name: "promote",
    summary: "Put a run into use, one that the gate refused only by force",
    details: "A run whose forecasts are no numbers cannot be put into use at all.",
    positionals: [.init(name: "RUN", help: "its number in 'quartermaster runs list'")],
    options: [
      .reason, .init(name: "force", help: "although the gate refused it"), .database,
    ],
    examples: [
      .init(
        commandLine: "quartermaster promote 12 --force --reason 'the strike is over'",
        effect: "readers see run 12 at once")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    run = try arguments.run(at: 0)
    isForced = arguments.has("force")
    reason = arguments.text("reason") ?? ""
    database = arguments.text("database")
  }

  func run(in surroundings: Surroundings) async throws {
    let change = try await Database.use(database, environment: surroundings.environment) {
      try await Promotions.promote(
        run, isForced: isForced, reason: reason, by: surroundings.actor, in: $0)
    }
    try surroundings.output.write(change.sentence + "\n")
  }
}

/// `rollback`: gives readers an earlier run again.
struct RollbackCommand: RunnableCommand, Hashable {
  /// Nil takes the one before.
  let run: Int?
  let reason: String
  let database: String?

  static let grammar = Grammar(
    name: "rollback",
    summary: "Give readers the forecast again that they had before",
    details: """
      It holds until the next run passes the gate; 'quartermaster schedule pause' keeps runs from \
      coming by themselves.
      """,
    options: [
      .reason, .init(name: "to", value: "RUN", help: "default the run before the one in use"),
      .database,
    ],
    examples: [
      .init(
        commandLine: "quartermaster rollback --reason 'the north looks wrong'",
        effect: "readers see the run before at once"),
      .init(
        commandLine: "quartermaster rollback --to 9 --reason 'prices were missing since'",
        effect: "readers see run 9 at once"),
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    run = try arguments.value("to", "the number of a run") { text in
      Int32(text).flatMap { $0 > 0 && !text.hasPrefix("+") ? Int($0) : nil }
    }
    reason = arguments.text("reason") ?? ""
    database = arguments.text("database")
  }

  func run(in surroundings: Surroundings) async throws {
    let change = try await Database.use(database, environment: surroundings.environment) {
      try await Promotions.rollBack(to: run, reason: reason, by: surroundings.actor, in: $0)
    }
    try surroundings.output.write(change.sentence + "\n")
  }
}

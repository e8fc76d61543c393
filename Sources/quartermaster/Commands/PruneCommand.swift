import Service

/// `prune`: drops what is older than it is kept.
struct PruneCommand: RunnableCommand, Hashable {
  let isDryRun: Bool
  let database: String?

  static let grammar = Grammar(
    name: "prune",
    summary: "Drop what is older than it is kept",
    details: """
      The service does it by itself every hour. How long things are kept is said by \
      QUARTERMASTER_KEEP_KEYS_DAYS (7), QUARTERMASTER_KEEP_CHANGES_DAYS (400), \
      QUARTERMASTER_KEEP_QUARANTINE_DAYS (90) and QUARTERMASTER_KEEP_RUNS_DAYS (90): days, or \
      'forever'. The run in use and the one before it stay, and so do the versions of the data from \
      the one that the run in use was made from.
      """,
    options: [
      .init(name: "dry-run", help: "count what would go, and drop nothing"), .database,
    ],
    examples: [
      .init(commandLine: "quartermaster prune --dry-run", effect: "counts what would go"),
      .init(commandLine: "quartermaster prune", effect: "drops it"),
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    isDryRun = arguments.has("dry-run")
    database = arguments.text("database")
  }

  func run(in surroundings: Surroundings) async throws {
    let retention = try Retention(environment: surroundings.environment)
    let report = try await Database.use(database, environment: surroundings.environment) {
      try await Pruning.run(retention, isDryRun: isDryRun, in: $0)
    }
    try surroundings.output.write(report.text)
  }
}

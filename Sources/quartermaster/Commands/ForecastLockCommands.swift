import Inventory
import Service

/// `forecast lock`: near days keep what the forecast in use says.
struct ForecastLockCommand: RunnableCommand, Hashable {
  let scope: ForecastLocks.Scope
  let until: ForecastLocks.Until
  let reason: String
  let asOf: Day?
  let database: String?

  private static let mostDays = 365

  static let grammar = Grammar(
    name: "forecast lock",
    summary: "Keep near days as the forecast in use has them, as for orders placed",
    details: """
      From today on, later runs publish for these days what the forecast in use says, means and \
      quantiles; sums follow. The lock ends by itself after its last day. Going back to a run from \
      before it shows that run as it was.
      """,
    options: [
      .init(name: "region", value: "REGION", help: "only this region's series"),
      .init(name: "location", value: "LOCATION", help: "only this location's"),
      .init(name: "item", value: "ITEM", help: "only this item's"),
      .init(name: "all", help: "the whole company, which no place named does not mean"),
      .init(name: "through", value: "DAY", help: "the last day that is locked"),
      .init(name: "days", value: "N", help: "or how many days, today being the first"),
      .reason, .asOf, .database,
    ],
    examples: [
      .init(
        commandLine: "quartermaster forecast lock --region north --days 7 --reason 'orders placed'",
        effect: "the next runs leave this week of the north as it is"),
      .init(
        commandLine: "quartermaster forecast lock --item OATS --location LEEDS"
          + " --through 2026-05-03 --reason loaded",
        effect: "keeps one series up to 3 May"),
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    scope = ForecastLocks.Scope(
      region: try arguments.value("region", Expected.code) { RegionCode($0) },
      location: try arguments.value("location", Expected.code) { LocationCode($0) },
      item: try arguments.value("item", Expected.code) { ItemCode($0) })
    let isEverything = scope == ForecastLocks.Scope()
    if isEverything, !arguments.has("all") {
      throw .missingChoice(
        "say what to lock: --region, --location, --item, or --all for the whole company")
    }
    if !isEverything, arguments.has("all") {
      throw .misplacedOption("all", "is the whole company, and does not go with a place")
    }
    let last = try arguments.value("through", Expected.day) { Day($0) }
    let count = try arguments.value(
      "days", "a whole number from 1 to \(Self.mostDays)"
    ) { text in
      Int(text).flatMap { (1...Self.mostDays).contains($0) && !text.hasPrefix("+") ? $0 : nil }
    }
    switch (last, count) {
    case (let day?, nil): until = .day(day)
    case (nil, let count?): until = .days(count)
    case (nil, nil): throw .missingChoice("say up to when: --through DAY or --days N")
    default: throw .misplacedOption("days", "does not go with --through")
    }
    reason = arguments.text("reason") ?? ""
    asOf = try arguments.value("as-of", Expected.day) { Day($0) }
    database = arguments.text("database")
  }

  func run(in surroundings: Surroundings) async throws {
    let locked = try await Database.use(database, environment: surroundings.environment) {
      try await ForecastLocks.lock(
        scope, until: until, reason: reason, by: surroundings.actor,
        clock: surroundings.clock(asOf: asOf), in: $0)
    }
    try surroundings.output.write(locked.sentence + "\n")
  }
}

/// `forecast locks`: which days are locked, by whom and why.
struct ForecastLocksCommand: RunnableCommand, Hashable {
  let ended: Bool
  let asOf: Day?
  let database: String?

  static let grammar = Grammar(
    name: "forecast locks",
    summary: "List the locks in force, with who set them and why",
    options: [
      .init(name: "ended", help: "also those that have ended or were taken away"), .asOf,
      .database,
    ],
    examples: [
      .init(commandLine: "quartermaster forecast locks", effect: "lists them, the newest first")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    ended = arguments.has("ended")
    asOf = try arguments.value("as-of", Expected.day) { Day($0) }
    database = arguments.text("database")
  }

  func run(in surroundings: Surroundings) async throws {
    let clock = surroundings.clock(asOf: asOf)
    let locks = try await Database.use(database, environment: surroundings.environment) {
      try await ForecastLocks.list(ended: ended, clock: clock, in: $0)
    }
    try surroundings.output.write(locks.text(clock: clock))
  }
}

/// `forecast unlock`: the next run says what it finds.
struct ForecastUnlockCommand: RunnableCommand, Hashable {
  let lock: Int
  let reason: String
  let database: String?

  static let grammar = Grammar(
    name: "forecast unlock",
    summary: "Take a lock away before its last day",
    details: "The forecast in use stays as it is; the next run says what it finds.",
    positionals: [.init(name: "LOCK", help: "its number in 'quartermaster forecast locks'")],
    options: [.reason, .database],
    examples: [
      .init(
        commandLine: "quartermaster forecast unlock 3 --reason 'the order was cancelled'",
        effect: "the next run forecasts these days anew")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    let text = arguments.positionals[0]
    guard let lock = Int32(text), lock > 0, !text.hasPrefix("+") else {
      throw .invalidValue("LOCK", text, expected: "the number of a lock", nearest: nil)
    }
    self.lock = Int(lock)
    reason = arguments.text("reason") ?? ""
    database = arguments.text("database")
  }

  func run(in surroundings: Surroundings) async throws {
    let record = try await Database.use(database, environment: surroundings.environment) {
      try await ForecastLocks.unlock(lock, reason: reason, by: surroundings.actor, in: $0)
    }
    try surroundings.output.write(record.unlockedSentence + "\n")
  }
}

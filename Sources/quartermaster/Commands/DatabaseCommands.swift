import Inventory
import Service

/// `status`: how fresh each location is, and what the last run did.
struct StatusCommand: Command, Hashable {
  let asOf: Day?
  let format: StatusFormat
  let database: String?

  static let grammar = Grammar(
    name: "status",
    summary: "Show how fresh each location's data is, and the last run",
    options: [
      .asOf, .init(name: "format", value: "FORMAT", help: "table or json; default table"),
      .database,
    ],
    examples: [
      .init(
        commandLine: "quartermaster status",
        effect: "lists each location with the day it is complete through and whether it is stale")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    asOf = try arguments.value("as-of", Expected.day) { Day($0) }
    format = try arguments.choice("format", of: StatusFormat.self) ?? .table
    database = arguments.text("database")
  }
}

/// `migrate`: brings the database's tables up to this program.
struct MigrateCommand: Command, Hashable {
  let database: String?

  static let grammar = Grammar(
    name: "migrate",
    summary: "Create the tables, or bring them up to this version",
    options: [.database],
    examples: [
      .init(
        commandLine: "quartermaster migrate --database postgresql://qm@db.example/quartermaster",
        effect: "applies the migrations that this database does not have yet")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) { database = arguments.text("database") }
}

/// `demo`: a generated retailer, loaded, trained and reported.
struct DemoCommand: Command, Hashable {
  /// Nobody is there to answer.
  let isUnattended: Bool
  let database: String?

  static let grammar = Grammar(
    name: "demo",
    summary: "Load a generated retailer, train, and print one region's report",
    details: "Started again it finds its data and adds the days since, from the same seed.",
    options: [.init(name: "once", help: "unattended: run through and end"), .database],
    examples: [
      .init(commandLine: "quartermaster demo", effect: "shows the whole path in a minute or two"),
      .init(commandLine: "quartermaster demo --once", effect: "the same for a script"),
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    isUnattended = arguments.has("once")
    database = arguments.text("database")
  }
}

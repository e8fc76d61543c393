import Inventory
import Service

/// `demand show`: one series day by day.
struct DemandShowCommand: RunnableCommand, Hashable {
  let query: DemandListing.Query
  let format: DemandFormat
  let database: String?

  static let grammar = Grammar(
    name: "demand show",
    summary: "Show one series day by day: told, zero, missing, closed or out of stock",
    details: """
      Training takes each day as it is shown here, but for closures that it learns and values that \
      it holds to be wrong entries. 'demand' was told. 'zero' has no row, but the \
      location is complete; 'missing' has none yet, or its row waits in quarantine. On a 'closed' \
      day the calendar says that nothing is sold. On a 'stockout' demand was at least the quantity.
      """,
    options: [
      .item, .location,
      .init(name: "from", value: "DAY", help: "the first day; default 28 days"),
      .init(
        name: "to", value: "DAY", help: "the last day; default the last that is complete or told"),
      .init(
        name: "version", value: "N",
        help: "the data as it was at this dataset version; default the newest"),
      .demandFormat, .database,
    ],
    examples: [
      .init(
        commandLine: "quartermaster demand show --item OATS --location LEEDS",
        effect: "shows the last four weeks"),
      .init(
        commandLine: "quartermaster demand show --item OATS --location LEEDS --version 118"
          + " --format csv",
        effect: "prints what a run on dataset version 118 saw"),
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    var query = DemandListing.Query(
      item: try arguments.code("item"), location: try arguments.code("location"))
    query.from = try arguments.value("from", Expected.day) { Day($0) }
    query.through = try arguments.value("to", Expected.day) { Day($0) }
    query.version = try arguments.value("version", "a whole number from 0 on") { text in
      Int64(text).flatMap { $0 >= 0 ? $0 : nil }
    }
    self.query = query
    format = try arguments.choice("format", of: DemandFormat.self) ?? .table
    database = arguments.text("database")
  }

  func run(in surroundings: Surroundings) async throws {
    let listing = try await Database.use(database, environment: surroundings.environment) {
      try await DemandListing.read(query, clock: surroundings.clock(), in: $0)
    }
    try surroundings.output.write(format.text(of: listing))
  }
}

/// `demand history`: the life of one number.
struct DemandHistoryCommand: RunnableCommand, Hashable {
  let item: ItemCode
  let location: LocationCode
  let day: Day
  let format: DemandFormat
  let database: String?

  static let grammar = Grammar(
    name: "demand history",
    summary: "Show the life of one number: who told what when, and what stands",
    details: """
      Each value that was told of the day, in the order in which they came, with its revision, \
      source and batch, what became of it, and in which dataset versions it stood.
      """,
    options: [
      .item, .location,
      .init(name: "day", value: "DAY", help: "the day", isRequired: true), .demandFormat,
      .database,
    ],
    examples: [
      .init(
        commandLine: "quartermaster demand history --item OATS --location LEEDS"
          + " --day 2026-04-24",
        effect: "shows every value that was told of 24 April")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    item = try arguments.code("item")
    location = try arguments.code("location")
    guard let day = try arguments.value("day", Expected.day, { Day($0) }) else {
      throw .missingOption("day", grammar: Self.grammar)
    }
    self.day = day
    format = try arguments.choice("format", of: DemandFormat.self) ?? .table
    database = arguments.text("database")
  }

  func run(in surroundings: Surroundings) async throws {
    let life = try await Database.use(database, environment: surroundings.environment) {
      try await NumberLife.read(ofItem: item, at: location, on: day, in: $0)
    }
    try surroundings.output.write(format.text(of: life))
  }
}

extension Grammar.Option {
  fileprivate static let item = Grammar.Option(
    name: "item", value: "ITEM", help: "the item", isRequired: true)

  fileprivate static let location = Grammar.Option(
    name: "location", value: "LOCATION", help: "the location", isRequired: true)

  fileprivate static let demandFormat = Grammar.Option(
    name: "format", value: "FORMAT", help: "table, csv or json; default table")
}

extension Arguments {
  /// The code that a required option gives.
  fileprivate func code<Thing>(_ option: String) throws(UsageFailure) -> Code<Thing> {
    guard let code = try value(option, Expected.code, { Code<Thing>($0) }) else {
      throw .missingOption(option, grammar: grammar)
    }
    return code
  }
}

import Inventory
import Service

/// `sources list`: who pushes.
struct SourcesListCommand: Command, Hashable {
  let database: String?

  static let grammar = Grammar(
    name: "sources list",
    summary: "Show which sources push, and what of theirs is mapped",
    options: [.database],
    examples: [
      .init(commandLine: "quartermaster sources list", effect: "lists each with its last push")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) { database = arguments.text("database") }
}

/// `sources show`: how a source writes its rows.
struct SourcesShowCommand: Command, Hashable {
  let source: SourceCode
  /// Nil for all that is mapped.
  let kind: SyncKind?
  let database: String?

  static let grammar = Grammar(
    name: "sources show",
    summary: "Show how a source's rows are read",
    details: "With a kind, all versions of its mapping, the newest first.",
    positionals: [.source, .init(name: "KIND", help: "as in 'sync KIND'", isOptional: true)],
    options: [.database],
    examples: [
      .init(
        commandLine: "quartermaster sources show erp demand",
        effect: "shows the mapping of erp's demand, and who said it when")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    source = try arguments.source()
    kind = try arguments.positionals.dropFirst().first.map { word throws(UsageFailure) in
      try Arguments.choice(word, named: "KIND", of: SyncKind.self)
    }
    database = arguments.text("database")
  }
}

/// `sources map`: says once how a source writes its rows.
struct SourcesMapCommand: Command, Hashable {
  let source: SourceCode
  let kind: SyncKind
  let mapping: ColumnMapping
  let database: String?

  static let grammar = Grammar(
    name: "sources map",
    summary: "Say once how a source writes its rows of a kind",
    details: """
      What the source pushes from then on is read so, unless the push says --map or --ignore \
      itself. Each call says the mapping whole and makes a version of it, which the batches that \
      were read with it name. Delimiter, encoding, header and the form of numbers are of CSV; \
      NDJSON has its own.
      """,
    positionals: [.source, .init(name: "KIND", help: "as in 'sync KIND'")],
    options: [
      .init(
        name: "column", value: "OURS=THEIRS,...",
        help: "what the rows call our columns, as item=sku,day=date", repeats: true),
      .ignore,
      .init(
        name: "header", value: "COLUMN,...",
        help: "the columns of files whose first line does not name them"),
      .init(name: "delimiter", value: "SIGN", help: "',', ';', '|' or tab"),
      .init(name: "encoding", value: "NAME", help: "utf-8 or windows-1252"),
      .init(name: "decimal", value: "SIGN", help: "before the fraction: '.' or ','"),
      .init(
        name: "thousands", value: "SIGN",
        help: "between thousands: '.', ',', space or apostrophe; default none"),
      .init(
        name: "date-format", value: "FORMAT",
        help: "days, and times if it has HH: yyyy, MM or M, dd or d, HH, mm, ss"),
      .init(
        name: "units", value: "UNIT=FACTOR,...",
        help: "what the column 'unit' says, in the item's own: a number, or pack", repeats: true),
      .database,
    ],
    examples: [
      .init(
        commandLine: "quartermaster sources map erp demand --delimiter ';' --decimal ,"
          + " --date-format dd.MM.yyyy",
        effect: "reads what a German spreadsheet saves"),
      .init(
        commandLine: "quartermaster sources map till stock --units case=pack,dozen=12,each=1",
        effect: "counts cases by each item's pack size"),
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    source = try arguments.source()
    kind = try Arguments.choice(arguments.positionals[1], named: "KIND", of: SyncKind.self)
    var options = MappingOptions()
    options.columns = arguments.all("column").joined(separator: ",")
    options.ignored = arguments.all("ignore").joined(separator: ",")
    options.header = arguments.text("header")
    options.delimiter = arguments.text("delimiter")
    options.encoding = arguments.text("encoding")
    options.decimal = arguments.text("decimal")
    options.thousands = arguments.text("thousands")
    options.dateFormat = arguments.text("date-format")
    options.units = arguments.all("units").joined(separator: ",")
    do throws(MappingProblem) { mapping = try options.mapping(of: kind) } catch {
      throw .invalidMapping(error.sentence)
    }
    guard !mapping.isPlain else {
      throw .invalidMapping(
        "nothing is said that differs from the formats; 'sources unmap' ends a mapping")
    }
    database = arguments.text("database")
  }
}

/// `sources unmap`: rows are read as the formats have them again.
struct SourcesUnmapCommand: Command, Hashable {
  let source: SourceCode
  let kind: SyncKind
  let database: String?

  static let grammar = Grammar(
    name: "sources unmap",
    summary: "Read a source's rows of a kind as the formats have them again",
    positionals: [.source, .init(name: "KIND", help: "as in 'sync KIND'")],
    options: [.database],
    examples: [
      .init(
        commandLine: "quartermaster sources unmap erp demand", effect: "ends the mapping of demand")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    source = try arguments.source()
    kind = try Arguments.choice(arguments.positionals[1], named: "KIND", of: SyncKind.self)
    database = arguments.text("database")
  }
}

extension Grammar.Positional {
  fileprivate static let source = Grammar.Positional(
    name: "SOURCE", help: "the warehouse system, as in 'sync --source'")
}

extension Arguments {
  /// The first word after the command, as a source.
  fileprivate func source() throws(UsageFailure) -> SourceCode {
    guard let source = SourceCode(positionals[0]) else {
      throw .invalidValue("SOURCE", positionals[0], expected: Expected.code, nearest: nil)
    }
    return source
  }
}

extension SourcesListCommand: RunnableCommand {
  func run(in surroundings: Surroundings) async throws {
    let text = try await Database.use(database, environment: surroundings.environment) {
      try await Mappings.listing(in: $0)
    }
    try surroundings.output.write(text)
  }
}

extension SourcesShowCommand: RunnableCommand {
  func run(in surroundings: Surroundings) async throws {
    let text = try await Database.use(database, environment: surroundings.environment) {
      try await Mappings.description(of: source, kind: kind, in: $0)
    }
    try surroundings.output.write(text)
  }
}

extension SourcesMapCommand: RunnableCommand {
  func run(in surroundings: Surroundings) async throws {
    let outcome = try await Database.use(database, environment: surroundings.environment) {
      try await Mappings.set(
        mapping, source: source, kind: kind, actor: surroundings.actor, in: $0)
    }
    try surroundings.output.write(outcome.report)
  }
}

extension SourcesUnmapCommand: RunnableCommand {
  func run(in surroundings: Surroundings) async throws {
    let outcome = try await Database.use(database, environment: surroundings.environment) {
      try await Mappings.end(source: source, kind: kind, actor: surroundings.actor, in: $0)
    }
    try surroundings.output.write(outcome.report)
  }
}

import Inventory
import Service

/// `quarantine list`: the rows that wait.
struct QuarantineListCommand: RunnableCommand, Hashable {
  let rows: QuarantineSelection
  let format: QuarantineFormat
  let database: String?

  static let grammar = Grammar(
    name: "quarantine list",
    summary: "List the rows that were set aside and wait, each with its reason",
    details: """
      Rows for items and locations that are not known come in by themselves when those do. All \
      others wait to be fixed or discarded; the days they are about are missing until then, never \
      zero.
      """,
    options: QuarantineSelection.options + [
      .init(name: "settled", help: "rows that wait no more, too"),
      .init(name: "limit", value: "N", help: "how many at most; default 100"),
      .init(name: "format", value: "FORMAT", help: "table, csv or json; default table"),
      .database,
    ],
    examples: [
      .init(
        commandLine: "quartermaster quarantine list --batch 7",
        effect: "lists what was set aside of batch 7"),
      .init(
        commandLine: "quartermaster quarantine list --code invalid_quantity --format csv",
        effect: "prints rows for a spreadsheet"),
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    let limit = try arguments.value("limit", "a whole number from 1 to 1000000") { text in
      Int(text).flatMap { (1...1_000_000).contains($0) ? $0 : nil }
    }
    var rows = try QuarantineSelection(arguments)
    rows.limit = limit ?? 100
    rows.includesSettled = arguments.has("settled")
    self.rows = rows
    format = try arguments.choice("format", of: QuarantineFormat.self) ?? .table
    database = arguments.text("database")
  }

  func run(in surroundings: Surroundings) async throws {
    let text = try await Database.use(database, environment: surroundings.environment) {
      try await Quarantine.listing(rows, as: format, in: $0)
    }
    try surroundings.output.write(text)
  }
}

/// `quarantine show`: one row, with its bytes.
struct QuarantineShowCommand: RunnableCommand, Hashable {
  let row: Int64
  let database: String?

  static let grammar = Grammar(
    name: "quarantine show",
    summary: "Show one row with its bytes, its reason and what to do about it",
    positionals: [.quarantined],
    options: [.database],
    examples: [
      .init(commandLine: "quartermaster quarantine show 17", effect: "shows row 17")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    row = try Arguments.quarantined(arguments.positionals[0])
    database = arguments.text("database")
  }

  func run(in surroundings: Surroundings) async throws {
    let report = try await Database.use(database, environment: surroundings.environment) {
      try await Quarantine.report(of: row, in: $0)
    }
    try surroundings.output.write(report)
  }
}

/// `quarantine replay`: brings rows in once more.
struct QuarantineReplayCommand: RunnableCommand, Hashable {
  let rows: QuarantineSelection
  let isConfirmed: Bool
  let isRemapped: Bool
  let database: String?

  static let grammar = Grammar(
    name: "quarantine replay",
    summary: "Bring rows in again that were set aside",
    details: """
      A row stands where it would have stood when it came first: what was received after it is \
      not overwritten. One that fails again waits on, with its newest reason. --confirm says that \
      the units of a held batch are right.
      """,
    positionals: [.quarantinedRows],
    options: QuarantineSelection.options + [
      .init(name: "all", help: "all rows that wait"),
      .init(
        name: "remap", help: "read them with their source's newest mapping, not with the batch's"),
      .init(name: "confirm", help: "the units of held batches are right; goes with --batch"),
      .database,
    ],
    examples: [
      .init(
        commandLine: "quartermaster quarantine replay 17 18", effect: "replays two rows"),
      .init(
        commandLine: "quartermaster quarantine replay --batch 7 --confirm",
        effect: "takes a batch whose units a person has confirmed"),
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    rows = try QuarantineSelection(arguments)
    isConfirmed = arguments.has("confirm")
    isRemapped = arguments.has("remap")
    if isConfirmed, rows.batch == nil {
      throw .misplacedOption("confirm", "goes with --batch")
    }
    if rows.isOpen, !arguments.has("all") {
      throw .missingArgument("ROW, an option that says which rows, or --all", grammar: Self.grammar)
    }
    database = arguments.text("database")
  }

  func run(in surroundings: Surroundings) async throws {
    let retention = try Retention(environment: surroundings.environment)
    let text = try await Database.use(database, environment: surroundings.environment) {
      try await Quarantine.replay(
        rows, confirmsUnits: isConfirmed, usesNewestMapping: isRemapped, by: surroundings.actor,
        clock: surroundings.clock(), retention: retention, in: $0)
    }
    try surroundings.output.write(text)
  }
}

/// `quarantine fix`: a corrected row takes the place of one that was set aside.
struct QuarantineFixCommand: RunnableCommand, Hashable {
  let row: Int64
  let correction: String
  let database: String?

  static let grammar = Grammar(
    name: "quarantine fix",
    summary: "Replace a row that was set aside by a corrected one",
    details: """
      The corrected row has the format of its batch: 'quarantine show' prints the columns and the \
      row as it came. Both are kept.
      """,
    positionals: [.quarantined],
    options: [
      .init(name: "row", value: "TEXT", help: "the corrected row", isRequired: true), .database,
    ],
    examples: [
      .init(
        commandLine: "quartermaster quarantine fix 17 --row oats,leeds,2026-04-24,12",
        effect: "stores the corrected row in its place")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    row = try Arguments.quarantined(arguments.positionals[0])
    correction = arguments.text("row") ?? ""
    database = arguments.text("database")
  }

  func run(in surroundings: Surroundings) async throws {
    let retention = try Retention(environment: surroundings.environment)
    let text = try await Database.use(database, environment: surroundings.environment) {
      try await Quarantine.fix(
        row, with: correction, by: surroundings.actor, clock: surroundings.clock(),
        retention: retention, in: $0)
    }
    try surroundings.output.write(text)
  }
}

/// `quarantine discard`: rows that are no facts.
struct QuarantineDiscardCommand: RunnableCommand, Hashable {
  let rows: QuarantineSelection
  let reason: String
  let database: String?

  static let grammar = Grammar(
    name: "quarantine discard",
    summary: "Say of rows that were set aside that they are no facts",
    details: """
      The rows are kept with the reason and who gave it, and wait no more: the days they are about \
      are zero demand again unless another row says more.
      """,
    positionals: [.quarantinedRows],
    options: [
      .init(name: "reason", value: "TEXT", help: "why, for those who ask later", isRequired: true)
    ] + QuarantineSelection.options + [.database],
    examples: [
      .init(
        commandLine: "quartermaster quarantine discard 17 --reason 'a test of the till'",
        effect: "discards row 17"),
      .init(
        commandLine: "quartermaster quarantine discard --batch 7 --reason 'sent in cases'",
        effect: "discards all of batch 7 that waits"),
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    rows = try QuarantineSelection(arguments)
    reason = arguments.text("reason") ?? ""
    if rows.isOpen {
      throw .missingArgument("ROW, or an option that says which rows", grammar: Self.grammar)
    }
    database = arguments.text("database")
  }

  func run(in surroundings: Surroundings) async throws {
    let text = try await Database.use(database, environment: surroundings.environment) {
      try await Quarantine.discard(
        rows, because: reason, by: surroundings.actor, in: $0)
    }
    try surroundings.output.write(text)
  }
}

extension QuarantineSelection {
  fileprivate static let options: [Grammar.Option] = [
    .init(name: "source", value: "NAME", help: "rows of one source"),
    .init(name: "code", value: "CODE", help: "rows set aside for one reason, as unknown_item"),
    .init(name: "item", value: "ITEM", help: "rows about one item"),
    .init(name: "location", value: "LOCATION", help: "rows about one location"),
    .init(name: "batch", value: "N", help: "rows of one batch"),
  ]

  fileprivate init(_ arguments: Arguments) throws(UsageFailure) {
    self.init()
    source = try arguments.value("source", Expected.code) { SourceCode($0) }
    code = arguments.text("code")
    item = try arguments.value("item", Expected.code) { ItemCode($0) }
    location = try arguments.value("location", Expected.code) { LocationCode($0) }
    batch = try arguments.value("batch", "the number of a batch") { text in
      Int(text).flatMap { (1...Int(Int32.max)).contains($0) ? $0 : nil }
    }
    var rows: [Int64] = []
    for text in arguments.positionals { rows.append(try Arguments.quarantined(text)) }
    if !rows.isEmpty { ids = rows }
  }
}

extension Grammar.Positional {
  fileprivate static let quarantined = Grammar.Positional(
    name: "ROW", help: "its number in 'quartermaster quarantine list'")
  fileprivate static let quarantinedRows = Grammar.Positional(
    name: "ROW", help: "numbers in 'quartermaster quarantine list'", isOptional: true,
    repeats: true)
}

extension Arguments {
  fileprivate static func quarantined(_ text: String) throws(UsageFailure) -> Int64 {
    guard let row = Int64(text), row > 0 else {
      throw .invalidValue("ROW", text, expected: "the number of a row", nearest: nil)
    }
    return row
  }
}

import Inventory
import Service

/// `sync KIND FILE`: one file of a warehouse system becomes one batch, all of it or nothing.
struct SyncCommand: Command, Hashable {
  let kind: SyncKind
  /// A path; "-" for standard input.
  let file: String
  let source: SourceCode
  /// The idempotency key; nil takes the digest of what is sent.
  let key: String?
  let completeThrough: Day?
  let generatedAt: Instant?
  let isStrict: Bool
  let mapping: ColumnMapping
  let database: String?

  static let defaultSource = "file"

  static let grammar = Grammar(
    name: "sync",
    summary: "Store items, locations, calendar, terms, prices, demand, stock, movements",
    details: """
      Every row is applied, a duplicate, stale, or quarantined with its reason; the receipt counts \
      them. The same file again is all duplicates. Columns that the kind does not use are passed \
      over if another kind knows them; any other unknown column is refused by name.
      """,
    table: .init(
      title: "Columns of each kind, the required ones before the semicolon:",
      rows: SyncKind.allCases.map { ($0.rawValue, columns(of: $0)) }),
    positionals: [
      .init(
        name: "KIND",
        help: "items, locations, calendar, terms, prices, demand, stock or movements"),
      .init(name: "FILE", help: "CSV or NDJSON, plain or gzip; - reads standard input"),
    ],
    options: [
      .init(
        name: "source", value: "NAME", help: "the warehouse system that sends it; default file"),
      .init(
        name: "key", value: "KEY",
        help: "names the batch, so that sending it again changes nothing; default its digest"),
      .init(
        name: "complete-through", value: "DAY",
        help: "demand, movements: all locations of the source have sent all up to this day"),
      .init(
        name: "generated-at", value: "TIME",
        help: "revision of rows without one, as 2026-04-25T02:00:00Z"),
      .init(name: "strict", help: "refuse the whole file if one row is wrong"),
      .map, .ignore, .database,
    ],
    examples: [
      .init(
        commandLine: "quartermaster sync demand sales.csv --source erp"
          + " --complete-through 2026-04-24",
        effect: "stores the rows; days without one up to 24 April are zero demand"),
      .init(
        commandLine: "quartermaster sync items sales.csv.gz --map item=sku,category=group"
          + " --ignore till",
        effect: "takes items from a file that names its columns differently"),
    ])

  private static func columns(of kind: SyncKind) -> String {
    let others = kind.columns.filter { !kind.requiredColumns.contains($0) }
    return [kind.requiredColumns, others].map { columns in
      columns.map(\.rawValue).joined(separator: ", ")
    }.joined(separator: "; ")
  }

  init(_ arguments: Arguments) throws(UsageFailure) {
    kind = try Arguments.choice(arguments.positionals[0], named: "KIND", of: SyncKind.self)
    file = arguments.positionals[1]
    let named = try arguments.value("source", Expected.code) { SourceCode($0) }
    guard let source = named ?? SourceCode(Self.defaultSource) else {
      throw .missingOption("source", grammar: Self.grammar)
    }
    self.source = source
    key = try arguments.value("key", "1 to 128 of A-Z, a-z, 0-9, '.', '_' and '-'") {
      Push.isKey($0) ? $0 : nil
    }
    completeThrough = try arguments.value("complete-through", Expected.day) { Day($0) }
    if completeThrough != nil, !kind.maySayComplete {
      throw .misplacedOption(
        "complete-through", "goes with demand or movements, not with \(kind.rawValue)")
    }
    generatedAt = try arguments.value("generated-at", Expected.time) { Instant($0) }
    isStrict = arguments.has("strict")
    mapping = try ColumnMapping(arguments)
    database = arguments.text("database")
  }
}

/// What values must look like, as said when they do not.
enum Expected {
  static let day = "a day as 2026-04-24"
  static let time = "a time as 2026-04-25T02:00:00Z"
  static let code = "1 to 128 bytes without control characters"
}

extension ColumnMapping {
  /// From `--map` and `--ignore`, however often they are given.
  init(_ arguments: Arguments) throws(UsageFailure) {
    do {
      try self.init(
        map: arguments.all("map").joined(separator: ","),
        ignore: arguments.all("ignore").joined(separator: ","))
    } catch {
      switch error {
      case .malformed(let pair):
        throw .invalidValue("--map", pair, expected: "ours=theirs, as item=sku", nearest: nil)
      case .unknownColumn(let column, let nearest):
        throw .invalidValue(
          "the left side of --map", column, expected: "a column of the formats",
          nearest: NearestName.of(column, in: Column.allCases.map(\.rawValue)) ?? nearest)
      case .mappedTwice(let column):
        throw .misplacedOption("map", "names \(column.rawValue) twice")
      }
    }
  }
}

/// What a command accepts, in enough words to parse it and to explain it.
struct Grammar: Sendable {
  struct Positional: Sendable {
    let name: String
    let help: String
    /// Whether it may be left out; then so may all after it.
    var isOptional = false
    /// Whether it may come any number of times; only the last one may.
    var repeats = false
  }

  struct Option: Sendable {
    /// Without the leading dashes.
    let name: String
    /// What stands for the value in the help; nil makes it a flag.
    var value: String?
    let help: String
    var isRequired = false
    var repeats = false
  }

  /// What needs more than a sentence, row by row.
  struct Table: Sendable {
    let title: String
    let rows: [(name: String, help: String)]
  }

  struct Example: Sendable {
    let commandLine: String
    let effect: String
  }

  /// One or two words: "sync", "report procurement".
  let name: String
  /// One sentence without a full stop.
  let summary: String
  var details: String?
  var table: Table?
  var positionals: [Positional] = []
  var options: [Option] = []
  let examples: [Example]

  var words: [String] { name.split(separator: " ").map(String.init) }
  var optionNames: [String] { options.map(\.name) }

  func option(_ name: String) -> Option? { options.first { $0.name == name } }
}

extension Grammar.Option {
  static let database = Grammar.Option(
    name: "database", value: "URL",
    help: "an existing PostgreSQL; default QUARTERMASTER_DATABASE_URL, else the private one")

  static let asOf = Grammar.Option(
    name: "as-of", value: "DAY", help: "the day taken for today; default today")

  static let map = Grammar.Option(
    name: "map", value: "OURS=THEIRS,...",
    help: "what the file calls our columns, as item=sku,day=date", repeats: true)

  static let ignore = Grammar.Option(
    name: "ignore", value: "COLUMN,...", help: "columns of the file to pass over", repeats: true)
}

// What `forecast` and `backtest` both ask of a file.

extension Grammar.Positional {
  static let demandFile = Grammar.Positional(
    name: "FILE", help: "CSV or NDJSON, plain or gzip; - reads standard input")
}

extension Grammar.Option {
  static let horizon = Grammar.Option(
    name: "horizon", value: "H", help: "how many buckets ahead", isRequired: true)

  static let bucket = Grammar.Option(
    name: "bucket", value: "BUCKET", help: "day, week or month; default day")

  static let calendar = Grammar.Option(
    name: "calendar", value: "FILE",
    help: "known events: day, name, kind, region, location, item, category")

  static let prices = Grammar.Option(
    name: "prices", value: "FILE",
    help: "known prices: item, from, price, location, region, promotion")

  static let method = Grammar.Option(
    name: "method", value: "METHOD",
    help: "auto, hybrid, combined, ets, a form as ETS(A,Ad,M) or ETS(Z,Z,Z), croston, sba, tsb,"
      + " naive (the last season), last (the last value) or mean; default auto")
  static let reconcile = Grammar.Option(
    name: "reconcile", value: "HOW",
    help: "how sums and series agree: bottom-up, wls, mint or auto; default bottom-up")

  static let complete = Grammar.Option(
    name: "complete", help: "days without a row are zero demand, not missing")
}

/// One action of the program: argv becomes a value, whose options are known to be good.
protocol Command: Sendable {
  static var grammar: Grammar { get }
  init(_ arguments: Arguments) throws(UsageFailure)
}

/// A command that can be carried out.
protocol RunnableCommand: Command {
  func run(in surroundings: Surroundings) async throws
}

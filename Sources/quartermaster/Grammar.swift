/// What a command accepts, in enough words to parse it and to explain it.
struct Grammar: Sendable {
  struct Positional: Sendable {
    let name: String
    let help: String
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

/// One action of the program: argv becomes a value, whose options are known to be good.
protocol Command: Sendable {
  static var grammar: Grammar { get }
  init(_ arguments: Arguments) throws(UsageFailure)
}

/// A command that can be carried out.
protocol RunnableCommand: Command {
  func run(in surroundings: Surroundings) async throws
}

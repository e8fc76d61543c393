import Service

/// What a command line asks for.
enum Invocation: Sendable {
  /// Text for standard output.
  case show(String)
  case run(any Command)

  /// - Parameters:
  ///   - words: the command line without the program's own name.
  ///   - commands: those there are, in the order of the overview.
  init(_ words: [String], commands: [any Command.Type]) throws(UsageFailure) {
    let grammars = commands.map { $0.grammar }
    switch words.first {
    case nil, "--help", "-h": self = .show(Help.overview(grammars))
    case "--version": self = .show("quartermaster \(Version.text)\n")
    case "help": self = .show(try Self.help(Array(words.dropFirst()), grammars))
    default:
      let command = try Self.command(words, commands)
      let rest = words.dropFirst(command.grammar.words.count)
      // What follows "--" are arguments, whatever they look like.
      if rest.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
        self = .show(Help.text(command.grammar))
      } else {
        self = .run(try command.init(Arguments(rest, grammar: command.grammar)))
      }
    }
  }

  private static func help(
    _ words: [String], _ grammars: [Grammar]
  ) throws(UsageFailure) -> String {
    guard !words.isEmpty else { return Help.overview(grammars) }
    guard let grammar = grammars.first(where: { words.starts(with: $0.words) }) else {
      throw .unknownCommand(words, known: grammars.map(\.name))
    }
    return Help.text(grammar)
  }

  private static func command(
    _ words: [String], _ commands: [any Command.Type]
  ) throws(UsageFailure) -> any Command.Type {
    if let command = commands.first(where: { words.starts(with: $0.grammar.words) }) {
      return command
    }
    if let first = words.first, first.hasPrefix("-") {
      throw .invalidValue("the first word", first, expected: "a command", nearest: nil)
    }
    throw .unknownCommand(
      Array(words.prefix { !$0.hasPrefix("-") }), known: commands.map { $0.grammar.name })
  }
}

import Service

/// The command line is wrong; what is said names the word and, where there is one, the right one
/// nearest to it.
struct UsageFailure: Failure, Hashable {
  let code: String
  let sentence: String

  var exitCode: ExitCode { .usage }

  private init(_ code: String, _ sentence: String) {
    self.code = code
    self.sentence = sentence
  }

  static func unknownCommand(_ words: [String], known: [String]) -> UsageFailure {
    let candidates = known + ["help"]
    let typed = words.prefix(2).joined(separator: " ")
    let begun = known.filter { $0.hasPrefix(words.first.map { $0 + " " } ?? " ") }
    if words.count == 1, let only = begun.first {
      return UsageFailure("unknown-command", "'\(typed)' needs one more word: \(only)")
    }
    let nearest =
      NearestName.of(typed, in: candidates)
      ?? words.first.flatMap { NearestName.of($0, in: candidates) } ?? begun.first
    return UsageFailure(
      "unknown-command",
      "there is no command '\(typed)'"
        + (nearest.map { "; did you mean '\($0)'?" } ?? "; 'quartermaster help' lists them"))
  }

  static func unknownOption(_ word: String, grammar: Grammar) -> UsageFailure {
    let names = grammar.optionNames + ["help"]
    let nearest = NearestName.of(String(word.drop { $0 == "-" }), in: names)
    let hint =
      nearest.map { "did you mean --\($0)?" }
      ?? "'quartermaster help \(grammar.name)' lists its options"
    return UsageFailure("unknown-option", "'\(grammar.name)' has no option \(word); \(hint)")
  }

  static func repeatedOption(_ name: String) -> UsageFailure {
    UsageFailure("repeated-option", "--\(name) is given twice")
  }

  static func flagWithValue(_ name: String) -> UsageFailure {
    UsageFailure("flag-with-value", "--\(name) takes no value")
  }

  static func invalidMapping(_ sentence: String) -> UsageFailure {
    UsageFailure("invalid-mapping", sentence)
  }

  static func missingValue(_ name: String, placeholder: String) -> UsageFailure {
    UsageFailure("missing-value", "--\(name) needs a value: --\(name) \(placeholder)")
  }

  static func missingArgument(_ name: String, grammar: Grammar) -> UsageFailure {
    UsageFailure("missing-argument", "\(name) is missing: \(Help.usage(grammar))")
  }

  static func missingOption(_ name: String, grammar: Grammar) -> UsageFailure {
    UsageFailure("missing-option", "--\(name) is missing: \(Help.usage(grammar))")
  }

  /// One of several options is needed.
  static func missingChoice(_ sentence: String) -> UsageFailure {
    UsageFailure("missing-option", sentence)
  }

  static func surplusArgument(_ word: String, grammar: Grammar) -> UsageFailure {
    UsageFailure("surplus-argument", "'\(word)' is one word too many: \(Help.usage(grammar))")
  }

  static func invalidValue(
    _ name: String, _ text: String, expected: String, nearest: String?
  ) -> UsageFailure {
    UsageFailure(
      "invalid-value",
      "\(name) is '\(text)', but must be \(expected)"
        + (nearest.map { "; did you mean '\($0)'?" } ?? ""))
  }

  static func invalidChoice(_ name: String, _ text: String, choices: [String]) -> UsageFailure {
    let last = choices.last ?? ""
    return invalidValue(
      name, text, expected: choices.dropLast().joined(separator: ", ") + " or " + last,
      nearest: NearestName.of(text, in: choices))
  }

  /// What another type says of its text.
  static func malformed(_ failure: any Failure) -> UsageFailure {
    UsageFailure(failure.code, failure.sentence)
  }

  static func misplacedOption(_ name: String, _ reason: String) -> UsageFailure {
    UsageFailure("misplaced-option", "--\(name) \(reason)")
  }
}

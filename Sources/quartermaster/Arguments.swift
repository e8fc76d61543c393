/// A command line cut into what its grammar names; the values are still text.
struct Arguments: Sendable {
  let grammar: Grammar
  private(set) var positionals: [String] = []
  private var values: [String: [String]] = [:]

  /// Cuts the words after the command's name.
  init(_ words: some Sequence<String>, grammar: Grammar) throws(UsageFailure) {
    self.grammar = grammar
    var rest = Array(words)[...]
    var optionsEnded = false
    while let word = rest.popFirst() {
      if optionsEnded || !word.hasPrefix("-") || word == "-" {
        positionals.append(word)
      } else if word == "--" {
        optionsEnded = true
      } else {
        try take(option: word, &rest)
      }
    }
    try checkCounts()
  }

  private mutating func take(
    option word: String, _ rest: inout ArraySlice<String>
  ) throws(UsageFailure) {
    let parts = word.drop { $0 == "-" }.split(
      separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.first.map(String.init) ?? ""
    guard word.hasPrefix("--"), let option = grammar.option(name) else {
      throw .unknownOption(
        word.split(separator: "=").first.map(String.init) ?? word, grammar: grammar)
    }
    guard values[name] == nil || option.repeats else { throw .repeatedOption(name) }
    if option.value == nil {
      guard parts.count == 1 else { throw .flagWithValue(name) }
      values[name] = []
    } else if parts.count == 2, !parts[1].isEmpty {
      values[name, default: []].append(String(parts[1]))
    } else if parts.count == 1, let value = rest.first, !value.isEmpty, !value.hasPrefix("--") {
      values[name, default: []].append(value)
      rest.removeFirst()
    } else {
      throw .missingValue(name, placeholder: option.value ?? "VALUE")
    }
  }

  private func checkCounts() throws(UsageFailure) {
    if positionals.count < grammar.positionals.count(where: { !$0.isOptional }) {
      throw .missingArgument(grammar.positionals[positionals.count].name, grammar: grammar)
    }
    if positionals.count > grammar.positionals.count,
      grammar.positionals.last?.repeats != true
    {
      throw .surplusArgument(positionals[grammar.positionals.count], grammar: grammar)
    }
    for option in grammar.options where option.isRequired && values[option.name] == nil {
      throw .missingOption(option.name, grammar: grammar)
    }
  }

  func has(_ flag: String) -> Bool { values[flag] != nil }

  func text(_ option: String) -> String? { values[option]?.first }

  /// All values of an option that may be given more than once.
  func all(_ option: String) -> [String] { values[option] ?? [] }

  /// A value of an option, read; nil when it was not given.
  func value<Value>(
    _ option: String, _ expected: String, _ read: (String) -> Value?
  ) throws(UsageFailure) -> Value? {
    guard let text = text(option) else { return nil }
    guard let value = read(text) else {
      throw .invalidValue("--" + option, text, expected: expected, nearest: nil)
    }
    return value
  }

  /// One of a few words.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ option: String, of type: Choice.Type
  ) throws(UsageFailure) -> Choice? where Choice.RawValue == String {
    guard let text = text(option) else { return nil }
    return try Self.choice(text, named: "--" + option, of: type)
  }

  static func choice<Choice: RawRepresentable & CaseIterable>(
    _ text: String, named name: String, of type: Choice.Type
  ) throws(UsageFailure) -> Choice where Choice.RawValue == String {
    guard let choice = Choice(rawValue: text) else {
      throw .invalidChoice(name, text, choices: Choice.allCases.map(\.rawValue))
    }
    return choice
  }
}

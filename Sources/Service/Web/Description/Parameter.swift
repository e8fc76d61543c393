internal import Inventory

/// Where a parameter stands in a request.
enum ParameterPlace: String, Hashable, Sendable {
  case path, query, header
}

/// What is said of a parameter whatever its type.
struct ParameterFacts: Sendable {
  let name: String
  let place: ParameterPlace
  let isRequired: Bool
  let allowsMany: Bool
  let schema: Schema
  let description: String
  /// What a value should be, to end a sentence: "a day as 2024-06-30".
  let expected: String
  let isValid: @Sendable (String) -> Bool
}

/// A parameter of an operation: declared once, it is described, checked and read from there.
struct Parameter<Value: Sendable>: Sendable {
  let facts: ParameterFacts
  let fallback: Value?
  let read: @Sendable (String) -> Value?

  init(
    _ name: String, in place: ParameterPlace = .query, required: Bool = false,
    fallback: Value? = nil, schema: Schema, expected: String, _ description: String,
    read: @escaping @Sendable (String) -> Value?
  ) {
    self.init(
      ParameterFacts(
        name: name, place: place, isRequired: required || place == .path, allowsMany: false,
        schema: schema, description: description, expected: expected,
        isValid: { read($0) != nil }),
      fallback: fallback, read: read)
  }

  private init(
    _ facts: ParameterFacts, fallback: Value?, read: @escaping @Sendable (String) -> Value?
  ) {
    self.facts = facts
    self.fallback = fallback
    self.read = read
  }

  /// The same, but it may come more than once.
  var many: Parameter {
    Parameter(
      ParameterFacts(
        name: facts.name, place: facts.place, isRequired: facts.isRequired, allowsMany: true,
        schema: facts.schema, description: facts.description, expected: facts.expected,
        isValid: facts.isValid),
      fallback: fallback, read: read)
  }
}

extension Parameter where Value == String {
  static func text(
    _ name: String, in place: ParameterPlace = .query, required: Bool = false,
    maximumBytes: Int = 256, _ description: String
  ) -> Parameter {
    Parameter(
      name, in: place, required: required,
      schema: .text(minimumLength: 1, maximumLength: maximumBytes),
      expected: "1 to \(maximumBytes) bytes", description
    ) { (1...maximumBytes).contains($0.utf8.count) ? $0 : nil }
  }

  static func choice(
    _ name: String, in place: ParameterPlace = .query, required: Bool = false,
    _ words: [String], fallback: String? = nil, _ description: String
  ) -> Parameter {
    let schema = Schema.choice(words)
    return Parameter(
      name, in: place, required: required, fallback: fallback,
      schema: fallback.map { schema.withDefault(.string($0)) } ?? schema,
      expected: "one of " + words.joined(separator: ", "), description
    ) { words.contains($0) ? $0 : nil }
  }
}

extension Parameter where Value == Int {
  static func integer(
    _ name: String, in place: ParameterPlace = .query, required: Bool = false,
    _ range: ClosedRange<Int>, fallback: Int? = nil, _ description: String
  ) -> Parameter {
    let schema = Schema.integer(range)
    return Parameter(
      name, in: place, required: required, fallback: fallback,
      schema: fallback.map { schema.withDefault(.integer($0)) } ?? schema,
      expected: "a whole number from \(range.lowerBound) to \(range.upperBound)", description
    ) { text in
      // Int takes a plus sign, too, and one value needs no second spelling.
      guard !text.hasPrefix("+"), let number = Int(text) else { return nil }
      return range.contains(number) ? number : nil
    }
  }

  /// How many rows of a list one page has.
  static let limit = integer(
    "limit", 1...1_000, fallback: 100, "How many there are on a page.")
}

extension Parameter where Value == Bool {
  static func flag(_ name: String, _ description: String) -> Parameter {
    Parameter(
      name, fallback: false, schema: Schema.boolean.withDefault(false),
      expected: "true or false", description
    ) { ["true": true, "false": false][$0] }
  }
}

extension Parameter where Value == Day {
  static func day(
    _ name: String, in place: ParameterPlace = .query, required: Bool = false,
    _ description: String
  ) -> Parameter {
    Parameter(
      name, in: place, required: required, schema: .day, expected: "a day as 2024-06-30",
      description
    ) { Day($0) }
  }
}

extension Parameter where Value == Instant {
  static func instant(_ name: String, required: Bool = false, _ description: String) -> Parameter {
    Parameter(
      name, required: required, schema: .instant, expected: "a time as 2024-06-30T12:00:00Z",
      description
    ) { Instant($0) }
  }
}

extension Parameter {
  /// The code of an item, location, region, category or source.
  static func code<Thing>(
    _ name: String, in place: ParameterPlace = .query, required: Bool = false,
    _ description: String
  ) -> Parameter where Value == Code<Thing> {
    Parameter(
      name, in: place, required: required, schema: .code,
      expected: "1 to 128 bytes without control characters", description
    ) { Code($0) }
  }
}

extension Parameter where Value == Cursor {
  /// Where the page begins: what the page before gave as `next`.
  static let cursor = Parameter(
    "cursor", schema: .text(maximumLength: 1_024, pattern: Cursor.pattern),
    expected: "the 'next' of the page before",
    "Where to go on: the `next` of the page before. Without it, the first page."
  ) { Cursor($0) }
}

/// JSON of any shape.
enum JSONTree: Decodable {
  case object([String: JSONTree])
  case array([JSONTree])
  case text(String)
  case number(Double)
  case flag(Bool)
  case null

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let array = try? container.decode([JSONTree].self) {
      self = .array(array)
    } else {
      self = .object(try container.decode([String: JSONTree].self))
    }
  }

  /// As it is shown in a complaint.
  var shown: String {
    switch self {
    case .object: "an object"
    case .array: "a list"
    case .text(let text): "'\(text.shownShort)'"
    case .number(let number): "\(number)"
    case .flag(let flag): "\(flag)"
    case .null: "null"
    }
  }
}

/// Takes an object's members one after the other; what is left at the end is not known.
struct MemberReader {
  private var members: [String: JSONTree]
  private var taken: [String] = []
  private let path: String

  init(_ tree: JSONTree, path: String) throws(ConfigurationFault) {
    guard case .object(let members) = tree else {
      throw .invalid(
        member: path.isEmpty ? "the configuration" : String(path.dropLast()), found: tree.shown,
        expected: "an object")
    }
    self.members = members
    self.path = path
  }

  var names: [String] { members.keys.sorted() }

  /// - Parameter read: a value, or nil and what it should be.
  mutating func take<Value>(
    _ name: String, _ read: (JSONTree) -> (value: Value?, expected: String)
  ) throws(ConfigurationFault) -> Value? {
    taken.append(name)
    guard let tree = members.removeValue(forKey: name) else { return nil }
    let (value, expected) = read(tree)
    guard let value else {
      throw .invalid(member: path + name, found: tree.shown, expected: expected)
    }
    return value
  }

  mutating func whole(
    _ name: String, in range: ClosedRange<Int>
  ) throws(ConfigurationFault) -> Int? {
    try take(name) { tree in
      let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
      guard case .number(let number) = tree, let whole = Int(exactly: number),
        range.contains(whole)
      else { return (nil, expected) }
      return (whole, expected)
    }
  }

  mutating func number(
    _ name: String, in range: ClosedRange<Double>
  ) throws(ConfigurationFault) -> Double? {
    try take(name) { tree in
      let expected = "a number from \(Int(range.lowerBound)) to \(Int(range.upperBound))"
      guard case .number(let number) = tree, range.contains(number) else { return (nil, expected) }
      return (number, expected)
    }
  }

  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, of type: Choice.Type
  ) throws(ConfigurationFault) -> Choice? where Choice.RawValue == String {
    try take(name) { tree in
      let expected = "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", ")
      guard case .text(let text) = tree else { return (nil, expected) }
      return (Choice(rawValue: text), expected)
    }
  }

  mutating func object(_ name: String) throws(ConfigurationFault) -> MemberReader? {
    taken.append(name)
    guard let tree = members.removeValue(forKey: name) else { return nil }
    return try MemberReader(tree, path: path + name + ".")
  }

  func end() throws(ConfigurationFault) {
    guard let unknown = members.keys.min() else { return }
    throw .unknownMember(path + unknown, nearest: NearestName.of(unknown, in: taken))
  }
}

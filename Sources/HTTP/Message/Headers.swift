/// Header fields in the order they came; names compare without regard to ASCII case.
public struct Headers: Hashable, Sendable, ExpressibleByDictionaryLiteral {
  public struct Field: Hashable, Sendable {
    public let name: String
    public let value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  public private(set) var fields: [Field]

  public init(_ fields: [Field] = []) { self.fields = fields }

  public init(dictionaryLiteral elements: (String, String)...) {
    fields = elements.map { Field(name: $0, value: $1) }
  }

  /// The first value of that name; setting replaces all of them.
  public subscript(name: String) -> String? {
    get { fields.first { ASCII.equalIgnoringCase($0.name, name) }?.value }
    set {
      fields.removeAll { ASCII.equalIgnoringCase($0.name, name) }
      if let newValue { fields.append(Field(name: name, value: newValue)) }
    }
  }

  /// Every value of that name, in order.
  public func values(of name: String) -> [String] {
    fields.filter { ASCII.equalIgnoringCase($0.name, name) }.map(\.value)
  }

  /// The members of a list header: all its values, split at commas and trimmed, the empty ones
  /// left out. Quoted commas are not understood; no list that this server reads has any.
  public func list(_ name: String) -> [String] {
    values(of: name).flatMap { $0.split(separator: ",") }
      .map { ASCII.trimmed($0) }.filter { !$0.isEmpty }
  }

  public mutating func add(_ name: String, _ value: String) {
    fields.append(Field(name: name, value: value))
  }
}

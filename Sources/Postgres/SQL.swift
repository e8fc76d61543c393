/// A statement: its literal parts are SQL, and every interpolated value travels as a parameter, so
/// that no value can become SQL.
///
/// ```swift
/// let rows = try session.rows("SELECT name FROM item WHERE code = \(code)")
/// ```
public struct SQL: ExpressibleByStringInterpolation, Sendable {
  /// The text around the parameters: one part more than there are parameters.
  private var parts: [String]
  private(set) var parameters: [Bound] = []

  /// A parameter as libpq takes it.
  struct Bound: Sendable {
    let type: PostgresType
    let value: ParameterValue
  }

  public init(stringLiteral text: String) { parts = [text] }
  public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.statement }

  /// Text that is SQL already, from a file of this program: never from outside.
  public init(unescaped text: String) { parts = [text] }

  /// The statement as the server sees it: `$1`, `$2`, ... in place of values.
  public var text: String {
    var whole = parts[0]
    for (index, part) in parts.dropFirst().enumerated() { whole += "$\(index + 1)\(part)" }
    return whole
  }

  public static func + (left: SQL, right: SQL) -> SQL {
    var sum = left
    sum.append(right)
    return sum
  }

  private mutating func append(_ other: SQL) {
    parts[parts.count - 1] += other.parts[0]
    parts += other.parts.dropFirst()
    parameters += other.parameters
  }

  public struct StringInterpolation: StringInterpolationProtocol {
    var statement = SQL(unescaped: "")

    public init(literalCapacity: Int, interpolationCount: Int) {}

    public mutating func appendLiteral(_ literal: String) {
      statement.append(SQL(unescaped: literal))
    }

    public mutating func appendInterpolation<Value: Parameter>(_ value: Value) { bind(value) }

    /// An optional parameter; nil is NULL.
    public mutating func appendInterpolation<Value: Parameter>(_ value: Value?) { bind(value) }

    private mutating func bind<Value: Parameter>(_ value: Value) {
      var encoded = ParameterValue()
      value.encode(into: &encoded)
      statement.parameters.append(Bound(type: Value.postgresType, value: encoded))
      statement.parts.append("")
    }

    /// Another statement's text and parameters, in this place.
    public mutating func appendInterpolation(_ fragment: SQL) { statement.append(fragment) }

    /// A name of a table, column or database, quoted.
    public mutating func appendInterpolation(identifier: String) {
      let quoted = identifier.split(separator: "\"", omittingEmptySubsequences: false)
      appendLiteral("\"" + quoted.joined(separator: "\"\"") + "\"")
    }

    /// SQL made by this program, where neither a value nor a name can stand: never from outside.
    public mutating func appendInterpolation(unescaped text: String) { appendLiteral(text) }
  }
}

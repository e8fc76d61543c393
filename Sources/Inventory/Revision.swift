/// A source's version of a fact: an integer it counts, or the time it wrote the fact down.
///
/// A source uses one of the two, never both, because they cannot be compared.
public enum Revision: Hashable, Sendable, CustomStringConvertible {
  case number(Int64)
  case time(Instant)

  public enum Kind: String, Hashable, Sendable { case number, time }

  /// Reads an integer or an RFC 3339 time.
  public init?(_ text: String) {
    if let number = Int64(text) {
      self = .number(number)
    } else if let time = Instant(text) {
      self = .time(time)
    } else {
      return nil
    }
  }

  public var kind: Kind {
    switch self {
    case .number: .number
    case .time: .time
    }
  }

  /// What orders revisions of one kind: the integer, or microseconds since 1970.
  public var order: Int64 {
    switch self {
    case .number(let number): number
    case .time(let time): time.microseconds
    }
  }

  public var description: String {
    switch self {
    case .number(let number): String(number)
    case .time(let time): time.description
    }
  }
}

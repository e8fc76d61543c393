/// The name a warehouse system gives a thing: 1 to 128 bytes of UTF-8 without control characters.
///
/// Case is kept and comparison is bytewise, as PostgreSQL's `COLLATE "C"` does it, so that Swift,
/// SQL and files sort alike. The type parameter keeps an item's code from being used as a
/// location's.
public struct Code<Thing>: Hashable, Comparable, Sendable, CustomStringConvertible {
  public static var maximumBytes: Int { 128 }

  public let text: String

  /// Nil when the text is empty, longer than 128 bytes, or holds a control character.
  public init?(_ text: String) {
    guard (1...Self.maximumBytes).contains(text.utf8.count) else { return nil }
    guard text.unicodeScalars.allSatisfy({ !isControl($0) }) else { return nil }
    self.text = text
  }

  public var description: String { text }

  public static func < (left: Code, right: Code) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }

  public static func == (left: Code, right: Code) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  public func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
    hasher.combine(UInt8(0xFF))
  }
}

/// C0, DEL and C1: what would break a line, a terminal or a header.
private func isControl(_ scalar: Unicode.Scalar) -> Bool {
  scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
}

public typealias ItemCode = Code<Item>
public typealias LocationCode = Code<Location>
public typealias RegionCode = Code<Region>
public typealias CategoryCode = Code<Category>
public typealias SourceCode = Code<Source>
public typealias ClientCode = Code<Client>
public typealias ScheduleName = Code<Schedule>

/// Locations that procurement plans together.
public enum Region {}
/// A group of items, within which demand behaves alike.
public enum Category {}
/// A warehouse system that pushes.
public enum Source {}
/// Somebody who holds keys: a source, or whoever a name stands for.
public enum Client {}
/// When all regions are trained.
public enum Schedule {}

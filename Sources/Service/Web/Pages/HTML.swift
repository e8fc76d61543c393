/// A piece of a page: its literal parts are markup, and every interpolated text is escaped, so that
/// no text can become markup.
///
/// ```swift
/// let cell: HTML = "<td title=\"\(item.name)\">\(item.code)</td>"
/// ```
///
/// Attributes must stand in double quotes. There is no way to put text where markup is read
/// differently (scripts, style sheets): pages have neither inside.
struct HTML: ExpressibleByStringInterpolation, Hashable, Sendable {
  private(set) var markup: String

  var bytes: [UInt8] { Array(markup.utf8) }

  init(stringLiteral markup: String) { self.markup = markup }
  init(stringInterpolation: StringInterpolation) { markup = stringInterpolation.markup }

  /// Nothing.
  static let none: HTML = ""

  static func += (left: inout HTML, right: HTML) { left.markup += right.markup }

  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var markup = ""

    init(literalCapacity: Int, interpolationCount: Int) { markup.reserveCapacity(literalCapacity) }

    mutating func appendLiteral(_ literal: String) { markup += literal }

    /// Text from anywhere.
    mutating func appendInterpolation(_ text: String) { markup += HTML.escaped(text) }

    mutating func appendInterpolation(_ number: Int) { markup += String(number) }

    /// A piece that was made before.
    mutating func appendInterpolation(_ piece: HTML) { markup += piece.markup }

    /// Nil is nothing.
    mutating func appendInterpolation(_ piece: HTML?) { markup += piece?.markup ?? "" }

    /// One after another.
    mutating func appendInterpolation(_ pieces: [HTML]) {
      for piece in pieces { markup += piece.markup }
    }
  }

  /// The five characters that mean something in markup or in a quoted attribute.
  private static func escaped(_ text: String) -> String {
    var safe: [UInt8] = []
    safe.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "&"): safe += "&amp;".utf8
      case UInt8(ascii: "<"): safe += "&lt;".utf8
      case UInt8(ascii: ">"): safe += "&gt;".utf8
      case UInt8(ascii: "\""): safe += "&quot;".utf8
      case UInt8(ascii: "'"): safe += "&#39;".utf8
      default: safe.append(byte)
      }
    }
    return String(decoding: safe, as: UTF8.self)
  }

  /// A code or name from outside: its writing direction ends with it.
  static func name(_ text: String) -> HTML { "<bdi>\(text)</bdi>" }
}

internal import Inventory

/// How a source writes days, and times if it writes them: `dd.MM.yyyy`, `M/d/yyyy HH:mm`.
///
/// `yyyy` has four digits; `MM`, `dd`, `HH`, `mm`, `ss` two; `M` and `d` one or two. What stands
/// between is one of space, `.`, `/`, `-`, `:`, `,` and `T`, and is read as it is. The day is named
/// whole, the clock from the hour on. There is no year of two digits, whose century would be a
/// guess, and no name of a month.
public struct DayPattern: Hashable, Sendable, CustomStringConvertible {
  /// Why a pattern cannot be read.
  public enum Problem: Error, Hashable, Sendable {
    /// A letter or sign that means nothing here.
    case unknown(String)
    case twice(String)
    case missing(String)
    /// One or two digits right before other digits: where they end would be a guess.
    case ambiguous(String)
  }

  enum Part: Hashable, Sendable {
    case year, month, day, hour, minute, second
  }

  enum Piece: Hashable, Sendable {
    case digits(Part, atLeast: Int, atMost: Int)
    case literal(UInt8)
  }

  /// A civil date, with the seconds since its midnight if the pattern has a clock.
  struct Moment: Hashable {
    let day: Day
    let second: Int?
  }

  public let description: String
  private let pieces: [Piece]

  /// Whether it says a time of day.
  let hasClock: Bool

  public init(_ text: String) throws(Problem) {
    description = text
    pieces = try DayPattern.pieces(of: text)
    let parts = pieces.compactMap { piece in
      if case .digits(let part, _, _) = piece { part } else { nil }
    }
    hasClock = parts.contains(.hour)
    try DayPattern.check(parts)
    try DayPattern.check(pieces, text)
  }

  /// The moment, or nil if the bytes are not written so or there is no such one.
  func read(_ bytes: UnsafeRawBufferPointer) -> Moment? {
    var numbers = (year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0)
    var position = 0
    for piece in pieces {
      switch piece {
      case .literal(let literal):
        guard position < bytes.count, bytes[position] == literal else { return nil }
        position += 1
      case .digits(let part, let least, let most):
        let from = position
        var value = 0
        while position < bytes.count, position - from < most, bytes[position] &- 48 < 10 {
          value = value * 10 + Int(bytes[position] &- 48)
          position += 1
        }
        guard position - from >= least else { return nil }
        switch part {
        case .year: numbers.year = value
        case .month: numbers.month = value
        case .day: numbers.day = value
        case .hour: numbers.hour = value
        case .minute: numbers.minute = value
        case .second: numbers.second = value
        }
      }
    }
    guard position == bytes.count, numbers.hour < 24, numbers.minute < 60, numbers.second < 60,
      let day = Day(year: numbers.year, month: numbers.month, day: numbers.day)
    else { return nil }
    let second = numbers.hour * 3600 + numbers.minute * 60 + numbers.second
    return Moment(day: day, second: hasClock ? second : nil)
  }

  private static let words: [(text: String, piece: Piece)] = [
    ("yyyy", .digits(.year, atLeast: 4, atMost: 4)),
    ("MM", .digits(.month, atLeast: 2, atMost: 2)), ("M", .digits(.month, atLeast: 1, atMost: 2)),
    ("dd", .digits(.day, atLeast: 2, atMost: 2)), ("d", .digits(.day, atLeast: 1, atMost: 2)),
    ("HH", .digits(.hour, atLeast: 2, atMost: 2)),
    ("mm", .digits(.minute, atLeast: 2, atMost: 2)),
    ("ss", .digits(.second, atLeast: 2, atMost: 2)),
  ]

  private static func pieces(of text: String) throws(Problem) -> [Piece] {
    var pieces: [Piece] = []
    var rest = text[...]
    while let first = rest.first {
      let run = String(rest.prefix { $0 == first })
      if let word = words.first(where: { $0.text == run }) {
        pieces.append(word.piece)
        rest = rest.dropFirst(run.count)
      } else if " ./-:,T".contains(first), let literal = first.asciiValue {
        pieces.append(.literal(literal))
        rest = rest.dropFirst()
      } else {
        throw .unknown(run)
      }
    }
    return pieces
  }

  private static func check(_ parts: [Part]) throws(Problem) {
    let names: [(Part, String)] = [
      (.year, "yyyy"), (.month, "MM"), (.day, "dd"), (.hour, "HH"), (.minute, "mm"),
      (.second, "ss"),
    ]
    for (part, name) in names where parts.count(where: { $0 == part }) > 1 { throw .twice(name) }
    for (part, name) in names.prefix(3) where !parts.contains(part) { throw .missing(name) }
    if parts.contains(.minute), !parts.contains(.hour) { throw .missing("HH") }
    if parts.contains(.second), !parts.contains(.minute) { throw .missing("mm") }
  }

  private static func check(_ pieces: [Piece], _ text: String) throws(Problem) {
    for (piece, next) in zip(pieces, pieces.dropFirst()) {
      if case .digits(_, let least, let most) = piece, least < most, case .digits = next {
        throw .ambiguous(text)
      }
    }
  }
}

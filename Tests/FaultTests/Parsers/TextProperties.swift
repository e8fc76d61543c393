import Foundation
import Inventory

@testable import Planning
@testable import Service

/// Schedules: what is read says the same when it is written down, and fires when it says.
enum ScheduleProperties {
  static func check(_ bytes: [UInt8]) throws {
    let schedule: ScheduleExpression
    do throws(ScheduleFault) {
      schedule = try ScheduleExpression(String(decoding: bytes, as: UTF8.self))
    } catch { return }
    let again = try ScheduleExpression(schedule.text)
    try require(again == schedule, "'\(schedule.text)' is another schedule")
    let start = LocalTime(day: Day(ordinal: 20_000), minuteOfDay: 700)
    guard let time = schedule.first(from: start) else {
      // It fires at some time, but perhaps only in years before.
      return
    }
    try require(schedule.matches(time), "'\(schedule.text)' does not match its own time")
  }
}

/// Mappings: what is read says the same when it is written down. A NUL parts the two options.
enum MappingProperties {
  static func check(_ bytes: [UInt8]) throws {
    let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    let mapping: ColumnMapping
    do throws(ColumnMapping.Failure) {
      mapping = try ColumnMapping(map: parts.first ?? "", ignore: parts.dropFirst().first ?? "")
    } catch { return }
    let map = mapping.theirs.map { "\($0.rawValue)=\($1)" }.joined(separator: ",")
    let again = try ColumnMapping(map: map, ignore: mapping.ignored.joined(separator: ","))
    try require(again == mapping, "\(mapping) becomes \(again)")
    try require(again.canonical == mapping.canonical, "two names of one mapping")
    for name in mapping.theirs.values {
      guard case .columns(let columns) = mapping.meaning(of: name) else {
        throw BrokenProperty(sentence: "'\(name)' is mapped and means nothing")
      }
      try require(columns.allSatisfy { mapping.theirs[$0] == name }, "'\(name)' means \(columns)")
    }
  }
}

/// Arrays of rows: whatever another parser takes for an array of objects is taken, as many of them.
enum JSONRowsProperties {
  static func check(_ bytes: [UInt8]) throws {
    let lines: [UInt8]?
    do throws(WebRefusal) { lines = try JSONRows.lines(bytes) } catch { lines = nil }
    // The other one also reads UTF-16 and -32, and a comma after the last object.
    guard String(validating: bytes, as: UTF8.self) != nil, !bytes.contains(0),
      !bytes.starts(with: [0xEF, 0xBB, 0xBF]), !endsInComma(bytes),
      let array = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [Any],
      array.allSatisfy({ $0 is [String: Any] })
    else { return }
    guard let lines else { throw BrokenProperty(sentence: "an array of objects is refused") }
    let rows = lines.split(separator: UInt8(ascii: "\n"))
    try require(rows.count == array.count, "\(array.count) objects became \(rows.count) lines")
  }
}

/// Whether nothing but space stands between the last comma and the last bracket.
private func endsInComma(_ bytes: [UInt8]) -> Bool {
  let rest = bytes.reversed().drop { $0 != UInt8(ascii: "]") }.dropFirst()
  return rest.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: ",")
}

/// Numbers, days, times and durations: as a slower reading of them says.
enum ValueProperties {
  static func check(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { field in
      let read = DecimalNumber.read(field)
      let text = String(decoding: bytes, as: UTF8.self)
      // A zero has no sign here.
      let expected = isDecimal(bytes) ? Double(text).map { $0 == 0 ? 0 : $0 } : nil
      try require(
        read?.bitPattern == expected?.bitPattern, "\(read as Any), not \(expected as Any)")
    }
    var days = DayReader()
    for start in stride(from: 0, to: max(0, bytes.count - 9), by: 1) {
      let piece = Array(bytes[start..<start + 10])
      let ordinal = piece.withUnsafeBytes { days.read($0) }
      try require(ordinal == Day(iso: piece)?.ordinal, "another day")
    }
    let text = String(decoding: bytes, as: UTF8.self)
    if let instant = Instant(text), (Day.earliest...Day.latest).contains(instant.day) {
      try require(Instant(instant.description) == instant, "\(instant) is another time")
    }
    if let freshness = Freshness(text) {
      try require(Freshness(freshness.description) == freshness, "\(freshness) is another one")
    }
    if let revision = Revision(text), case .number(let number) = revision {
      try require(Revision(String(number)) == revision, "\(revision) is another revision")
    }
    if let code = ItemCode(text) {
      try require((1...128).contains(code.text.utf8.count), "a code of another length")
    }
  }

  /// `-`, digits with or without a point, an exponent: the grammar as it is documented.
  private static func isDecimal(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    func takeDigits() -> Int {
      let digits = rest.prefix { (48...57).contains($0) }
      rest = rest.dropFirst(digits.count)
      return digits.count
    }
    if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    var digits = takeDigits()
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      digits += takeDigits()
    }
    guard digits > 0 else { return false }
    if let letter = rest.first, letter | 0x20 == UInt8(ascii: "e") {
      rest = rest.dropFirst()
      if let sign = rest.first, "+-".utf8.contains(sign) { rest = rest.dropFirst() }
      guard takeDigits() > 0 else { return false }
    }
    return rest.isEmpty
  }
}

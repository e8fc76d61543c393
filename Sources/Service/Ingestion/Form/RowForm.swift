public import Inventory

/// How a source writes its rows, apart from what it calls its columns.
///
/// Delimiter, encoding, header and the form of numbers are those of CSV: NDJSON is UTF-8, names its
/// columns and writes numbers as JSON does.
public struct RowForm: Hashable, Sendable {
  /// What stands between two columns.
  public enum Delimiter: String, CaseIterable, Hashable, Sendable {
    case comma = ","
    case semicolon = ";"
    case tab = "\t"
    case bar = "|"

    var byte: UInt8 { rawValue.utf8.first ?? 0 }
  }

  public enum Encoding: String, CaseIterable, Hashable, Sendable {
    case utf8 = "utf-8"
    case windows1252 = "windows-1252"
  }

  public var delimiter = Delimiter.comma
  public var encoding = Encoding.utf8
  /// The names of the file's columns in order, where its first line does not say them.
  public var header: [String]?
  public var numbers = NumberForm.plain
  /// How days and times are written; nil for `YYYY-MM-DD` and RFC 3339.
  public var days: DayPattern?
  /// What the source's units are.
  public var units = UnitTable()

  public init() {}

  /// The formats as they are documented, nothing mapped.
  public static let plain = RowForm()

  /// One line that says the same for the same form.
  var canonical: String {
    let header = header.map { "\($0)" } ?? "-"
    let numbers = numbers.point.rawValue + (numbers.thousands?.rawValue ?? "")
    let units = units.factors.map { "\($0.debugDescription)=\($1)" }.sorted().joined(separator: ",")
    return [
      delimiter.rawValue, encoding.rawValue, header, numbers, days?.description ?? "-", units,
    ].joined(separator: ";")
  }

  /// How fields are read in rows of this format.
  func values(in format: RowFormat) -> ValueForm {
    ValueForm(numbers: format == .csv ? numbers : .plain, days: days)
  }
}

/// How numbers, days and times stand in fields.
struct ValueForm: Hashable, Sendable {
  var numbers = NumberForm.plain
  var days: DayPattern?

  /// Whether fields are as the formats have them, for which there are faster ways.
  var isPlain: Bool { numbers == .plain && days == nil }

  /// The civil date of a field that says a day.
  func day(_ field: UnsafeRawBufferPointer) -> Day? {
    guard let days else { return Day(iso: field) }
    return days.read(field)?.day
  }

  /// When something was, of a field that says a time or a day.
  func asOf(_ field: UnsafeRawBufferPointer) -> WrittenTime? {
    if let days {
      return days.read(field).map { moment in
        moment.second.map { .local(moment.day, second: $0) } ?? .endOfDay(moment.day)
      }
    }
    if let day = Day(iso: field) { return .endOfDay(day) }
    return Instant(String(decoding: field, as: UTF8.self)).map { .instant($0) }
  }
}

/// When something was, as a row says it.
enum WrittenTime: Hashable, Sendable {
  case instant(Instant)
  /// A bare date: after the day's last movement.
  case endOfDay(Day)
  /// A time of day without a zone: by the clocks of the location.
  case local(Day, second: Int)
}

internal import Inventory

/// Reads a calendar in the format of `sync calendar`: day, name, kind and what it applies to.
enum CalendarFile {
  static func events(_ path: String) throws -> [CalendarEvent] {
    try events(ByteSource(.init(path: path)), path)
  }

  static func events(_ source: consuming ByteSource, _ name: String) throws -> [CalendarEvent] {
    let columns = SyncKind.calendar.columns
    var reader = try RowReader(
      source, columns: columns, required: SyncKind.calendar.requiredColumns)
    var events: [CalendarEvent] = []
    while true {
      switch try reader.next() {
      case .end: return events
      case .malformed:
        throw ForecastInputFailure.row(
          file: name, line: reader.line, column: "", text: excerpt(reader.raw), .malformedRow)
      case .row: events.append(try event(reader, columns, name))
      }
    }
  }

  private static func event(
    _ reader: borrowing RowReader, _ columns: [Column], _ name: String
  ) throws -> CalendarEvent {
    var texts: [Column: String] = [:]
    for (place, column) in columns.enumerated() where !reader.field(place).isEmpty {
      texts[column] = String(decoding: reader.field(place), as: UTF8.self)
    }
    let line = reader.line
    func failure(_ column: Column, _ problem: ForecastInputFailure.Problem) -> ForecastInputFailure
    {
      .row(
        file: name, line: line, column: column.rawValue,
        text: String((texts[column] ?? "").prefix(80)), problem)
    }
    func code<Thing>(_ column: Column) throws -> Code<Thing>? {
      guard let text = texts[column] else { return nil }
      guard let code = Code<Thing>(text) else { throw failure(column, .codeNotValid) }
      return code
    }
    guard let day = Day(texts[.day] ?? "") else { throw failure(.day, .dayNotReadable) }
    guard let eventName = texts[.name], Code<CalendarEvent>(eventName) != nil else {
      throw failure(.name, .codeNotValid)
    }
    guard let kind = CalendarEvent.Kind(rawValue: texts[.kind] ?? "event") else {
      throw failure(.kind, .kindUnknown)
    }
    return CalendarEvent(
      day: day, name: eventName, kind: kind,
      scope: CalendarEvent.Scope(
        region: try code(.region), location: try code(.location), item: try code(.item),
        category: try code(.category)))
  }
}

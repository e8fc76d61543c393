internal import Inventory

/// Reads a whole calendar in the format of `sync calendar`; one bad row refuses the file.
enum CalendarFile {
  static func events(_ path: String) throws -> [CalendarEvent] {
    try events(ByteSource(.init(path: path)), path)
  }

  static func events(_ source: consuming ByteSource, _ name: String) throws -> [CalendarEvent] {
    var reader = try FactReader<CalendarEvent>(source)
    var events: [CalendarEvent] = []
    while let reading = try reader.next() {
      switch reading {
      case .fact(let event, _): events.append(event)
      case .rejected(let rejection): throw ForecastInputFailure.row(file: name, rejection)
      }
    }
    return events
  }
}

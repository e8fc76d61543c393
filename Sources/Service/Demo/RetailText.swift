internal import Inventory

/// Writes rows as the generated retailer's sources send them.
struct RetailText {
  private let format: RowFormat
  private let names: [String]
  private(set) var bytes: [UInt8] = []
  private(set) var rowCount = 0

  init(_ columns: [Column], _ format: RowFormat = .csv, names: [String: String] = [:]) {
    self.format = format
    self.names = columns.map { names[$0.rawValue] ?? $0.rawValue }
    if format == .csv { bytes += (self.names.joined(separator: ",") + "\n").utf8 }
  }

  /// Adds a row; an empty field is a missing one. No field holds a quote or a line end.
  mutating func add(_ fields: [String]) {
    rowCount += 1
    switch format {
    case .csv: addCSV(fields)
    case .ndjson: addObject(fields)
    }
  }

  /// A price with its two decimals.
  static func money(_ price: Double) -> String {
    let cents = Int((price * 100).rounded())
    return "\(cents / 100).\(cents % 100 / 10)\(cents % 10)"
  }

  private mutating func addCSV(_ fields: [String]) {
    for (position, field) in fields.enumerated() {
      if position > 0 { bytes.append(UInt8(ascii: ",")) }
      let isQuoted = field.utf8.contains(UInt8(ascii: ","))
      if isQuoted { bytes.append(UInt8(ascii: "\"")) }
      bytes += field.utf8
      if isQuoted { bytes.append(UInt8(ascii: "\"")) }
    }
    bytes.append(UInt8(ascii: "\n"))
  }

  private mutating func addObject(_ fields: [String]) {
    var separator = UInt8(ascii: "{")
    for (name, field) in zip(names, fields) where !field.isEmpty {
      bytes.append(separator)
      separator = UInt8(ascii: ",")
      bytes += "\"\(name)\":\"".utf8
      bytes += field.utf8
      bytes.append(UInt8(ascii: "\""))
    }
    bytes += "}\n".utf8
  }
}

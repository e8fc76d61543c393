internal import Storage

/// Rows of quarantine as one content again, with the line on which each begins.
struct ReplayContent {
  let bytes: [UInt8]
  /// The row's place among those given, by the line on which it begins.
  let places: [Int: Int]

  /// Nil when the rows do not read as just these rows, as when one of them swallows the next.
  init?(_ rows: [[UInt8]], _ form: ReplayForm, kind: SyncKind) throws {
    var bytes: [UInt8] = []
    if let header = form.header { bytes += header + [lineFeed] }
    for row in rows { bytes += row + [lineFeed] }
    var reader = try RowReader(
      ByteSource(.chunks([bytes])), format: form.format, columns: kind.columns,
      required: kind.requiredColumns, mapping: form.mapping)
    var places: [Int: Int] = [:]
    reading: while true {
      switch try reader.next() {
      case .end: break reading
      case .row, .malformed:
        guard places.count < rows.count, reader.raw.elementsEqual(rows[places.count]) else {
          return nil
        }
        places[reader.line] = places.count
      }
    }
    guard places.count == rows.count else { return nil }
    self.bytes = bytes
    self.places = places
  }
}

@testable import Service

/// A row as a reader gave it, with everything copied.
enum ReadRow: Hashable {
  case fields([String], line: Int)
  case malformed(MalformedRow, line: Int, raw: String)
}

/// Reads all rows of a text given in pieces of `step` bytes.
func readRows(
  _ bytes: [UInt8], columns: [Column] = [.item, .day, .quantity], required: [Column] = [.item],
  mapping: ColumnMapping = ColumnMapping(), format: RowFormat? = nil, step: Int = 4096
) throws -> [ReadRow] {
  let pieces = stride(from: 0, to: bytes.count, by: step).map {
    Array(bytes[$0..<min($0 + step, bytes.count)])
  }
  var reader = try RowReader(
    ByteSource(.chunks(pieces)), format: format, columns: columns, required: required,
    mapping: mapping, blockBytes: min(step, 262_144))
  var rows: [ReadRow] = []
  while true {
    switch try reader.next() {
    case .end: return rows
    case .malformed(let problem):
      let raw = String(decoding: reader.raw, as: UTF8.self)
      rows.append(.malformed(problem, line: reader.line, raw: raw))
    case .row:
      let fields = columns.indices.map { String(decoding: reader.field($0), as: UTF8.self) }
      rows.append(.fields(fields, line: reader.line))
    }
  }
}

func readRows(
  _ text: String, columns: [Column] = [.item, .day, .quantity], required: [Column] = [.item],
  mapping: ColumnMapping = ColumnMapping(), format: RowFormat? = nil, step: Int = 4096
) throws -> [ReadRow] {
  try readRows(
    Array(text.utf8), columns: columns, required: required, mapping: mapping, format: format,
    step: step)
}

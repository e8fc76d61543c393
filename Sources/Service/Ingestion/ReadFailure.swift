internal import Compression

/// Why a whole file cannot be read, as opposed to one of its rows.
enum ReadFailure: Error, Hashable, Sendable {
  case unreadable(name: String, errorNumber: Int32)
  case truncatedGzip(name: String, goodBytes: Int)
  case corruptGzip(name: String, goodBytes: Int)
  case outOfMemory
  case digestUnavailable
  /// Not a byte of content.
  case empty(name: String)
  /// Something else than text that is read here, told by its first bytes.
  case foreign(name: String, ForeignForm)
  case malformedHeader(name: String, MalformedRow)
  /// A column that no format knows. `nearest` is the known name it looks most like.
  case unknownColumn(found: String, nearest: String?)
  /// A header cell without a name; 1 is the first.
  case unnamedColumn(number: Int)
  /// Two columns of the file answer to the same name of ours.
  case duplicateColumn(Column)
  /// `--map` names a column that the header does not hold.
  case mappedColumnAbsent(Column, theirs: String, header: [String])
  case missingColumns([Column], header: [String])

  init(_ error: GzipError, name: String) {
    self =
      switch error {
      case .truncated(let goodBytes): .truncatedGzip(name: name, goodBytes: goodBytes)
      case .corrupt(let goodBytes): .corruptGzip(name: name, goodBytes: goodBytes)
      case .outOfMemory: .outOfMemory
      }
  }
}

/// What a file is that is neither CSV nor NDJSON in UTF-8.
enum ForeignForm: Hashable, Sendable {
  case utf16, utf32
  /// A ZIP archive, which every modern spreadsheet is.
  case zip
  /// One JSON array of objects.
  case jsonArray
  /// A header of one cell, cut by something else than the delimiter.
  case separated(by: String, wanted: RowForm.Delimiter)

  /// What the first bytes of a file tell, at least four of them if it has as many.
  init?(opening bytes: [UInt8]) {
    if bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
      self = .utf32
    } else if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      self = .utf16
    } else if bytes.starts(with: [0x50, 0x4B, 3, 4]) {
      self = .zip
    } else {
      // Without a byte-order mark, two Latin letters of two bytes, or one of four, tell it.
      switch bytes.prefix(4).map({ $0 == 0 }) {
      case [false, true, false, true], [true, false, true, false]: self = .utf16
      case [false, true, true, true], [true, true, true, false]: self = .utf32
      default: return nil
      }
    }
  }

  /// What a header of a single unknown column tells.
  init?(header: String, delimiter: RowForm.Delimiter) {
    guard
      let separator = header.first(where: { sign in
        String(sign) != delimiter.rawValue && RowForm.Delimiter(rawValue: String(sign)) != nil
      })
    else { return nil }
    self = .separated(by: String(separator), wanted: delimiter)
  }
}

/// What is wrong with the form of one row.
enum MalformedRow: Error, Hashable, Sendable {
  case columnCount(expected: Int, found: Int)
  /// A quoted field that never ends, or not within the limit.
  case unclosedQuote
  case textAfterQuote
  /// Longer than `RowReader.rowLimitBytes`.
  case tooLong
  /// The row is not UTF-8.
  case encoding
  case notAnObject
  /// JSON breaks at this byte of the line, counted from 1.
  case json(byte: Int)
  case nestedValue(key: String)
  case duplicateKey(String)
  case unknownKey(String, nearest: String?)
}

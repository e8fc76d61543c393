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
  /// UTF-16 or UTF-32, told by its byte-order mark.
  case wrongEncoding(name: String, encoding: String)
  case malformedHeader(name: String, MalformedRow)
  /// A column that no format knows. `nearest` is the known name it looks most like.
  case unknownColumn(found: String, nearest: String?)
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

internal import Glibc

extension ReadFailure: Failure {
  var code: String {
    switch self {
    case .unreadable: "cannot-read"
    case .truncatedGzip: "truncated-gzip"
    case .corruptGzip: "corrupt-gzip"
    case .outOfMemory: "out-of-memory"
    case .digestUnavailable: "digest-unavailable"
    case .empty: "empty-file"
    case .foreign(_, .utf16), .foreign(_, .utf32): "wrong-encoding"
    case .foreign: "wrong-format"
    case .malformedHeader: "malformed-header"
    case .unknownColumn: "unknown-column"
    case .unnamedColumn: "unnamed-column"
    case .duplicateColumn: "duplicate-column"
    case .mappedColumnAbsent: "mapped-column-absent"
    case .missingColumns: "missing-columns"
    }
  }

  var exitCode: ExitCode {
    switch self {
    case .unreadable(_, let number): number == EIO ? .io : .noInput
    case .outOfMemory, .digestUnavailable: .system
    default: .data
    }
  }

  var sentence: String {
    switch self {
    case .unreadable(let name, let number):
      return "cannot read \(name): \(SystemFailure.reason(number))"
    case .truncatedGzip(let name, let good):
      return "\(name) is cut short: its gzip data ends after \(good) good bytes"
    case .corruptGzip(let name, let good):
      return "\(name) is damaged: its gzip data is wrong after \(good) good bytes"
    case .outOfMemory: return "out of memory while inflating gzip data"
    case .digestUnavailable: return "libcrypto refuses to compute SHA-256"
    case .empty(let name): return "\(name) is empty"
    case .foreign(let name, let form): return "\(name) \(form.statement)"
    case .malformedHeader(let name, let problem):
      return "the header of \(name) cannot be read: \(problem.statement)"
    case .unknownColumn(let found, let nearest):
      let (hint, name) = (nearest.map { "did you mean '\($0)'? " } ?? "", found.shownShort)
      return "unknown column '\(name)': \(hint)use --map OURS=\(name) or --ignore \(name)"
    case .unnamedColumn(let number):
      return "column \(number) of the header has no name: give it one, or take the column away"
    case .duplicateColumn(let column):
      return "two columns are \(column.rawValue); use --ignore for one of them"
    case .mappedColumnAbsent(let column, let theirs, let header):
      return "\(column.rawValue) is mapped to '\(theirs.shownShort)': the header holds no such"
        + " column, but \(header.listedShort)"
    case .missingColumns(let columns, let header):
      let names = columns.map(\.rawValue).joined(separator: ", ")
      return "missing column\(columns.count == 1 ? "" : "s") \(names): the header holds"
        + " \(header.listedShort)"
    }
  }
}

extension ColumnMapping.Failure: Failure {
  public var code: String { "invalid-mapping" }
  public var exitCode: ExitCode { .usage }

  public var sentence: String {
    switch self {
    case .malformed(let pair): return "--map '\(pair)' is not of the form OURS=THEIRS"
    case .unknownColumn(let name, let nearest):
      return "--map: '\(name)' is no column of the formats"
        + (nearest.map { "; did you mean '\($0)'?" } ?? "")
    case .mappedTwice(let column): return "--map says \(column.rawValue) twice"
    }
  }
}

extension ForeignForm {
  /// What the file is, and what to do about it.
  fileprivate var statement: String {
    switch self {
    case .utf16: "is UTF-16; convert it to UTF-8"
    case .utf32: "is UTF-32; convert it to UTF-8"
    case .zip: "is a spreadsheet or a ZIP archive; save it as CSV"
    case .jsonArray: "is one JSON array; write one object per line, without brackets and commas"
    case .separated(let separator, let wanted):
      "has its columns separated by \(RowForm.Delimiter.shown(separator)); separate them by"
        + " \(wanted == .comma ? "commas" : wanted == .tab ? "tabs" : "'\(wanted.rawValue)'")"
    }
  }
}

extension RowForm.Delimiter {
  /// As a sentence shows it.
  static func shown(_ separator: String) -> String {
    separator == "\t" ? "tabs" : "'\(separator)'"
  }
}

extension Array where Element == String {
  /// The first names of a header, fit for a sentence.
  fileprivate var listedShort: String {
    let shown = prefix(20).map(\.shownShort).joined(separator: ", ")
    return count > 20 ? shown + " and \(count - 20) more" : shown
  }
}

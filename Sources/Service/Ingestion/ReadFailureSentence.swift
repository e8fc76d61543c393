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
    case .wrongEncoding: "wrong-encoding"
    case .malformedHeader: "malformed-header"
    case .unknownColumn: "unknown-column"
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
    case .wrongEncoding(let name, let encoding):
      return "\(name) is \(encoding); convert it to UTF-8"
    case .malformedHeader(let name, let problem):
      return "the header of \(name) cannot be read: \(problem.statement)"
    case .unknownColumn(let found, let nearest):
      let hint = nearest.map { "did you mean '\($0)'? " } ?? ""
      return "unknown column '\(found)': \(hint)use --map OURS=\(found) or --ignore \(found)"
    case .duplicateColumn(let column):
      return "two columns are \(column.rawValue); use --ignore for one of them"
    case .mappedColumnAbsent(let column, let theirs, let header):
      return "--map \(column.rawValue)=\(theirs): the header holds no '\(theirs)', but"
        + " \(header.joined(separator: ", "))"
    case .missingColumns(let columns, let header):
      let names = columns.map(\.rawValue).joined(separator: ", ")
      return "missing column\(columns.count == 1 ? "" : "s") \(names): the header holds"
        + " \(header.joined(separator: ", "))"
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

/// Why a file of demand or of calendar days cannot be forecast from.
public enum ForecastInputFailure: Error, Hashable, Sendable {
  /// What a field of a row should have been.
  public enum Problem: Hashable, Sendable {
    case malformedRow
    case dayNotReadable
    case quantityNotANumber
    case quantityBeyondLimit
    case codeNotValid
    case kindUnknown
    case weightNotPositive
  }

  case row(file: String, line: Int, column: String, text: String, Problem)
  case noRows(file: String)
  /// A file with rows, but not one complete bucket.
  case noCompleteBucket(file: String)
  case locationInTwoRegions(location: String, String, String)
  case itemInTwoCategories(item: String, String, String)
  case quantilesNotAscending([Double])
  case historyTooShort(buckets: Int, needed: Int)
  case unreadable(reason: String)
  case unwritable(path: String, errorNumber: Int32)
}

/// Why a file of demand, of calendar days or of weights cannot be forecast from.
enum ForecastInputFailure: Failure, Hashable {
  case row(file: String, Rejection)
  case noRows(file: String)
  /// A file with rows, but no bucket with a quantity.
  case noCompleteBucket(file: String)
  case locationInTwoRegions(location: String, String, String)
  case itemInTwoCategories(item: String, String, String)
  case quantilesNotAscending([Double])
  case historyTooShort(buckets: Int, needed: Int)

  var code: String {
    switch self {
    case .row(_, let rejection): rejection.code.rawValue
    case .noRows: "no-rows"
    case .noCompleteBucket: "no-complete-bucket"
    case .locationInTwoRegions: "location-in-two-regions"
    case .itemInTwoCategories: "item-in-two-categories"
    case .quantilesNotAscending: "quantiles-not-ascending"
    case .historyTooShort: "history-too-short"
    }
  }

  var exitCode: ExitCode {
    if case .quantilesNotAscending = self { .usage } else { .data }
  }

  var sentence: String {
    switch self {
    case .row(let file, let rejection): "\(file), \(rejection.sentence)"
    case .noRows(let file): "\(file) has a header and no rows"
    case .noCompleteBucket(let file): "\(file) holds no complete bucket with a quantity"
    case .locationInTwoRegions(let location, let one, let other):
      "location '\(location)' stands in region '\(one)' and in '\(other)'"
    case .itemInTwoCategories(let item, let one, let other):
      "item '\(item)' stands in category '\(one)' and in '\(other)'"
    case .quantilesNotAscending(let quantiles):
      "quantiles must ascend between 0 and 1, not be"
        + " \(quantiles.map { "\($0)" }.joined(separator: ","))"
    case .historyTooShort(let buckets, let needed):
      "\(needed) buckets of history are needed, and the file has \(buckets)"
    }
  }
}

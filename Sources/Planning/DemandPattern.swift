internal import Inventory

/// What a history looks like, as far as the choice of its method asks.
struct DemandPattern {
  /// More zeros than this make a history sparse. A month without a sale says more than a day
  /// without: on spare parts a quarter of such months is the better border (2 % of the error).
  static func sparseShare(perYear: Int) -> Double { perYear > 12 ? 0.5 : 0.25 }

  /// Buckets whose demand is known.
  let validCount: Int
  /// Of the last year.
  let zeroShare: Double
  let mean: Double
  let maximum: Double
  /// Whether anything was ever sold.
  let everSold: Bool

  let isSparse: Bool

  init(_ values: [Double], perYear: Int) {
    var count = 0
    var sold = false
    for value in values where !value.isNaN {
      count += 1
      sold = sold || value > 0
    }
    var yearCount = 0
    var zeros = 0
    var sum = 0.0
    var largest = 0.0
    for value in values.suffix(perYear) where !value.isNaN {
      yearCount += 1
      zeros += value > 0 ? 0 : 1
      sum += value
      largest = max(largest, value)
    }
    validCount = count
    everSold = sold
    zeroShare = yearCount == 0 ? 1 : Double(zeros) / Double(yearCount)
    isSparse = zeroShare > DemandPattern.sparseShare(perYear: perYear)
    mean = yearCount == 0 ? 0 : sum / Double(yearCount)
    maximum = largest
  }

  /// How much a bucket differs from what is usual, in shares of it; 0 where nothing can be told.
  ///
  ///     sqrt(mean (sqrt y_t - sqrt y_(t-1))^2 / 2) / (sqrt(mean y) / 2)
  ///
  /// over two years. Poisson counts of mean 9 come to 1/3.
  static func noise(_ values: [Double], perYear: Int) -> Double {
    let values = values.suffix(2 * perYear)
    var sum = 0.0
    var squares = 0.0
    var count = 0.0
    for place in values.indices.dropFirst() {
      let (value, before) = (values[place], values[place - 1])
      if value.isNaN || before.isNaN { continue }
      let step = max(value, 0).squareRoot() - max(before, 0).squareRoot()
      squares += step * step
      sum += max(value, 0)
      count += 1
    }
    return sum > 0 ? (2 * squares / sum).squareRoot() : 0
  }
}

extension Bucket {
  /// Buckets of the short season: days repeat weekly.
  var season: Int { self == .day ? 7 : 1 }

  /// Buckets of a year in whole seasons.
  var wholeYear: Int {
    switch self {
    case .day: 364
    case .week: 52
    case .month: 12
    }
  }

  /// Buckets of the season that smoothing and its naive sibling repeat: the week of days, the year
  /// of weeks and months once two years are known.
  func repeatedSeason(known count: Int) -> Int {
    self == .day ? season : count >= 2 * wholeYear ? wholeYear : season
  }
}

internal import Forecasting
public import Inventory

/// Published values beside those that were made again from the same data.
///
/// The same processor core gives the same bits. Another one rounds the last bits of sums otherwise,
/// by about 1e-13 of a value; a mean at the edge of two thousandths then rounds to the other one,
/// and a count's quantile at the edge of two counts falls on the other one. A value is close when
///
///     |replayed - published| <= 1e-6 |published| + 0.005 units for a mean, + 1 unit for a quantile
public struct ReplayComparison: Hashable, Sendable {
  /// A value that is not the same.
  public struct Difference: Hashable, Sendable {
    public let node: Node
    public let day: Day
    /// The quantile's probability; nil for the mean.
    public let probability: Double?
    /// Units.
    public let published: Double
    /// Nil where nothing was made for the node.
    public let replayed: Double?

    /// Whether another processor's rounding explains it.
    public var isClose: Bool {
      guard let replayed else { return false }
      let least = probability == nil ? 0.005 : 1
      return abs(replayed - published) <= abs(published) * 1e-6 + least
    }
  }

  /// How many values were compared.
  public let values: Int
  /// How many of them are not the same bits.
  public let differing: Int
  /// How many of those rounding does not explain.
  public let farApart: Int
  /// The first that differs, in the order of the published forecasts, then by day.
  public let first: Difference?
  /// The first that is far apart.
  public let firstFarApart: Difference?

  /// - Parameters:
  ///   - quantiles: the probabilities of the forecasts' quantiles.
  ///   - sample: compare only so many values, drawn with the seed without repetition; nil compares
  ///     all.
  public init(
    published: [PublishedForecast], replayed: [PublishedForecast], quantiles: [Double],
    sample: (count: Int, seed: UInt64)? = nil
  ) {
    let made = Dictionary(
      replayed.map { ($0.node, $0) }, uniquingKeysWith: { first, _ in first })
    let total = published.reduce(0) { $0 + $1.valueCount }
    let wanted = sample.flatMap { ReplayComparison.drawn($0.count, of: total, seed: $0.seed) }
    var (values, differences) = (0, [Difference]())
    var (differing, farApart) = (0, 0)
    var firstFarApart: Difference?
    var passed = 0
    for forecast in published {
      let other = made[forecast.node]
      for place in 0..<forecast.valueCount where wanted?.contains(passed + place) ?? true {
        values += 1
        guard let difference = forecast.difference(from: other, at: place, quantiles) else {
          continue
        }
        differing += 1
        if differences.isEmpty { differences.append(difference) }
        if !difference.isClose {
          farApart += 1
          firstFarApart = firstFarApart ?? difference
        }
      }
      passed += forecast.valueCount
    }
    (self.values, self.differing, self.farApart) = (values, differing, farApart)
    (first, self.firstFarApart) = (differences.first, firstFarApart)
  }

  /// Distinct positions below a total; nil where all are wanted.
  private static func drawn(_ count: Int, of total: Int, seed: UInt64) -> Set<Int>? {
    guard count < total else { return nil }
    var random = SeededGenerator(seed: seed)
    var drawn: Set<Int> = []
    // Floyd's sampling: each draw adds exactly one position.
    for top in total - count..<total {
      let place = Int.random(in: 0...top, using: &random)
      drawn.insert(drawn.contains(place) ? top : place)
    }
    return drawn
  }
}

extension PublishedForecast {
  /// Means and quantiles of all days.
  var valueCount: Int { means.count * (1 + quantiles.count) }

  /// The value at a place, day by day: the mean, then each quantile.
  fileprivate func value(at place: Int) -> Double? {
    let (day, row) = place.quotientAndRemainder(dividingBy: 1 + quantiles.count)
    guard means.indices.contains(day) else { return nil }
    if row == 0 { return Double(means[day]) / Coherence.thousandths }
    return quantiles[row - 1].indices.contains(day) ? quantiles[row - 1][day] : nil
  }

  fileprivate func difference(
    from other: PublishedForecast?, at place: Int, _ probabilities: [Double]
  ) -> ReplayComparison.Difference? {
    guard let own = value(at: place) else { return nil }
    let isAlike = other.map { $0.firstDay == firstDay && $0.quantiles.count == quantiles.count }
    let replayed = isAlike == true ? other?.value(at: place) : nil
    if let replayed, replayed.bitPattern == own.bitPattern { return nil }
    let (day, row) = place.quotientAndRemainder(dividingBy: 1 + quantiles.count)
    return ReplayComparison.Difference(
      node: node, day: firstDay + day,
      probability: row == 0 || !probabilities.indices.contains(row - 1)
        ? nil : probabilities[row - 1], published: own, replayed: replayed)
  }
}

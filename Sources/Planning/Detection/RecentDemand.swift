/// What detection needs of a node's history, promotions of items taken out.
public struct RecentDemand: Hashable, Sendable {
  /// Days before the origin that a level is compared with: eight weeks.
  static let days = 56
  /// Days ahead that are compared.
  static let daysAhead = 28
  static let daysPerYear = 364

  /// Units of the last 56 days; NaN where the demand is not known, or before the first day.
  public let lastWeeks: [Double]
  /// Units of the 84 days that a year earlier were these and the next 28; empty before that.
  public let yearEarlier: [Double]
  /// Units ahead, as if no item were promoted and no series closed.
  public let plainMeans: [Double]

  public init(lastWeeks: [Double], yearEarlier: [Double], plainMeans: [Double]) {
    self.lastWeeks = lastWeeks
    self.yearEarlier = yearEarlier
    self.plainMeans = plainMeans
  }

  init(_ history: NodeHistory, next: Int, plainMeans: [Double]) {
    func values(_ positions: Range<Int>) -> [Double] {
      positions.map { position in
        let offset = position - history.start
        return history.values.indices.contains(offset) ? history.values[offset] : .nan
      }
    }
    let year = RecentDemand.daysPerYear
    lastWeeks = values(next - RecentDemand.days..<next)
    yearEarlier =
      history.start <= next - RecentDemand.days - year
      ? values(next - RecentDemand.days - year..<next + RecentDemand.daysAhead - year) : []
    self.plainMeans = plainMeans
  }
}

/// A forecast that was not believed, and stands for its node no more.
public struct RefusedForecast: Hashable, Sendable {
  /// The rung that made it.
  public let tier: Tier
  /// Its worst value, units per bucket: not finite, negative, or above the limit.
  public let worst: Double
  /// What would have been believed: ten times the last year's largest bucket.
  public let limit: Double

  public init(tier: Tier, worst: Double, limit: Double) {
    self.tier = tier
    self.worst = worst
    self.limit = limit
  }

  /// Nil where every mean can be believed.
  init?(_ means: [Double], tier: Tier, limit: Double) {
    guard
      let worst = means.first(where: { !$0.isFinite || $0 < 0 })
        ?? means.max().flatMap({ $0 > limit ? $0 : nil })
    else { return nil }
    self.init(tier: tier, worst: worst, limit: limit)
  }
}

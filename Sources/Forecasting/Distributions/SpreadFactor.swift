/// What a spread's variance is multiplied by, and what is added to it with each bucket ahead, in
/// units of the variance one bucket ahead.
public struct SpreadFactor: Hashable, Sendable {
  public var variance: Double
  public var growth: Double

  public static let unchanged = SpreadFactor(variance: 1, growth: 0)

  public init(variance: Double, growth: Double) {
    self.variance = variance
    self.growth = growth
  }
}

extension DemandSpread {
  /// The spread with deviation² times the factor's variance, whose variance at lead h is that
  /// times 1 + (h − 1) α², plus (h − 1) times the factor's growth. Counts of sparse series stay as
  /// they are: theirs is known from their own errors.
  public func calibrated(by factor: SpreadFactor) -> DemandSpread {
    guard case .squareRoot(let scale, let deviation, let growth) = self, factor.variance > 0 else {
      return self
    }
    return .squareRoot(
      scale: scale, deviation: deviation * factor.variance.squareRoot(),
      growth: (growth * growth + factor.growth / factor.variance).squareRoot())
  }

  /// How a sum scatters whose parts err apart, by the mean of each: where a sum has no history of
  /// its own to tell.
  ///
  /// The variance of both kinds is proportional to the mean near it: deviation² × scale × mean, and
  /// dispersion × mean.
  public static func sum(_ parts: [(spread: DemandSpread, mean: Double)]) -> DemandSpread {
    var (mean, variance, growth) = (0.0, 0.0, 0.0)
    var areCounts = true
    for part in parts where part.mean > 0 {
      mean += part.mean
      switch part.spread {
      case .squareRoot(let scale, let deviation, let rate):
        areCounts = false
        let own = deviation * deviation * scale * part.mean
        variance += own
        growth += own * rate * rate
      case .negativeBinomial(let dispersion): variance += dispersion * part.mean
      case .certain: break
      }
    }
    guard variance > 0 else { return .certain }
    if areCounts { return .negativeBinomial(dispersion: max(1, variance / mean)) }
    return .squareRoot(
      scale: mean, deviation: variance.squareRoot() / mean,
      growth: (growth / variance).squareRoot())
  }
}

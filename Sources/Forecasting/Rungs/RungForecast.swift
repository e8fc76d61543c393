/// What a rung of the ladder says of one series.
public struct RungForecast: Hashable, Sendable {
  /// Units per lead, finite, >= 0.
  public var means: [Double]
  public var spread: DemandSpread

  public init(means: [Double], spread: DemandSpread) {
    self.means = means
    self.spread = spread
  }
}

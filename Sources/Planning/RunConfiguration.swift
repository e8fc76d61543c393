/// What a run is made by, besides the data and the code.
public struct RunConfiguration: Hashable, Sendable {
  /// Days ahead that readers are given.
  public var horizonDays = 28
  /// Ascending, each above 0 and below 1.
  public var quantiles = ForecastSettings.defaultQuantiles
  public var method = ForecastSettings.Choice.auto
  public var gate = GateLimits()
  /// How much of the forecast in use goes into the next one.
  public var blend = BlendChoice.none
  /// How sums and series are made to agree.
  public var reconciliation = ForecastSettings.Reconciliation.bottomUp

  public init() {}
}

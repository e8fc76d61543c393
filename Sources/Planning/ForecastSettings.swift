public import Inventory

/// What a forecast is asked for.
public struct ForecastSettings: Hashable, Sendable {
  /// Which method fits the series: the ladder's choice, or one for all, with the simpler rungs
  /// where that has no answer.
  public enum Choice: Hashable, Sendable {
    case auto, hybrid, combined, ets, croston, sba, tsb
    /// The last season again.
    case naive
    /// The last value again.
    case last
    case mean
    case form(SmoothingForm)
  }

  /// How forecasts of sums and of the series in them are made to agree; see `NodeReconciliation`.
  public enum Reconciliation: String, CaseIterable, Hashable, Sendable {
    case bottomUp = "bottom-up"
    /// Weighted least squares, each node by its error's variance.
    case wls
    /// Least squares with the shrunken covariance of the errors.
    case mint
    /// The one that past origins of the same data were forecast best with.
    case auto
  }

  public static let defaultQuantiles = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975]

  /// Buckets ahead of the origin.
  public var horizon: Int
  public var bucket: Bucket
  /// Ascending, each above 0 and below 1.
  public var quantiles: [Double]
  public var choice: Choice
  public var reconciliation: Reconciliation

  public init(
    horizon: Int = 28, bucket: Bucket = .day, quantiles: [Double] = defaultQuantiles,
    choice: Choice = .auto, reconciliation: Reconciliation = .bottomUp
  ) {
    self.horizon = horizon
    self.bucket = bucket
    self.quantiles = quantiles
    self.choice = choice
    self.reconciliation = reconciliation
  }
}

extension ForecastSettings.Choice: RawRepresentable, CaseIterable {
  /// Those with a name of their own, and one form for all.
  public static let allCases: [ForecastSettings.Choice] =
    [.auto, .hybrid, .combined, .ets]
    + (SmoothingForm("ETS(Z,Z,Z)").map { [.form($0)] } ?? [])
    + [.croston, .sba, .tsb, .naive, .last, .mean]

  /// `auto`, `ets`, `ETS(A,Ad,M)`, ...
  public init?(rawValue: String) {
    if let form = SmoothingForm(rawValue) {
      self = .form(form)
    } else if let named = Self.allCases.first(where: { $0.rawValue == rawValue }) {
      self = named
    } else {
      return nil
    }
  }

  public var rawValue: String {
    switch self {
    case .auto: "auto"
    case .hybrid: "hybrid"
    case .combined: "combined"
    case .ets: "ets"
    case .croston: "croston"
    case .sba: "sba"
    case .tsb: "tsb"
    case .naive: "naive"
    case .last: "last"
    case .mean: "mean"
    case .form(let form): form.description
    }
  }
}

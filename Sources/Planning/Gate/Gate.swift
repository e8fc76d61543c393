internal import Forecasting
internal import Inventory

/// What the gate looks at.
public struct GateInput: Sendable {
  /// What is about to be published.
  public var table: ForecastTable
  /// What it was made from.
  public var histories: [DemandHistory]
  public var trial: GateTrial
  /// The forecasts in use; empty before the first run.
  public var previous: [PublishedForecast]
  /// The locations of the trained regions, and how many of them are fresh.
  public var locations: Int
  public var freshLocations: Int
  /// Days ahead that readers are given.
  public var horizon: Int
  public var limits: GateLimits

  public init(
    table: ForecastTable, histories: [DemandHistory], trial: GateTrial,
    previous: [PublishedForecast], locations: Int, freshLocations: Int, horizon: Int,
    limits: GateLimits
  ) {
    self.table = table
    self.histories = histories
    self.trial = trial
    self.previous = previous
    self.locations = locations
    self.freshLocations = freshLocations
    self.horizon = horizon
    self.limits = limits
  }
}

/// Decides whether a challenger may be published. Every check is answered, whatever the others say;
/// the gravest come first.
public enum Gate {
  /// Errors in shares of demand that differ by less are the same.
  static let slack = 0.001
  /// Where demand repeats week by week seasonal naive is all but perfect, and so is who errs by
  /// less than this share of demand.
  static let naiveSlack = 0.02
  /// With few series a share says little: so many may stand low, or fail, in any case.
  static let toleratedSeries = 5
  /// Days that two forecasts must share for their churn to mean anything.
  static let leastSharedDays = 7

  public static func verdict(_ input: GateInput) -> GateVerdict {
    GateVerdict(
      [finite(input)] + accuracy(input) + [believable(input), leak(input), total(input)]
        + churn(input) + [rungs(input), failedFits(input), fresh(input)])
  }

  private static func finite(_ input: GateInput) -> GateCheck {
    let broken = input.table.nodes.filter { forecast in
      !forecast.means.allSatisfy { $0 >= 0 }
        || !forecast.quantiles.allSatisfy { $0.allSatisfy { $0.isFinite && $0 >= 0 } }
    }
    return GateCheck(
      .finite, limit: 0, figure: Double(broken.count), hasPassed: broken.isEmpty,
      finding: broken.isEmpty
        ? "all forecasts are numbers and not negative"
        : "\(broken.count.grouped) forecasts are below zero or no numbers")
  }

  // MARK: - Past origins

  private static func accuracy(_ input: GateInput) -> [GateCheck] {
    let (trial, limits) = (input.trial, input.limits)
    var checks: [GateCheck] = []
    if trial.isComparedWithChampion {
      checks.append(
        ratio(.wape, nil, trial.champion(), atMost: limits.wapeRatio, trial, input.previous))
      checks += trial.regions.map { region in
        ratio(
          .regionWape, region, trial.champion(in: region), atMost: limits.regionWapeRatio, trial,
          input.previous)
      }
    }
    guard let naive = trial.naive() else {
      return checks + [
        GateCheck(
          .naive, limit: limits.naiveRatio, hasPassed: true,
          finding: "there is too little history to hold it against")
      ]
    }
    let passes = naive.challenger <= limits.naiveRatio * naive.other + naiveSlack
    return checks + [
      GateCheck(
        .naive, limit: limits.naiveRatio, figure: naive.ratio, hasPassed: passes,
        finding: "\(trial.weeks) it was off by \(percent(naive.challenger)), repeating the week"
          + " before by \(percent(naive.other))")
    ]
  }

  private static func ratio(
    _ name: GateCheck.Name, _ region: RegionCode?, _ found: GateTrial.Comparison?,
    atMost limit: Double, _ trial: GateTrial, _ previous: [PublishedForecast]
  ) -> GateCheck {
    let place = region.map { "in \($0) " } ?? ""
    guard let found else {
      return GateCheck(
        name, region: region, limit: limit, hasPassed: true,
        finding: "\(place)nothing was sold \(trial.weeks)")
    }
    return GateCheck(
      name, region: region, limit: limit, figure: found.ratio,
      hasPassed: found.challenger <= limit * found.other + slack,
      finding: "\(place)\(trial.weeks) it was off by \(percent(found.challenger)), the forecast in"
        + " use by \(percent(found.other)), and \(limit) times that is what a run may")
  }

  /// Being much better than the champion is what seeing the answers looks like.
  private static func believable(_ input: GateInput) -> GateCheck {
    let limit = input.limits.leastWapeRatio
    guard let found = input.trial.champion() else {
      return GateCheck(
        .believable, limit: limit, hasPassed: true, finding: "there is no forecast to compare with")
    }
    let passes = found.challenger + slack >= limit * found.other
    return GateCheck(
      .believable, limit: limit, figure: found.ratio, hasPassed: passes,
      finding: "\(input.trial.weeks) it was off by \(percent(found.challenger)), the forecast in"
        + " use by \(percent(found.other))"
        + (passes ? "" : ": so much better is only who has seen the answers"))
  }

  private static func leak(_ input: GateInput) -> GateCheck {
    guard let leaks = input.trial.leaks else {
      return GateCheck(
        .leak, limit: 0, hasPassed: true, finding: "there is too little history to look for leaks")
    }
    return GateCheck(
      .leak, limit: 0, figure: Double(leaks), hasPassed: leaks == 0,
      finding: leaks == 0
        ? "days after an origin change nothing"
        : "\(leaks.grouped) forecasts of past days change with demand that came after them")
  }

  // MARK: - What is about to be published

  private static func total(_ input: GateInput) -> GateCheck {
    let limit = input.limits.totalDeviation
    guard let level = input.table.nodes.last?.node.level else {
      return GateCheck(.total, limit: limit, hasPassed: true, finding: "nothing is forecast")
    }
    let days = min(input.horizon, input.table.days.count)
    let total = input.table.nodes.filter { $0.node.level == level }.reduce(0.0) { sum, forecast in
      sum + forecast.means.prefix(days).reduce(0) { $0 + Double($1) / Coherence.thousandths }
    }
    let nearest = input.trial.naiveTotals(days: days).filter { $0 > 0 }
      .map { (naive: $0, deviation: (total / $0 - 1)) }
      .min { $0.deviation.magnitude < $1.deviation.magnitude }
    guard let nearest else {
      return GateCheck(
        .total, limit: limit, hasPassed: true, finding: "nothing was sold lately to compare with")
    }
    return GateCheck(
      .total, limit: limit, figure: nearest.deviation,
      hasPassed: nearest.deviation.magnitude <= limit,
      finding: "it foretells \(units(total)) in all over \(days) days, where repeating the last"
        + " week or year gives \(units(nearest.naive))")
  }

  private static func churn(_ input: GateInput) -> [GateCheck] {
    let (churn, limits) = (GateChurn(input), input.limits)
    return churn.regions.flatMap { region in
      [churnCheck(churn.churn(in: region, nil), region, nil, limits.churn(of: region))]
        + limits.leadChurn(of: region).map { band, limit in
          churnCheck(churn.churn(in: region, band), region, band, limit)
        }
    }.compactMap { $0 }
  }

  private static func churnCheck(
    _ churn: Double?, _ region: RegionCode, _ leads: LeadBand?, _ limit: Double
  ) -> GateCheck? {
    guard let churn else { return nil }
    let place = "in \(region)" + (leads.map { ", \($0.words)," } ?? "")
    return GateCheck(
      .churn, region: region, leads: leads, limit: limit, figure: churn,
      hasPassed: churn <= limit,
      finding: "\(place) it overthrows \(percent(churn)) of the forecast in use, and"
        + " \(percent(limit)) is what a run may")
  }

  /// Series that sold something within a year and are forecast by a mean or by nothing.
  private static func rungs(_ input: GateInput) -> GateCheck {
    let level = input.table.nodes.last?.node.level ?? .itemLocation
    let year = input.table.origin - 364
    let selling = Set(
      input.histories.filter { history in
        history.values.suffix(max(0, history.start + history.values.count - year))
          .contains { $0 > 0 }
      }.map { Node(level, of: $0.series) })
    let low = input.table.nodes.count {
      ($0.tier == .mean || $0.tier == .zero) && selling.contains($0.node)
    }
    let share = selling.isEmpty ? 1 : 1 - Double(low) / Double(selling.count)
    return GateCheck(
      .rungs, limit: input.limits.upperRungShare, figure: share,
      hasPassed: low <= toleratedSeries || share >= input.limits.upperRungShare,
      finding: "\(low.grouped) of \(selling.count.grouped) series that sell are forecast by their"
        + " mean or not at all")
  }

  private static func failedFits(_ input: GateInput) -> GateCheck {
    let failed = input.table.nodes.count { $0.refused != nil }
    let share =
      input.table.nodes.isEmpty ? 0 : Double(failed) / Double(input.table.nodes.count)
    return GateCheck(
      .failedFits, limit: input.limits.failedFitShare, figure: share,
      hasPassed: failed <= toleratedSeries || share <= input.limits.failedFitShare,
      finding: "\(failed.grouped) of \(input.table.nodes.count.grouped) forecasts were not to be"
        + " believed and were replaced")
  }

  private static func fresh(_ input: GateInput) -> GateCheck {
    let share =
      input.locations == 0 ? 1 : Double(input.freshLocations) / Double(input.locations)
    return GateCheck(
      .fresh, limit: input.limits.freshShare, figure: share,
      hasPassed: share >= input.limits.freshShare,
      finding: "\(input.freshLocations.grouped) of \(input.locations.grouped) locations are as"
        + " fresh as they promised")
  }

  // MARK: - Figures

  private static func percent(_ share: Double) -> String {
    guard share.isFinite, share < 1e9 else { return "more than can be said" }
    let tenths = Int((share * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10) %"
  }

  private static func units(_ value: Double) -> String {
    guard value.isFinite, value.magnitude < 1e15 else { return "more than can be sold" }
    return Int(value.rounded()).grouped
  }
}

extension GateTrial.Comparison {
  /// The challenger's error in the other's; nil where the other made none.
  fileprivate var ratio: Double? { other > 0 ? challenger / other : nil }
}

extension GateTrial {
  fileprivate var weeks: String {
    origins.count == 1 ? "from last week" : "from the last \(origins.count) weekly origins"
  }
}

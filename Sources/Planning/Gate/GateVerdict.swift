public import Inventory

/// One question that a challenger is asked, with what was found.
public struct GateCheck: Hashable, Sendable {
  public enum Name: String, CaseIterable, Hashable, Sendable {
    /// Every mean and quantile is a number and not negative.
    case finite
    /// Its error of the last weeks against the champion's.
    case wape
    /// The same in one region.
    case regionWape = "region-wape"
    /// Its error against that of seasonal naive.
    case naive
    /// It is not better than anybody can be.
    case believable
    /// What came after an origin does not change the forecast from there.
    case leak
    /// The total against that of seasonal naive.
    case total
    /// How much of a region's forecast in use it overthrows.
    case churn
    /// Series above the ladder's last two rungs.
    case rungs
    /// Forecasts that were not believed.
    case failedFits = "failed-fits"
    /// Locations that are as fresh as they promised.
    case fresh
    /// The forecast in use is the one that it was compared with.
    case champion
  }

  public let name: Name
  /// Nil where it concerns all regions.
  public let region: RegionCode?
  /// The days ahead that it concerns; nil for all of them.
  public let leads: LeadBand?
  /// Nil where there is none.
  public let limit: Double?
  /// Nil where there was nothing to judge by.
  public let figure: Double?
  public let hasPassed: Bool
  /// What was found, as the end of a sentence for a planner.
  public let finding: String

  public init(
    _ name: Name, region: RegionCode? = nil, leads: LeadBand? = nil, limit: Double? = nil,
    figure: Double? = nil, hasPassed: Bool, finding: String
  ) {
    self.leads = leads
    self.name = name
    self.region = region
    self.limit = limit
    self.figure = figure
    self.hasPassed = hasPassed
    self.finding = finding
  }
}

/// Whether a challenger may be published, and why.
public struct GateVerdict: Hashable, Sendable {
  public var checks: [GateCheck]

  public init(_ checks: [GateCheck]) { self.checks = checks }

  public var failed: [GateCheck] { checks.filter { !$0.hasPassed } }
  public var hasPassed: Bool { failed.isEmpty }

  /// Whether readers can be given it at all, whoever wants it.
  public var isReadable: Bool { !failed.contains { $0.name == .finite } }

  /// Why it was refused: the gravest finding, and how many more there are; nil when it was not.
  public var reason: String? {
    guard let first = failed.first else { return nil }
    let more = failed.count - 1
    return first.finding
      + (more == 0 ? "" : more == 1 ? "; one more check failed" : "; \(more) more checks failed")
  }
}

public import Inventory

/// What detection looks at: what is about to be published, and what stood before.
public struct DetectionInput: Sendable {
  /// A region that was not trained.
  public struct BehindRegion: Sendable {
    public let behind: TrainingScope.Behind
    /// Whether an earlier forecast stands in.
    public let keepsForecast: Bool

    public init(_ behind: TrainingScope.Behind, keepsForecast: Bool) {
      self.behind = behind
      self.keepsForecast = keepsForecast
    }
  }

  /// Day by day, with what demand was lately.
  public var table: ForecastTable
  /// Of the run that readers see now; empty before the first.
  public var previous: [PublishedForecast]
  public var events: [CalendarEvent]
  public var behind: [BehindRegion]
  public var names: PlannerNames
  public var limits: DetectionLimits

  public init(
    table: ForecastTable, previous: [PublishedForecast] = [], events: [CalendarEvent] = [],
    behind: [BehindRegion] = [], names: PlannerNames = PlannerNames(),
    limits: DetectionLimits = .standard
  ) {
    self.table = table
    self.previous = previous
    self.events = events
    self.behind = behind
    self.names = names
    self.limits = limits
  }
}

/// Abnormal predictions, found before they are published.
///
/// Every rule looks at all nodes; `Grouping` keeps the few that tell it best, so that one late or
/// broken warehouse is one flag and not thousands. Equal input gives equal flags in equal order:
/// critical first, then by rule, level and codes.
public enum Detection {
  public static func flags(_ input: DetectionInput) -> [Flag] {
    let sentence = FlagSentence(names: input.names)
    let outlooks = Detection.outlooks(input)
    let jumps = levelJumps(outlooks, input.limits, sentence)
    let flags =
      input.behind.map { stale($0, sentence) }
      + input.table.nodes.compactMap { untrusted($0, sentence) } + jumps
      + revisions(outlooks, input, told: jumps, sentence)
    return flags.enumerated().sorted { left, right in
      left.element.severity == right.element.severity
        ? left.offset < right.offset : left.element.severity > right.element.severity
    }.map(\.element)
  }

  static func outlooks(_ input: DetectionInput) -> [NodeOutlook] {
    let calendar = OrdinaryDays(input.events, origin: input.table.origin)
    let previous = Dictionary(
      input.previous.map { ($0.node, $0) }, uniquingKeysWith: { first, _ in first })
    // A sum over other regions than before is revised by that alone.
    let regions = Set(input.table.nodes.compactMap(\.node.region))
    let isComparable = regions == Set(input.previous.compactMap(\.node.region))
    return input.table.nodes.compactMap { forecast in
      forecast.recent.map { recent in
        NodeOutlook(
          forecast: forecast, recent: recent, origin: input.table.origin,
          previous: isComparable || forecast.node.region != nil ? previous[forecast.node] : nil,
          special: calendar.special(for: forecast.node))
      }
    }
  }

  static func levelJumps(
    _ outlooks: [NodeOutlook], _ limits: DetectionLimits, _ sentence: FlagSentence
  ) -> [Flag] {
    let rule = LevelJump(limits: limits)
    var seasons: [Node: Double] = [:]
    for outlook in outlooks { seasons[outlook.node] = rule.season(outlook) }
    let candidates = outlooks.compactMap { outlook in
      let wider = outlook.node.sums.filter { $0.level == .category || $0.level == .total }
      return rule.measured(
        outlook, seasons: ([outlook.node] + wider.suffix(1)).compactMap { seasons[$0] })
    }.filter(\.isAbnormal)
    let nodes = Set(candidates.map(\.node))
    return Grouping.told(candidates, limits: limits).map { told in
      let one = told.candidate
      let factor = max(one.found, 1e-9) / max(one.expected, 1e-9)
      let isCritical = max(factor, 1 / factor) >= limits.criticalRatio
      return Flag(
        rule: .levelJump, severity: isCritical ? .critical : .warning, region: one.node.region,
        node: one.node, expected: one.expected, found: one.found,
        message: sentence.levelJump(told, isMany: !nodes.contains(one.node)))
    }
  }

  private static func revisions(
    _ outlooks: [NodeOutlook], _ input: DetectionInput, told jumps: [Flag],
    _ sentence: FlagSentence
  ) -> [Flag] {
    let rule = RevisionRule(limits: input.limits)
    let jumped = Set(jumps.compactMap(\.node))
    let candidates = outlooks.compactMap(rule.measured).filter(\.isAbnormal)
    let nodes = Set(candidates.map(\.node))
    return Grouping.told(candidates, limits: input.limits).compactMap { told in
      let one = told.candidate
      // The jump says more than that it is new.
      if jumped.contains(one.node) || one.node.sums.contains(where: jumped.contains) { return nil }
      let isStrong = abs(one.deviation) > input.limits.warningChurn * one.limit
      return Flag(
        rule: .revision, severity: isStrong ? .warning : .info, region: one.node.region,
        node: one.node, expected: one.expected, found: one.found,
        message: sentence.revision(told, isMany: !nodes.contains(one.node)))
    }
  }

  private static func untrusted(_ forecast: NodeForecast, _ sentence: FlagSentence) -> Flag? {
    forecast.refused.map { refused in
      Flag(
        rule: .untrustedValue, severity: .critical, region: forecast.node.region,
        node: forecast.node, expected: 7 * refused.limit,
        found: refused.worst.isFinite ? 7 * refused.worst : nil,
        message: sentence.untrusted(forecast, refused))
    }
  }

  private static func stale(
    _ region: DetectionInput.BehindRegion, _ sentence: FlagSentence
  ) -> Flag {
    let behind = region.behind
    return Flag(
      rule: .staleRegion, severity: region.keepsForecast ? .warning : .critical,
      region: behind.region, node: nil, expected: 0,
      found: behind.completeThrough.map { Double(behind.due - $0) },
      message: sentence.stale(region))
  }
}

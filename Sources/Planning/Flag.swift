public import Inventory

/// What makes a prediction abnormal, or keeps a region from being predicted.
public enum FlagRule: String, CaseIterable, Hashable, Sendable {
  /// The forecast's level is not that of the last eight weeks, and no season explains it.
  case levelJump = "level-jump"
  /// The forecast is not what the previous run said of the same days.
  case revision
  /// A forecast that is not finite, negative or absurdly large was replaced before publishing.
  case untrustedValue = "untrusted-value"
  /// The region is behind its promised freshness.
  case staleRegion = "stale-region"
  /// Days that have arrived since were forecast worse than is believable.
  case accuracyBreach = "accuracy-breach"
  /// The run, made again from its data, is not what was published.
  case replayMismatch = "replay-mismatch"
  /// A run was not published; what readers see is the one before.
  case refusedRun = "refused-run"
}

/// How much a flag matters.
public enum Severity: String, CaseIterable, Hashable, Sendable, Comparable {
  /// Worth knowing.
  case info
  /// To be looked at before ordering by it.
  case warning
  /// Not to be ordered by.
  case critical

  public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

  private var rank: Int { Severity.allCases.firstIndex(of: self) ?? 0 }
}

/// An abnormal prediction, or a region that cannot be predicted: with the rule that raised it, what
/// was expected, what was found, and a sentence a planner understands.
public struct Flag: Hashable, Sendable {
  public let rule: FlagRule
  public let severity: Severity
  /// Nil where the node spans regions.
  public let region: RegionCode?
  /// Nil where the flag is of a region's data.
  public let node: Node?
  /// Units a week, or for a stale region days behind; nil where there is none.
  public let expected: Double?
  /// In the unit of `expected`.
  public let found: Double?
  public let message: String

  public init(
    rule: FlagRule, severity: Severity, region: RegionCode?, node: Node?, expected: Double?,
    found: Double?, message: String
  ) {
    self.rule = rule
    self.severity = severity
    self.region = region
    self.node = node
    self.expected = expected
    self.found = found
    self.message = message
  }
}

public import Inventory

/// How much a flag matters.
public enum Severity: String, CaseIterable, Hashable, Sendable, Comparable {
  case info, warning, critical

  public static func < (left: Severity, right: Severity) -> Bool {
    left.rank < right.rank
  }

  private var rank: Int {
    switch self {
    case .info: 0
    case .warning: 1
    case .critical: 2
    }
  }
}

/// An abnormal prediction, or a region that cannot be predicted, as a rule found it.
public struct RaisedFlag: Hashable, Sendable {
  /// The rule's name: lower-case words joined by hyphens, as `level-jump`.
  public let rule: String
  public let severity: Severity
  /// Nil for what concerns all regions together.
  public let region: RegionCode?
  /// Nil for what concerns a region as a whole.
  public let node: Node?
  public let expected: Double?
  public let found: Double?
  /// One sentence that a planner understands.
  public let message: String

  public init(
    rule: String, severity: Severity, region: RegionCode?, node: Node?, expected: Double?,
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

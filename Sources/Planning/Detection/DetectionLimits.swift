/// From where on a prediction is abnormal. The defaults are measured: see `docs/detection.md`.
public struct DetectionLimits: Hashable, Sendable {
  /// The least relative change of a level that is a jump: 0.15 is 15 % more, or 13 % less.
  public var jump = 0.15
  /// Scatters of the last eight weeks that a jump must exceed as well.
  public var jumpScatters = 4.0
  /// Units a week below which a node is too small to be judged.
  public var smallestWeek = 5.0
  /// A level this many times as high or low as expected is critical.
  public var criticalRatio = 3.0
  /// Ordinary days needed ahead, of 28.
  public var ordinaryDaysAhead = 7
  /// Weeks needed of the last eight.
  public var weeks = 5

  /// The least churn that is a revision.
  public var churn = 0.04
  /// How much of a day's scatter (in shares of its mean) one more day of data may revise; days
  /// count by the root of their number. A level takes up about 0.1 of an error, which is clipped at
  /// 3.5 scatters.
  public var churnScatters = 0.4
  /// Churn of so many times its limit is a warning.
  public var warningChurn = 2.0

  /// More flags of one rule than this at one location are one flag of the location.
  public var flagsPerLocation = 5

  public init() {}

  public static let standard = DetectionLimits()
}

internal import Inventory

/// How long what is stored is kept, as the deployment's environment says it.
public struct Retention: Hashable, Sendable {
  /// Years of demand and stock that are taken, counted back from today; nil takes all.
  public var historyYears: Int?
  /// Days for which replaced values are kept, so that older versions of the data can be read; nil
  /// keeps everything. So for the others.
  public var changeDays: Int? = 400
  /// Days for which a push may be repeated under its key.
  public var keyDays: Int? = 7
  /// Days for which rows of the quarantine stay after they were settled.
  public var quarantineDays: Int? = 90
  /// Days for which runs that nobody reads any more keep their forecasts and flags.
  public var runDays: Int? = 90
  /// Days for which it is known how far runs were from what was sold, after they were measured.
  public var accuracyDays: Int? = 730
  /// Days for which lines of journals stay.
  public var movementDays: Int? = 730

  public init() {}

  /// From the variables named below; what is not set has its default.
  public init(environment: [String: String]) throws {
    for setting in Retention.settings {
      guard let text = environment[setting.variable], !text.isEmpty else { continue }
      guard text != Retention.forever else {
        self[keyPath: setting.path] = nil
        continue
      }
      guard let count = Int(text), !text.hasPrefix("+"), setting.range.contains(count) else {
        throw RetentionUnreadable(variable: setting.variable, value: text, range: setting.range)
      }
      self[keyPath: setting.path] = count
    }
  }

  /// From the first day that is kept to today.
  func allowedDays(today: Day) -> ClosedRange<Day> {
    guard let historyYears else { return .earliest...max(today, .earliest) }
    let date = today.civil
    // 29 February has its anniversary on 1 March.
    let first =
      Day(year: date.year - historyYears, month: date.month, day: date.day)
      ?? Day(year: date.year - historyYears, month: 3, day: 1) ?? .earliest
    return min(first, today)...today
  }

  /// What stands for a time without an end.
  static let forever = "forever"

  private struct Setting: Sendable {
    let variable: String
    let path: any WritableKeyPath<Retention, Int?> & Sendable
    let range: ClosedRange<Int>
  }

  private static let settings = [
    Setting(
      variable: "QUARTERMASTER_HISTORY_YEARS", path: \.historyYears, range: 1...300),
    Setting(
      variable: "QUARTERMASTER_KEEP_CHANGES_DAYS", path: \.changeDays, range: 1...100_000),
    Setting(variable: "QUARTERMASTER_KEEP_KEYS_DAYS", path: \.keyDays, range: 1...100_000),
    Setting(
      variable: "QUARTERMASTER_KEEP_QUARANTINE_DAYS", path: \.quarantineDays, range: 1...100_000),
    Setting(variable: "QUARTERMASTER_KEEP_RUNS_DAYS", path: \.runDays, range: 1...100_000),
    Setting(
      variable: "QUARTERMASTER_KEEP_ACCURACY_DAYS", path: \.accuracyDays, range: 1...100_000),
    Setting(
      variable: "QUARTERMASTER_KEEP_MOVEMENTS_DAYS", path: \.movementDays, range: 1...100_000),
  ]
}

/// A term that is none.
struct RetentionUnreadable: Failure {
  let variable: String
  let value: String
  let range: ClosedRange<Int>

  var code: String { "invalid-retention" }
  var exitCode: ExitCode { .configuration }
  var sentence: String {
    "\(variable) is '\(value.shownShort)'; it is a whole number from \(range.lowerBound) to"
      + " \(range.upperBound), or '\(Retention.forever)'"
  }
}

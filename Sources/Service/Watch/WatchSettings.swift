internal import Planning

/// When the service asks for a run by itself, as the deployment's environment says it.
public struct WatchSettings: Hashable, Sendable {
  /// The share of the last 56 days' demand that must have been told otherwise; nil never asks.
  public var changePercent: Int? = 5
  /// Our error as a share of the seasonal naive forecast's, at most; nil never asks.
  public var errorPercent: Int? = 110
  /// The bias of a region, at most, either way; nil never asks.
  public var biasPercent: Int? = 30
  /// How many values a nightly replay compares; nil does not replay.
  public var replaySample: Int? = 1_000

  public init() {}

  /// From the variables named below; what is not set has its default.
  public init(environment: [String: String]) throws {
    for setting in WatchSettings.settings {
      guard let text = environment[setting.variable], !text.isEmpty else { continue }
      guard text != WatchSettings.never else {
        self[keyPath: setting.path] = nil
        continue
      }
      guard let count = Int(text), !text.hasPrefix("+"), (1...1_000_000).contains(count) else {
        throw WatchSettingUnreadable(variable: setting.variable, value: text)
      }
      self[keyPath: setting.path] = count
    }
  }

  static let never = "never"

  var limits: AccuracyLimits {
    var limits = AccuracyLimits()
    limits.ratioToNaive = errorPercent.map { Double($0) / 100 } ?? .infinity
    limits.bias = biasPercent.map { Double($0) / 100 } ?? .infinity
    return limits
  }

  private struct Setting: Sendable {
    let variable: String
    let path: any WritableKeyPath<WatchSettings, Int?> & Sendable
  }

  private static let settings = [
    Setting(variable: "QUARTERMASTER_RETRAIN_CHANGE_PERCENT", path: \.changePercent),
    Setting(variable: "QUARTERMASTER_BREACH_ERROR_PERCENT", path: \.errorPercent),
    Setting(variable: "QUARTERMASTER_BREACH_BIAS_PERCENT", path: \.biasPercent),
    Setting(variable: "QUARTERMASTER_REPLAY_SAMPLE", path: \.replaySample),
  ]
}

/// A setting that is none.
struct WatchSettingUnreadable: Failure {
  let variable: String
  let value: String

  var code: String { "invalid-setting" }
  var exitCode: ExitCode { .configuration }
  var sentence: String {
    "\(variable) is '\(value.shownShort)'; it is a whole number from 1 to 1000000, or"
      + " '\(WatchSettings.never)'"
  }
}

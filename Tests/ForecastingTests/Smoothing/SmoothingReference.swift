import Forecasting
import Foundation

/// Fits of R's forecast::ets, beside the checkout: data/ets-reference.
struct SmoothingReference: CustomStringConvertible, Sendable {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../../shared/data/ets-reference").standardizedFileURL
  static let isPresent = FileManager.default.fileExists(
    atPath: folder.appending(path: "series.csv").path(percentEncoded: false))

  var description: String
  var form: ExponentialSmoothing.Form
  var rates: ExponentialSmoothing.Rates
  var start: ExponentialSmoothing.State
  var series: [Double]
  var residuals: [Double]
  var variance: Double
  var logLikelihood: Double
  var points: [Double]

  /// R's point forecast of a damped multiplicative trend adds φ again instead of φ² at the second
  /// lead, and that of a damped MAM follows another expectation: those do not follow the recursion.
  var hasPlainPoints: Bool {
    !(form.isDamped
      && (form.trend == .multiplicative || form.hasRelativeError && form.season == .multiplicative))
  }

  static func all() throws -> [SmoothingReference] {
    guard isPresent else { return [] }
    return try [("austourists", "austourists_1999Q1_2015Q4", 4), ("oil", "oil_1965_2013", 1)]
      .flatMap { file, name, period in
        try cases(file, values: series(name), period: period)
      }
  }

  private static func series(_ name: String) throws -> [Double] {
    try String(contentsOf: folder.appending(path: "series.csv"), encoding: .utf8)
      .split(separator: "\n").filter { $0.hasPrefix(name + ",") }
      .compactMap { $0.split(separator: ",").last.flatMap { Double($0) } }
  }

  private static func cases(
    _ file: String, values: [Double], period: Int
  ) throws -> [SmoothingReference] {
    let data = try Data(contentsOf: folder.appending(path: "r_ets_\(file).json"))
    let object = try JSONSerialization.jsonObject(with: data) as? [String: [String: Any]] ?? [:]
    return object.sorted { $0.key < $1.key }.flatMap { damped, models in
      models.sorted { $0.key < $1.key }.compactMap { name, value in
        (value as? [String: Any]).flatMap {
          reference(name, $0, values, isDamped: damped == "TRUE", period: period)
        }
      }
    }
  }

  private static func reference(
    _ name: String, _ fields: [String: Any], _ series: [Double], isDamped: Bool, period: Int
  ) -> SmoothingReference? {
    func numbers(_ key: String) -> [Double] { fields[key] as? [Double] ?? [] }
    func join(_ letter: Character) -> ExponentialSmoothing.Join {
      letter == "A" ? .additive : letter == "M" ? .multiplicative : .absent
    }
    let letters = Array(name)
    let states = numbers("initstate")
    guard let level = states.first, let alpha = numbers("alpha").first else { return nil }
    let form = ExponentialSmoothing.Form(
      hasRelativeError: letters[0] == "M", trend: join(letters[1]), isDamped: isDamped,
      season: join(letters[2]), period: period)
    let hasTrend = form.trend != .absent
    return SmoothingReference(
      description: (isDamped ? "damped " : "") + name, form: form,
      rates: .init(
        level: alpha, trend: numbers("beta").first ?? 0, season: numbers("gamma").first ?? 0,
        damping: numbers("phi").first ?? 1),
      // R writes the latest season's effect first.
      start: .init(
        level: level, trend: hasTrend ? states[1] : 0,
        seasons: states.dropFirst(hasTrend ? 2 : 1).reversed()),
      series: series, residuals: numbers("residuals"), variance: numbers("sigma2")[0],
      logLikelihood: numbers("loglik")[0], points: numbers("forecast"))
  }
}

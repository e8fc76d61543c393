internal import Forecasting

/// A form of exponential smoothing as the field names it: `ETS(M,Ad,A)`, error, trend and season.
///
/// `Z` leaves a part to the choice: `ETS(Z,Z,Z)` is the least corrected criterion of all fifteen
/// forms that R's `ets()` chooses from, in units as they are.
public struct SmoothingForm: Hashable, Sendable, CustomStringConvertible {
  /// What is chosen automatically.
  public static let automatic = "Z"

  /// `A`, `M` or `Z`.
  public let error: String
  /// `N`, `A`, `Ad`, `M`, `Md` or `Z`.
  public let trend: String
  /// `N`, `A`, `M` or `Z`.
  public let season: String

  /// Nil where the text is no such form, in any case of letters.
  public init?(_ text: String) {
    let text = text.lowercased()
    guard text.hasPrefix("ets("), text.hasSuffix(")") else { return nil }
    let parts = text.dropFirst(4).dropLast().split(
      separator: ",", omittingEmptySubsequences: false
    ).map { part in part.prefix(1).uppercased() + part.dropFirst() }
    guard parts.count == 3, ["A", "M", "Z"].contains(parts[0]),
      ["N", "A", "Ad", "M", "Md", "Z"].contains(parts[1]), ["N", "A", "M", "Z"].contains(parts[2])
    else { return nil }
    error = parts[0]
    trend = parts[1]
    season = parts[2]
  }

  public var description: String { "ETS(\(error),\(trend),\(season))" }

  /// Whether it stands for several forms.
  var isOpen: Bool { [error, trend, season].contains(SmoothingForm.automatic) }

  /// Whether it asks for a season of its own.
  var isSeasonal: Bool { season == "A" || season == "M" }

  /// Whether an error or a part of its is relative, which asks for values above 0.
  var isRelative: Bool { error == "M" || trend.hasPrefix("M") || season == "M" }

  /// The forms it stands for, in the order in which they are tried.
  func forms(period: Int, isPositive: Bool) -> [ExponentialSmoothing.Form] {
    if isOpen {
      return ExponentialSmoothing.candidates(period: period, isPositive: isPositive)
        .filter(covers)
    }
    return [
      ExponentialSmoothing.Form(
        hasRelativeError: error == "M", trend: SmoothingForm.join(trend),
        isDamped: trend.hasSuffix("d"), season: SmoothingForm.join(season), period: period)
    ]
  }

  private func covers(_ form: ExponentialSmoothing.Form) -> Bool {
    let named = SmoothingForm(form)
    let parts = [(error, named.error), (trend, named.trend), (season, named.season)]
    return parts.allSatisfy { $0 == SmoothingForm.automatic || $0 == $1 }
  }

  private static func join(_ letter: String) -> ExponentialSmoothing.Join {
    switch letter.prefix(1) {
    case "A": .additive
    case "M": .multiplicative
    default: .absent
    }
  }
}

extension SmoothingForm {
  /// The name of a form.
  init(_ form: ExponentialSmoothing.Form) {
    error = form.hasRelativeError ? "M" : "A"
    trend = SmoothingForm.letter(form.trend) + (form.isDamped ? "d" : "")
    season = SmoothingForm.letter(form.season)
  }

  private static func letter(_ join: ExponentialSmoothing.Join) -> String {
    switch join {
    case .absent: "N"
    case .additive: "A"
    case .multiplicative: "M"
    }
  }
}

internal import Inventory

/// What is shown of a step that takes longer than a second, and when: count, rate and time left.
///
/// It reads no clock: each call says how much time has passed since the step began.
public struct ProgressLine: Sendable {
  /// Where the lines go.
  public enum Style: Hashable, Sendable {
    /// One line that overwrites itself.
    case terminal
    /// A new line now and then, for logs.
    case plain
  }

  public static let silence = Duration.seconds(1)
  static let terminalPause = Duration.milliseconds(100)
  static let plainPause = Duration.seconds(10)

  private let title: String
  private let unit: String
  /// How many there will be, once that is known.
  public var total: Int?
  private let style: Style
  private var count = 0
  private var lastShown: Duration?

  /// - Parameters:
  ///   - title: what is done, as "Reading demand".
  ///   - unit: what is counted, in the plural.
  ///   - total: how many there will be, if known.
  public init(title: String, unit: String, total: Int? = nil, style: Style) {
    self.title = title
    self.unit = unit
    self.total = total
    self.style = style
  }

  /// Takes a new count; answers what to write now, if anything.
  public mutating func reached(_ count: Int, after elapsed: Duration) -> String? {
    self.count = count
    let pause = style == .terminal ? Self.terminalPause : Self.plainPause
    let due = lastShown.map { $0 + pause } ?? (style == .terminal ? Self.silence : pause)
    guard elapsed >= due else { return nil }
    lastShown = elapsed
    return written(runningText(elapsed), ends: false)
  }

  /// The last line; nil for a step that was over within a second.
  public func finished(after elapsed: Duration) -> String? {
    guard elapsed >= Self.silence else { return nil }
    let text = "\(title): \(count.grouped) \(unit) in \(elapsed.spoken)\(rateText(elapsed))"
    return written(text, ends: true)
  }

  /// Ends the overwritten line of a step that failed, so that what follows starts a line.
  public func abandoned() -> String? { style == .terminal && lastShown != nil ? "\n" : nil }

  private func written(_ text: String, ends: Bool) -> String {
    switch style {
    case .plain: text + "\n"
    // Back to the first column, and clear what a longer line before has left.
    case .terminal: "\r\(text)\u{1B}[K" + (ends ? "\n" : "")
    }
  }

  private func runningText(_ elapsed: Duration) -> String {
    let goal = total.map { " of \($0.grouped)" } ?? ""
    return "\(title): \(count.grouped)\(goal) \(unit)\(rateText(elapsed))\(leftText(elapsed))"
  }

  private func rateText(_ elapsed: Duration) -> String {
    guard elapsed > .zero, count > 0 else { return "" }
    let rate = Double(count) / elapsed.inSeconds
    let digits = rate >= 10 ? Int(rate.rounded()).grouped : String((rate * 10).rounded() / 10)
    return ", \(digits)/s"
  }

  private func leftText(_ elapsed: Duration) -> String {
    guard let total, count > 0, total > count else { return "" }
    let left = elapsed.inSeconds / Double(count) * Double(total - count)
    return ", \(Duration.seconds(left).spoken) left"
  }
}

extension Duration {
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }

  /// To two digits or so: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`.
  public var spoken: String {
    let seconds = inSeconds
    if seconds < 9.95 { return "\((seconds * 10).rounded() / 10) s" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole / 60 % 60) min"
  }
}

internal import Inventory
internal import Planning

/// What one region's planners are told of one run: its flags, gravest first, and how many.
///
/// Text and HTML are made of the same figures, and these add up: by severity, by rule, and shown
/// and not shown, they are all flags.
struct AlertDigest: Sendable {
  /// Flags shown one by one; a message of thousands would be read by nobody.
  static let shownFlags = 25

  /// Nil for what concerns all of them alike.
  let region: RegionCode?
  let run: Int
  let origin: Day
  /// Of the region, then those that concern all regions together.
  let flags: [Flag]

  /// Nil when there is nothing to tell: no flag, or only such as inform.
  init?(region: RegionCode?, run: Int, origin: Day, flags all: [Flag]) {
    let own = region == nil ? [] : all.filter { $0.region == region }
    // Of what concerns everybody only what somebody should act on.
    let common = all.filter { $0.region == nil && $0.severity > .info }
    let flags = (own + common).enumerated().sorted { left, right in
      (right.element.severity, left.offset) < (left.element.severity, right.offset)
    }.map(\.element)
    guard let gravest = flags.first, gravest.severity > .info else { return nil }
    self.region = region
    self.run = run
    self.origin = origin
    self.flags = flags
  }

  /// How many flags of each severity there are, gravest first; those of which there is none are
  /// left out.
  var severities: [(severity: Severity, count: Int)] {
    Severity.allCases.sorted(by: >).map { severity in
      (severity, flags.count { $0.severity == severity })
    }.filter { $0.count > 0 }
  }

  /// How many flags each rule raised, most first.
  var rules: [(rule: String, count: Int)] {
    Dictionary(grouping: flags, by: \.rule.rawValue).map { ($0.key, $0.value.count) }
      .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
  }

  var shown: ArraySlice<Flag> { flags.prefix(AlertDigest.shownFlags) }
  var hidden: Int { flags.count - shown.count }

  /// "3 flags (1 critical, 2 warnings)".
  var count: String {
    let parts = severities.map { $0.severity.counted($0.count) }
    return "\(flags.count.counted("flag", "flags")) (\(parts.joined(separator: ", ")))"
  }

  var subject: String {
    // A code may hold what some take for the end of a line.
    let name = place.unicodeScalars.map { $0.properties.isWhitespace ? " " : $0 }
    return "Forecast of \(String(String.UnicodeScalarView(name))): \(headline ?? count)"
  }

  /// The region's name.
  var place: String { region?.text ?? "all regions" }

  /// What a message of one matter is about.
  private var headline: String? {
    guard Set(flags.map(\.rule)).count == 1 else { return nil }
    return switch flags[0].rule {
    case .refusedRun: "run \(run) was not published"
    case .accuracyBreach: "it is not borne out by the days that have arrived"
    case .replayMismatch: "run \(run) does not come out again as it was published"
    case .levelJump, .revision, .untrustedValue, .staleRegion: nil
    }
  }

  var text: String {
    var lines = [
      "Forecast of \(place), run \(run), data through \(origin)", "", "\(count).", "",
    ]
    for (rule, count) in rules { lines.append("  \(count.grouped) x \(rule.words)") }
    for flag in shown {
      lines += ["", "\(flag.severity.title.uppercased()) - \(flag.place)", "  \(flag.message)"]
      if let figures = flag.figures { lines.append("  \(figures)") }
    }
    if hidden > 0 { lines += ["", "And \(hidden.grouped) more in run \(run)."] }
    lines += ["", advice, "", reason, ""]
    return lines.joined(separator: "\n")
  }

  var advice: String {
    if flags.contains(where: { $0.rule == .refusedRun }) {
      return "The forecast in use is the one before. 'quartermaster runs show \(run)' tells every"
        + " check; somebody should look before ordering by an older forecast for long."
    }
    if flags.contains(where: { $0.rule == .accuracyBreach }) {
      return "The forecast is in use all the same, and a run has been asked for; look at it before"
        + " you order by it. 'quartermaster report accuracy' tells by how much it is off."
    }
    if flags.contains(where: { $0.rule == .replayMismatch }) {
      return "Forecasts were changed in the database, or the data that the run saw was."
        + " 'quartermaster replay \(run)' compares all of it; somebody should restore them or train"
        + " anew before ordering by it."
    }
    return "Flagged forecasts are in use like all others: look at them before you order by them."
  }

  var reason: String {
    "You are told because you are a planner" + (region.map { " of \($0)." } ?? ".")
  }
}

extension Flag {
  /// Which forecast it is about.
  var place: String {
    guard let node else { return region?.text ?? "All regions" }
    let what = node.item?.text ?? node.category?.text ?? "All items"
    if let location = node.location { return "\(what) at \(location)" }
    if let region = node.region { return "\(what) in \(region)" }
    return "\(what) in all regions"
  }

  /// "expected 30, found 90"; nil without figures.
  var figures: String? {
    let parts = [
      expected.map { "expected \($0.figure)" }, found.map { "found \($0.figure)" },
    ].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }
}

extension Severity {
  var title: String {
    switch self {
    case .info: "Note"
    case .warning: "Warning"
    case .critical: "Critical"
    }
  }

  fileprivate func counted(_ count: Int) -> String {
    switch self {
    case .info: count.counted("note", "notes")
    case .warning: count.counted("warning", "warnings")
    case .critical: "\(count.grouped) critical"
    }
  }
}

extension Int {
  fileprivate func counted(_ one: String, _ many: String) -> String {
    "\(grouped) \(self == 1 ? one : many)"
  }
}

extension String {
  /// A rule's name as words: "level-jump" is "level jump".
  var words: String { replacing("-", with: " ") }
}

extension Double {
  /// With thousands grouped, and one decimal below 100; what is no number is named.
  var figure: String {
    guard isFinite else { return isNaN ? "not a number" : "infinite" }
    guard magnitude < 1e15 else { return "\(self)" }
    guard magnitude < 100 else { return Int(rounded()).grouped }
    let tenths = Int((magnitude * 10).rounded())
    let text = tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    return self < 0 && tenths > 0 ? "-" + text : text
  }
}

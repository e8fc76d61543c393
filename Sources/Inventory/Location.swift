/// A warehouse or a store.
public struct Location: Hashable, Sendable {
  public let code: LocationCode
  public var region: RegionCode
  public var name: String?
  /// IANA name; nil takes the deployment's zone.
  public var timeZone: String?
  /// How long after the end of a day its data may take.
  public var freshness: Freshness
  /// Days of the week on which nothing is sold; nil where there are none.
  public var closedWeekdays: Weekdays?

  public init(
    code: LocationCode, region: RegionCode, name: String? = nil, timeZone: String? = nil,
    freshness: Freshness = .oneDay, closedWeekdays: Weekdays? = nil
  ) {
    self.code = code
    self.region = region
    self.name = name
    self.timeZone = timeZone
    self.freshness = freshness
    self.closedWeekdays = closedWeekdays
  }
}

/// How long after the end of a day a location's data is promised: an ISO 8601 duration of days,
/// hours and minutes (`P1D`, `PT6H`, `P1DT30M`) or weeks (`P1W`), up to a year.
public struct Freshness: Hashable, Sendable, CustomStringConvertible {
  public let minutes: Int

  public static let oneDay = Freshness(minutes: 1440)

  public init(minutes: Int) { self.minutes = minutes }

  public init?(_ text: String) {
    guard text.first == "P", text.count > 1 else { return nil }
    var minutes = 0
    var digits = ""
    var inTime = false
    var unitsAllowed: [Character] = ["W", "D"]
    for character in text.dropFirst() {
      if character.isASCII, character.isNumber {
        digits.append(character)
      } else if character == "T", !inTime, digits.isEmpty {
        (inTime, unitsAllowed) = (true, ["H", "M"])
      } else {
        guard digits.count < 6, let count = Int(digits),
          let position = unitsAllowed.firstIndex(of: character)
        else { return nil }
        minutes += count * Freshness.minutesPerUnit(character)
        unitsAllowed.removeFirst(position + 1)
        digits = ""
      }
    }
    guard digits.isEmpty, text.last != "T", minutes <= 366 * 1440 else { return nil }
    self.minutes = minutes
  }

  public var description: String {
    let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60)
    let clock = (hours > 0 ? "\(hours)H" : "") + (rest > 0 ? "\(rest)M" : "")
    let date = days > 0 || clock.isEmpty ? "\(days)D" : ""
    return "P" + date + (clock.isEmpty ? "" : "T" + clock)
  }

  private static func minutesPerUnit(_ unit: Character) -> Int {
    switch unit {
    case "W": 7 * 1440
    case "D": 1440
    case "H": 60
    default: 1
    }
  }
}

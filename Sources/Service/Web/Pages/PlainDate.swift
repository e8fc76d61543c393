internal import Inventory

extension Day {
  private static let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
  private static let weekdayNames = [
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
  ]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
  private static let monthNames = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]

  /// `19 Nov`
  var dayAndMonth: String { "\(civil.day) \(Self.months[civil.month - 1])" }

  /// `Thu 19 Nov`
  var short: String { "\(Self.weekdays[weekday - 1]) \(dayAndMonth)" }

  /// `Thursday 19 November 2026`
  var long: String {
    let date = civil
    return "\(Self.weekdayNames[weekday - 1]) \(date.day) \(Self.monthNames[date.month - 1])"
      + " \(date.year)"
  }

  /// As short as it can be told on another day: with the year where that differs.
  func short(on today: Day) -> String {
    civil.year == today.civil.year ? short : "\(short) \(civil.year)"
  }
}

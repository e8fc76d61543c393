import Inventory
import Service

/// `calendar`: a country's holidays as a calendar.
struct CalendarCommand: RunnableCommand, Hashable {
  let calendar: HolidayCalendar
  /// A path; nil for standard output.
  let output: String?

  static let grammar = Grammar(
    name: "calendar",
    summary: "Write a country's holidays, by rule, as a calendar to sync or use",
    details: """
      National holidays and the days people shop for, each on the day itself: none is moved off a \
      weekend. Regional holidays, moon calendars, paydays and promotions are yours to add. Countries: \
      AT, BE, CA, DE, DK, ES, FI, FR, GB, IT, NL, NO, PL, PT, SE, US.
      """,
    options: [
      .init(name: "country", value: "CODE", help: "two letters, as US", isRequired: true),
      .init(name: "from", value: "DAY", help: "the first day", isRequired: true),
      .init(
        name: "to", value: "DAY", help: "the last day, horizon included", isRequired: true),
      .init(name: "region", value: "REGION", help: "for one region; default everywhere"),
      .init(name: "output", value: "FILE", help: "default standard output"),
    ],
    examples: [
      .init(
        commandLine: "quartermaster calendar --country US --from 2023-01-01 --to 2026-12-31"
          + " --output holidays.csv",
        effect: "writes four years of holidays for 'sync calendar' or 'forecast --calendar'")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    let days = try ["from", "to"].map { name throws(UsageFailure) -> Day in
      guard let day = try arguments.value(name, Expected.day, { Day($0) }) else {
        throw .missingOption(name, grammar: Self.grammar)
      }
      return day
    }
    guard days[0] <= days[1] else {
      throw .invalidValue(
        "--to", days[1].description, expected: "a day not before --from", nearest: nil)
    }
    calendar = HolidayCalendar(
      country: arguments.text("country") ?? "", span: days[0]...days[1],
      region: try arguments.value("region", "1 to 128 bytes without control characters") {
        RegionCode($0)
      })
    output = arguments.text("output")
  }

  func run(in surroundings: Surroundings) async throws {
    if let output {
      try calendar.write(to: output)
    } else {
      try surroundings.output.write(calendar.csv())
    }
  }
}

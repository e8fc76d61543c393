import Inventory
import Testing

@testable import Planning

@Suite("Opening calendars")
struct OpeningCalendarTests {
  private func location(_ code: String, _ region: String, _ weekdays: String?) throws -> Location {
    Location(
      code: try #require(LocationCode(code)), region: try #require(RegionCode(region)),
      closedWeekdays: weekdays.flatMap(Weekdays.init))
  }

  private func open(
    _ text: String, region: String? = nil, location: String? = nil, item: String? = nil
  ) -> CalendarEvent {
    CalendarEvent(
      day: day(text), name: "fair", kind: .open,
      scope: .init(
        region: region.flatMap { RegionCode($0) }, location: location.flatMap { LocationCode($0) },
        item: item.flatMap { ItemCode($0) }))
  }

  @Test("weekdays are read by name, in any order and case, and written from Monday on")
  func weekdays() throws {
    #expect(Weekdays("Sun,sat")?.description == "saturday sunday")
    #expect(Weekdays("tuesday TUESDAY mon")?.description == "monday tuesday")
    for text in ["", " ", "sundays", "so", "7", "mon tue wed thu fri sat sun"] {
      #expect(Weekdays(text) == nil, "\(text)")
    }
    let sunday = try #require(Weekdays("sunday"))
    #expect(sunday.contains(day("2024-06-02")) && !sunday.contains(day("2024-06-03")))
    #expect(Weekdays(sunday.description) == sunday)
  }

  @Test("each weekly closed day is closed for its location, unless it opens all the same")
  func closures() throws {
    let calendar = OpeningCalendar(
      [
        try location("york", "north", "sun"), try location("leeds", "north", nil),
        try location("bath", "south", "sat sun"),
      ],
      events: [
        open("2024-06-02", region: "north"), open("2024-06-08", location: "bath"),
        open("2024-06-09", location: "york", item: "A"),
      ])
    let closures = calendar.closures(in: day("2024-06-01")...day("2024-06-09"))
    #expect(closures.allSatisfy { $0.kind == .closed && $0.scope.partCount == 1 })
    #expect(
      closures.map { "\($0.scope.location?.text ?? "") \($0.day)" } == [
        "bath 2024-06-01", "bath 2024-06-02", "bath 2024-06-09", "york 2024-06-09",
      ])
  }

  @Test("weekly closed days are masked exactly and forecast zero, and days that open are not")
  func forecast() throws {
    let start = day("2024-01-01")
    // Something is booked on Sundays now and then, so that nothing could be learnt.
    let histories = ["A", "B"].map { item in
      DemandHistory(
        series: series(item, at: "york", in: "north"), start: start,
        values: (0..<182).map { (start + $0).weekday == 7 ? Double($0 % 2) : 10 })
    }
    let events =
      [open("2024-07-07", location: "york")]
      + OpeningCalendar(
        [try location("york", "north", "sun")], events: [open("2024-07-07", location: "york")]
      ).closures(in: start...day("2024-12-31"))
    let table = try Forecaster.forecast(
      histories: histories, events: events, origin: day("2024-06-30"),
      settings: ForecastSettings(horizon: 21))
    for node in table.nodes {
      for (day, mean) in zip(table.days, node.means) {
        #expect((mean == 0) == (day.weekday == 7 && day.civil.day != 7), "\(node.node) \(day)")
      }
    }
  }

  @Test("a day that opens is no learnt closure either")
  func learned() {
    let start = day("2024-01-01")
    let history = DemandHistory(
      series: series("A", at: "york", in: "north"), start: start,
      values: (0..<182).map { (start + $0).weekday == 7 ? 0 : 10 })
    let grid = BucketGrid(.day, namedBy: start)
    let next = grid.position(of: day("2024-07-01"))
    let one = Preparation(
      [history], order: [0], events: [open("2024-07-14", region: "north")], covered: [],
      grid: grid, next: next, horizon: 21)
    #expect(one.series[0].closedAhead == [next + 6, next + 20])
    #expect(one.promotionsAhead.isEmpty, "an opening is no promotion")
  }
}

import Inventory
import Planning
import Testing

@Suite("Training scope")
struct TrainingScopeTests {
  @Test("with a day of freshness, yesterday is due when today has ended")
  func dueAtEndOfDay() {
    #expect(Freshness.oneDay.due(atEndOf: day("2016-04-24")) == day("2016-04-23"))
    #expect(Freshness(minutes: 0).due(atEndOf: day("2016-04-24")) == day("2016-04-24"))
    #expect(Freshness(minutes: 360).due(atEndOf: day("2016-04-24")) == day("2016-04-23"))
    #expect(Freshness(minutes: 2881).due(atEndOf: day("2016-04-24")) == day("2016-04-21"))
  }

  @Test("with six hours of freshness, yesterday is due at six and not a minute before")
  func dueAtAnHour() {
    let midnight = Int(day("2016-04-24").ordinal) * 1440
    let freshness = Freshness(minutes: 360)
    #expect(freshness.due(localMinutes: midnight + 359) == day("2016-04-22"))
    #expect(freshness.due(localMinutes: midnight + 360) == day("2016-04-23"))
    #expect(freshness.due(localMinutes: -1) == day("1969-12-30"))
  }

  @Test("the origin is the last day through which every trained region is complete")
  func origin() {
    let scope = TrainingScope(
      locations: [
        location("a", "north", "2016-04-24"), location("b", "north", "2016-04-23"),
        location("c", "south", "2016-04-24"),
      ], asOf: day("2016-04-24"))
    #expect(scope.origin == day("2016-04-23"))
    #expect(scope.trained.map(\.text) == ["north", "south"])
    #expect(scope.behind.isEmpty)
  }

  @Test(
    "a region with one stale location is behind, and names the location that is furthest behind")
  func behind() {
    let scope = TrainingScope(
      locations: [
        location("a", "north", "2016-04-20"), location("b", "north", "2016-04-24"),
        location("c", "north", "2016-04-19"), location("d", "south", "2016-04-24"),
      ], asOf: day("2016-04-24"))
    #expect(scope.trained.map(\.text) == ["south"])
    #expect(scope.origin == day("2016-04-24"))
    #expect(scope.behind.map(\.location.text) == ["c"])
    #expect(scope.behind.map(\.completeThrough) == [day("2016-04-19")])
  }

  @Test("a location that never said how far it is complete holds its region back")
  func neverComplete() {
    let scope = TrainingScope(
      locations: [location("a", "north", "2016-04-24"), location("b", "north", nil)],
      asOf: day("2016-04-24"))
    #expect(scope.origin == nil)
    #expect(scope.behind.map(\.location.text) == ["b"])
  }

  @Test("the origin is never after the day asked for")
  func capped() {
    let scope = TrainingScope(
      locations: [location("a", "north", "2016-05-20")], asOf: day("2016-04-24"))
    #expect(scope.origin == day("2016-04-24"))
  }

  private func location(_ code: String, _ region: String, _ through: String?) -> LocationFreshness {
    LocationFreshness(
      location: LocationCode(code)!, region: RegionCode(region)!,
      completeThrough: through.map { day($0) }, due: day("2016-04-23"))
  }
}

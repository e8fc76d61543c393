import Inventory
import Testing

@testable import Planning

struct BucketGridTests {
  @Test("weeks begin on Monday where the days share no weekday")
  func mondayWeeks() {
    let grid = BucketGrid(.week, following: [day("2024-01-03"), day("2024-01-12")])
    let position = grid.position(of: day("2024-01-03"))
    #expect(grid.name(at: position) == day("2024-01-01"))
    #expect(grid.days(at: position) == day("2024-01-01")...day("2024-01-07"))
    #expect(grid.position(of: day("2024-01-08")) == position + 1)
  }

  @Test("weeks that end on Fridays stay Fridays and hold the days before")
  func fridayWeeks() {
    let grid = BucketGrid(.week, following: [day("2010-02-05"), day("2010-02-12")])
    let position = grid.position(of: day("2010-02-12"))
    #expect(grid.name(at: position) == day("2010-02-12"))
    #expect(grid.days(at: position) == day("2010-02-06")...day("2010-02-12"))
    #expect(grid.name(at: position + 1) == day("2010-02-19"))
  }

  @Test("months keep the convention of their data")
  func months() {
    let first = BucketGrid(.month, following: [day("2024-01-15"), day("2024-02-29")])
    #expect(first.name(at: first.position(of: day("2024-02-29"))) == day("2024-02-01"))
    let last = BucketGrid(.month, following: [day("2024-01-31"), day("2024-02-29")])
    #expect(last.name(at: last.position(of: day("2024-03-05"))) == day("2024-03-31"))
    #expect(last.days(at: last.position(of: day("2024-02-10"))).count == 29)
    let middle = BucketGrid(.month, following: [day("2024-01-15"), day("2024-02-15")])
    #expect(middle.name(at: middle.position(of: day("2024-03-01"))) == day("2024-03-15"))
    let late = BucketGrid(.month, following: [day("2024-01-30"), day("2024-03-30")])
    #expect(late.name(at: late.position(of: day("2024-02-01"))) == day("2024-02-29"))
  }

  @Test(
    "every day of four centuries lies in the bucket that holds it",
    arguments: [
      BucketGrid(.day, namedBy: .earliest), BucketGrid(.month, namedBy: day("2001-01-01")),
      BucketGrid(.week, namedBy: day("2001-01-01")),
      BucketGrid(.week, namedBy: day("2001-01-03")),
      BucketGrid(.week, namedBy: day("2001-01-07")),
      BucketGrid(.month, namedBy: day("2001-01-31")),
      BucketGrid(.month, namedBy: day("2001-01-30")),
    ])
  func everyDay(grid: BucketGrid) {
    var previous = grid.position(of: .earliest)
    for ordinal in stride(from: Day.earliest.ordinal + 40, to: Day.latest.ordinal - 40, by: 3) {
      let day = Day(ordinal: ordinal)
      let position = grid.position(of: day)
      #expect(grid.days(at: position).contains(day))
      #expect(grid.position(of: grid.name(at: position)) == position)
      #expect(position >= previous)
      previous = position
    }
  }
}

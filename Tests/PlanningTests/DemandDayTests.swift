import Inventory
import Testing

@testable import Planning

@Suite("The states of a day")
struct DemandDayTests {
  private static let start = day("2024-01-01")

  private func record(
    _ told: [Double], waiting: [Int] = [], stockouts: [Int] = [], closed: [Int] = [],
    completeThrough: Int?
  ) -> SeriesRecord {
    SeriesRecord(
      series: series("A", at: "L", in: "R"), start: Self.start, told: told,
      waiting: Set(waiting.map { Self.start + $0 }),
      stockouts: Set(stockouts.map { Self.start + $0 }),
      completeThrough: completeThrough.map { Self.start + $0 },
      events: closed.map { CalendarEvent(day: Self.start + $0, name: "shut", kind: .closed) })
  }

  private func states(_ record: SeriesRecord, through last: Int) -> [DemandDay.State] {
    record.days(in: Self.start - 9...Self.start + last).map(\.state)
  }

  @Test("no row is zero up to the watermark, missing after it, and a told zero is demand")
  func zero() {
    let one = record([4, .nan, 0, .nan, 7], completeThrough: 2)
    #expect(states(one, through: 5) == [.demand, .zero, .demand, .missing, .demand, .missing])
    #expect(
      states(record([4, .nan], completeThrough: nil), through: 1) == [.demand, .missing])
    #expect(one.lastToldDay == Self.start + 4)
  }

  @Test("closed comes before missing, missing before stockout; what is told counts once told")
  func order() {
    let one = record(
      [1, .nan, .nan, 3, .nan], waiting: [1, 2, 3], stockouts: [0, 1, 2, 4], closed: [1, 4],
      completeThrough: 4)
    #expect(states(one, through: 4) == [.stockout, .closed, .missing, .demand, .closed])
    let days = one.days(in: Self.start...Self.start + 4)
    #expect(days.map(\.quantity) == [1, nil, nil, 3, nil])
  }

  @Test("training masks a day for the reason that is shown", arguments: [1, 2, 3])
  func sameAsTraining(seed: UInt64) {
    var random = SplitMix(seed)
    func few(_ count: Int) -> [Int] {
      (0..<count).map { _ in Int.random(in: 1..<119, using: &random) }
    }
    let told = (0..<120).map { place in
      place > 0 && Int.random(in: 0..<6, using: &random) == 0
        ? .nan : Double(Int.random(in: 1...9, using: &random))
    }
    let (waiting, stockouts, closed) = (few(40), few(20), few(8))
    let one = record(
      told, waiting: waiting, stockouts: stockouts, closed: closed, completeThrough: 119)
    let values = told.enumerated().map { place, value in
      value.isNaN && !waiting.contains(place) ? 0 : value
    }
    let grid = BucketGrid(.day, namedBy: Self.start)
    let prepared = Preparation(
      [
        DemandHistory(
          series: one.series, start: Self.start, values: values,
          stockouts: Set(stockouts).sorted())
      ], order: [0], events: one.events, covered: [], grid: grid,
      next: grid.position(of: Self.start + 120), horizon: 7
    ).series[0]
    let masked = Dictionary(
      uniqueKeysWithValues: prepared.masks.map { ($0.offset, $0.reason) })
    var seen: Set<DemandDay.State> = []
    for (place, day) in one.days(in: Self.start...Self.start + 119).enumerated() {
      seen.insert(day.state)
      switch day.state {
      case .demand, .zero: #expect(masked[place] == nil && prepared.values[place] == day.quantity)
      case .missing: #expect(masked[place] == .missing)
      case .closed: #expect(masked[place] == .closed)
      case .stockout: #expect(masked[place] == .stockout)
      }
    }
    #expect(seen == Set(DemandDay.State.allCases))
  }
}

import Glibc
import Inventory
import Planning
import TestKit
import Testing

@Suite("what the engine costs as series grow", .serialized, .enabled(if: Measurement.isWanted))
struct ScalingMeasurements {
  static let days = 400
  static let sizes = [1_000, 10_000, 100_000, 300_000]

  /// Ten shops in three regions; items of one category to fifty, half of them sparse.
  static func histories(_ count: Int) -> [DemandHistory] {
    var random = SeededGenerator(seed: 7)
    let start = Day("2021-03-01") ?? .earliest
    return (0..<count).map { number in
      let (item, shop) = (number / 10, number % 10)
      let level = item.isMultiple(of: 2) ? 0.3 : 12.0
      let values = (0..<days).map { day in
        let mean = level * [0.8, 0.9, 0.9, 1, 1.2, 1.4, 0.8][day % 7]
        return (mean * 2 * Double.random(in: 0..<1, using: &random)).rounded(.toNearestOrEven)
      }
      return DemandHistory(
        series: Series(
          item: ItemCode("I\(item)"), location: LocationCode("L\(shop)"),
          region: RegionCode("R\(shop % 3)"), category: CategoryCode("C\(item / 50)")),
        start: start, values: values)
    }
  }

  @Test("a thousand to three hundred thousand series of 400 days, arrays to published forecasts")
  func sizes() throws {
    var logs: [(size: Double, seconds: Double)] = []
    for size in Self.sizes {
      let histories = Self.histories(size)
      let origin = histories[0].start + (Self.days - 1)
      let seconds = try Measurement.seconds(bestOf: size < 100_000 ? 2 : 1) {
        let table = try Forecaster.forecast(
          histories: histories, events: [], origin: origin,
          settings: ForecastSettings(horizon: 28))
        #expect(table.nodes.count > size)
      }
      logs.append((log(Double(size)), log(seconds)))
      try Measurement.record("\(size) series of \(Self.days) days", seconds, unit: "s")
    }
    let center = logs.reduce((0.0, 0.0)) { ($0.0 + $1.size, $0.1 + $1.seconds) }
    let count = Double(logs.count)
    let (mean, height) = (center.0 / count, center.1 / count)
    let slope =
      logs.reduce(0) { $0 + ($1.size - mean) * ($1.seconds - height) }
      / logs.reduce(0) { $0 + ($1.size - mean) * ($1.size - mean) }
    try Measurement.record("exponent of seconds over series", slope, unit: "")
  }
}

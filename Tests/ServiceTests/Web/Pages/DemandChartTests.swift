import Inventory
import TestKit
import Testing

@testable import Service

@Suite("Demand chart")
struct DemandChartTests {
  @Test("a missing day is a gap in the line, never a zero")
  func gaps() {
    let series = OverviewSamples.series(missing: [0, 10, 11, 13, 55])
    let chart = DemandChart(series, frame: .wide)
    #expect(chart.demandLines.map(\.count) == [9, 1, 41])
    let first = series.firstDay
    #expect(
      chart.gaps == [first + 10...first + 11, first + 13...first + 13, first + 55...first + 55])
    let bottom = chart.y(0)
    #expect(chart.demandLines.joined().allSatisfy { $0.y < bottom })
  }

  @Test("days before the first known one are no gap")
  func youngRegion() {
    let chart = DemandChart(OverviewSamples.series(missing: Set(0..<20)), frame: .narrow)
    #expect(chart.gaps.isEmpty)
    #expect(chart.demandLines.map(\.count) == [36])
  }

  @Test("everything stands inside the frame, whatever the figures")
  func inside() {
    var random = SeededGenerator(seed: 11)
    for frame in [DemandChart.Frame.wide, .narrow] {
      for scale in [1e-6, 1, 977, 1e9] {
        var series = OverviewSamples.series()
        series.demand = series.demand.map { _ in Double.random(in: 0...scale, using: &random) }
        series.forecast[3].high = .infinity
        series.forecast[4].mean = .nan
        let chart = DemandChart(series, frame: frame)
        for point in chart.demandLines.joined() + chart.forecastLine + chart.band {
          #expect((frame.left...frame.width - frame.right).contains(point.x))
          #expect((frame.top...chart.plotBottom).contains(point.y))
        }
        #expect(chart.tickDays.allSatisfy { $0.weekday == 1 })
        #expect(chart.tickDays.count >= 3)
      }
    }
  }

  @Test("the axis begins at zero, ends above the largest value, and has few even steps")
  func axis() {
    var random = SeededGenerator(seed: 3)
    let values =
      [0, 1, 5, 9.99, 10, 100, 999_999, 1e9, 1e-3]
      + (0..<500).map { _ in pow10(Double.random(in: -3...9, using: &random)) }
    for value in values {
      let axis = AxisScale(through: value)
      #expect(axis.top >= value * (1 - 1e-12))
      #expect(axis.top <= max(value, 0.2) * 2.01 || value == 0)
      #expect((3...7).contains(axis.ticks.count), "\(value)")
      #expect(axis.ticks.first == 0)
    }
    #expect(AxisScale(through: .nan).top > 0)
    #expect(AxisScale(through: 4820).ticks == [0, 1000, 2000, 3000, 4000, 5000])
  }

  @Test(
    "labels are short",
    arguments: [
      (0, "0"), (0.25, "0.25"), (2500, "2,500"), (25_000, "25 k"), (1_500_000, "1.5 M"),
      (0.05, "0.05"),
    ])
  func labels(value: Double, text: String) {
    #expect(AxisScale.label(value) == text)
  }

  @Test("four weeks are summed only when none of their days is missing")
  func totals() {
    #expect(OverviewSamples.series().recentTotal == 3640.0)
    #expect(OverviewSamples.series(missing: [40]).recentTotal == nil)
    // The end may be missing: the last four complete weeks are meant.
    #expect(OverviewSamples.series(missing: [54, 55]).recentTotal != nil)
    #expect(OverviewSamples.series().comingTotal == 3640.0)
    var short = OverviewSamples.series()
    short.forecast.removeLast()
    #expect(short.comingTotal == nil)
  }
}

private func pow10(_ exponent: Double) -> Double {
  var value = 1.0
  for _ in 0..<Int(exponent.magnitude) { value *= exponent < 0 ? 0.1 : 10 }
  return value * (1 + exponent.magnitude.truncatingRemainder(dividingBy: 1) * 8.9)
}

import Inventory

@testable import Planning

/// A history that no retailer would send, and that must not stop a run.
enum PathologicalHistory: CaseIterable {
  case zeros, constant, enormous, tiny, single, singleAtStart, singleAtEnd, spike, step, fall
  case alternating, missing, mostlyMissing, gapOfAYear, notNumbers, infinite, negative, growth
  case oneObservation, empty, enormousAmongSmall, leadingGap, trailingGap, mixed

  /// - Parameter count: buckets.
  func values(_ count: Int, _ random: inout SplitMix) -> [Double] {
    func noise(_ level: Double) -> Double { level * Double.random(in: 0.5..<1.5, using: &random) }
    let level = Double.random(in: 0.1..<200, using: &random).rounded(.up)
    let place = Int.random(in: 0..<max(count, 1), using: &random)
    let ordinary = (0..<count).map { _ in noise(level).rounded() }
    func marked(_ base: [Double], _ offset: Int, _ value: Double) -> [Double] {
      var marked = base
      if marked.indices.contains(offset) { marked[offset] = value }
      return marked
    }
    let none = [Double](repeating: 0, count: count)
    let unknown = [Double](repeating: .nan, count: count)
    switch self {
    case .zeros: return none
    case .constant: return none.map { _ in level }
    case .enormous: return ordinary.map { $0 * 1e10 }
    case .tiny: return ordinary.map { $0 * 1e-12 }
    case .single: return marked(none, place, level)
    case .singleAtStart: return marked(none, 0, level)
    case .singleAtEnd: return marked(none, count - 1, level)
    case .spike: return marked(ordinary, place, 1e12)
    case .enormousAmongSmall: return marked(ordinary, count - 1, 1e12)
    case .step: return ordinary.enumerated().map { $0 < place ? $1 : 50 * $1 }
    case .fall: return ordinary.enumerated().map { $0 < place ? $1 : 0 }
    case .alternating: return none.indices.map { $0.isMultiple(of: 2) ? 0 : level }
    case .missing: return unknown
    case .oneObservation: return marked(unknown, place, level)
    case .mostlyMissing: return ordinary.map { Bool.random(using: &random) ? .nan : $0 }
    case .gapOfAYear:
      return ordinary.enumerated().map { abs($0 - place) < 183 ? .nan : $1 }
    case .leadingGap: return ordinary.enumerated().map { $0 < place ? .nan : $1 }
    case .trailingGap: return ordinary.enumerated().map { $0 > place ? .nan : $1 }
    case .notNumbers:
      return ordinary.enumerated().map { $0.isMultiple(of: 5) ? -Double.nan : $1 }
    case .infinite:
      return ordinary.enumerated().map { $0.isMultiple(of: 9) ? .infinity : $1 }
    case .negative: return ordinary.map { Bool.random(using: &random) ? -$0 : $0 }
    case .growth: return none.indices.map { min(1.1 * exponential($0, over: 40), 1e12) }
    case .empty: return []
    case .mixed:
      let odd = [Double.nan, .infinity, -.infinity, -1, 1e12, 1e-12, 0, .greatestFiniteMagnitude]
      return ordinary.map { value in
        Int.random(in: 0..<4, using: &random) == 0 ? odd.randomElement(using: &random) ?? 0 : value
      }
    }
  }

  private func exponential(_ offset: Int, over span: Int) -> Double {
    (0..<offset / span).reduce(1) { power, _ in power * 2 }
  }
}

/// Histories of all kinds at a few locations, drawn from a seed.
struct PathologicalRetailer {
  let bucket: Bucket
  let seed: UInt64
  let seriesCount: Int
  /// Longest history, in buckets.
  let longest: Int

  let end = day("2022-03-06")

  var histories: [DemandHistory] {
    var random = SplitMix(seed)
    return (0..<seriesCount).map { number in
      let kinds = PathologicalHistory.allCases
      let kind = kinds[(number + Int(seed)) % kinds.count]
      let draw = Double.random(in: 0..<1, using: &random)
      let count = 1 + Int(Double(longest) * draw * draw)
      let grid = BucketGrid(bucket, namedBy: end)
      let start = grid.name(at: grid.position(of: end) - count + 1)
      return DemandHistory(
        series: series(
          "\(kind)\(number)", at: "L\(number % 5)", in: "R\(number % 2)", of: "C\(number % 7)"),
        start: start, values: kind.values(count, &random))
    }
  }

  func forecast(_ choice: ForecastSettings.Choice = .auto) throws -> ForecastTable {
    try Forecaster.forecast(
      histories: histories,
      events: [
        CalendarEvent(day: end + 2, name: "fair"), CalendarEvent(day: end - 365, name: "fair"),
        CalendarEvent(day: end + 3, name: "shut", kind: .closed),
      ],
      origin: end,
      settings: ForecastSettings(horizon: 6, bucket: bucket, choice: choice),
      explaining: { $0.level == .itemLocation })
  }
}

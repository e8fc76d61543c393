import TestKit
import Testing

@testable import Forecasting

@Suite("Closures nobody recorded")
struct ClosureDetectionTests {
  /// The rule as it is said, day by day.
  private func literal(_ values: [Double], season: Int) -> [Int] {
    let largest = values.filter(\.isFinite).max() ?? 0
    let changes = values.indices.dropFirst(season).compactMap { index -> Double? in
      let change = max(values[index], 0).squareRoot() - max(values[index - season], 0).squareRoot()
      return change.isNaN || values[index].isNaN || values[index - season].isNaN
        ? nil : change.magnitude
    }
    let noise = changes.isEmpty ? 0 : 1.4826 * median(changes) / 2.0.squareRoot()
    return values.indices.filter { day in
      let around = values[max(0, day - 28)...min(values.count - 1, day + 28)].filter(\.isFinite)
      guard values[day] < 0.15 * largest, around.count >= 10 else { return false }
      let usual = median(around)
      return values[day] < 0.15 * usual
        && max(usual, 0).squareRoot() - max(values[day], 0).squareRoot() > 5 * noise
    }
  }

  private func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let upper = sorted[sorted.count / 2]
    return sorted.count.isMultiple(of: 2) ? 0.5 * (sorted[sorted.count / 2 - 1] + upper) : upper
  }

  @Test("medians that are not looked for would have found nothing")
  func pruned() {
    var random = TestKit.SeededGenerator(seed: 41)
    var found = 0
    for trial in 0..<300 {
      let level = [0.5, 3, 40, 900][trial % 4]
      let spread = Double.random(in: 0...1, using: &random)
      let values = (0..<Int.random(in: 1...300, using: &random)).map { _ -> Double in
        switch Double.random(in: 0..<1, using: &random) {
        case ..<0.04: return 0
        case ..<0.06: return level * 0.1
        case ..<0.12: return .nan
        default:
          let units = level * Double.random(in: (1 - spread)...(1 + spread), using: &random)
          return trial % 3 == 0 ? units : units.rounded()
        }
      }
      let closures = ClosureDetection.closures(in: values, season: trial % 2 == 0 ? 7 : 1)
      #expect(closures == literal(values, season: trial % 2 == 0 ? 7 : 1))
      found += closures.count
    }
    #expect(found > 100)
  }
}

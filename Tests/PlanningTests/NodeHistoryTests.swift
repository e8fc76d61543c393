import Inventory
import Testing

@testable import Planning

struct NodeHistoryTests {
  private func constant(_ value: Double, missing: [Int] = [], from start: Int = 0) -> PreparedSeries
  {
    prepared(
      (0..<60).map { missing.contains($0 + start) ? .nan : value }, from: start)
  }

  @Test("a sum adds its parts, each from its own beginning")
  func beginnings() {
    let sum = NodeHistory(sumOf: [prepared([1, 2, 3, 4]), prepared([10, 20], from: 2)], next: 4)
    #expect(sum.start == 0)
    #expect(sum.values == [1, 2, 13, 24])
  }

  @Test("a missing part that is a large share makes the sum missing, never smaller")
  func largeShare() {
    let sum = NodeHistory(sumOf: [constant(10, missing: [40]), constant(10)], next: 60)
    #expect(sum.values[40].isNaN)
    #expect(sum.values[39] == 20)
  }

  @Test("a missing part that is a small share is filled with what it usually sells")
  func smallShare() {
    let sum = NodeHistory(sumOf: [constant(5, missing: [40]), constant(95)], next: 60)
    #expect(sum.values.allSatisfy { $0 == 100 })
  }

  @Test("small parts that are missing together are a large share")
  func smallSharesTogether() {
    let parts = (0..<10).map { constant(10, missing: $0 < 2 ? [40] : []) }
    let sum = NodeHistory(sumOf: parts, next: 60)
    #expect(sum.values[40].isNaN)
  }
}

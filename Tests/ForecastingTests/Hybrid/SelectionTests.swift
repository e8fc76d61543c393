import TestKit
import Testing

@testable import Forecasting

@Suite("Selection without sorting")
struct SelectionTests {
  /// Values with and without ties, in and out of order.
  private static func drawn(_ random: inout TestKit.SeededGenerator, _ count: Int) -> [Double] {
    let distinct = [1, 2, 5, 1_000_000].randomElement(using: &random) ?? 1
    let values = (0..<count).map { _ in Double(Int.random(in: 0..<distinct, using: &random)) - 3 }
    return switch Int.random(in: 0..<4, using: &random) {
    case 0: values.sorted()
    case 1: values.sorted(by: >)
    default: values
    }
  }

  @Test("every rank is what sorting finds, smaller values before it and larger ones after")
  func ranks() {
    var random = TestKit.SeededGenerator(seed: 1)
    for round in 0..<600 {
      let count = Int.random(in: 1...(round.isMultiple(of: 20) ? 3_000 : 120), using: &random)
      var values = Self.drawn(&random, count)
      let sorted = values.sorted()
      let rank = Int.random(in: 0..<count, using: &random)
      let found = values.withUnsafeMutableBufferPointer { Selection.select(rank, in: $0) }
      #expect(found == sorted[rank])
      #expect(values[rank] == found)
      #expect(values[..<rank].allSatisfy { $0 <= found })
      #expect(values[rank...].allSatisfy { $0 >= found })
      #expect(values.sorted() == sorted)
    }
  }

  @Test("the median is the middle one, or the mean of the middle two")
  func medians() {
    var random = TestKit.SeededGenerator(seed: 2)
    for count in 1...200 {
      let values = Self.drawn(&random, count)
      let sorted = values.sorted()
      let middle = 0.5 * (sorted[(count - 1) / 2] + sorted[count / 2])
      #expect(Selection.median(values) == middle)
    }
    #expect(Selection.median([]).isNaN)
  }

  @Test("an end is found where values are not numbers, or infinite")
  func strangers() {
    var random = TestKit.SeededGenerator(seed: 3)
    for share in [2, 10, 100] {
      let values = (0..<2_000).map { place in
        Int.random(in: 0..<share, using: &random) == 0
          ? [Double.nan, .infinity, -.infinity][place % 3] : Double(place)
      }
      _ = Selection.median(values)
      _ = Selection.median(values.map { $0.isNaN ? .nan : .nan })
      let known = values.filter { !$0.isNaN }
      #expect(Selection.median(known) == 0.5 * (sorted(known, -1) + sorted(known, 0)))
    }
  }

  private func sorted(_ values: [Double], _ beside: Int) -> Double {
    let place = values.count.isMultiple(of: 2) ? values.count / 2 + beside : values.count / 2
    return values.sorted()[place]
  }
}

import Foundation
import Inventory
import Testing

@testable import Planning

/// A thousand series, ten thousand with `QUARTERMASTER_LONG_TESTS=1`.
@Suite("Pathological histories")
struct PathologicalTests {
  private static let isLong =
    ProcessInfo.processInfo.environment["QUARTERMASTER_LONG_TESTS"] == "1"
  private static let rounds = isLong ? 0..<40 : 0..<4

  /// Days of up to three years, weeks of up to ten, months of up to forty.
  private static let retailers = rounds.map { round in
    let kind = [(Bucket.day, 1100), (.week, 520), (.month, 480), (.day, 60)][round % 4]
    return PathologicalRetailer(
      bucket: kind.0, seed: UInt64(round + 1), seriesCount: 250, longest: kind.1)
  }

  @Test("every series has a finite forecast, ordered quantiles, a tier and a reason")
  func answers() throws {
    for retailer in Self.retailers {
      let table = try retailer.forecast()
      #expect(table.nodes.count { $0.node.level == .itemLocation } == retailer.seriesCount)
      for node in table.nodes {
        #expect(node.means.count == 6 && node.means.allSatisfy { $0 >= 0 })
        #expect(!node.reason.isEmpty)
        for lead in node.means.indices {
          let quantiles = node.quantiles.map { $0[lead] }
          #expect(quantiles.allSatisfy { $0.isFinite && $0 >= 0 }, "\(node.node)")
          #expect(quantiles == quantiles.sorted(), "\(node.node)")
        }
      }
    }
  }

  @Test("every sum is exact, whatever its series are")
  func sums() throws {
    for retailer in Self.retailers.prefix(4) {
      let table = try retailer.forecast()
      let own = table.nodes.filter { $0.node.level == .itemLocation }
      for level in Set(table.nodes.map(\.node.level)) {
        let nodes = table.nodes.filter { $0.node.level == level }
        for lead in table.days.indices {
          #expect(
            nodes.reduce(0) { $0 + $1.means[lead] } == own.reduce(0) { $0 + $1.means[lead] })
        }
      }
    }
  }

  @Test("the parts of every such forecast add up to it")
  func parts() throws {
    for retailer in Self.retailers.prefix(4) {
      let table = try retailer.forecast()
      let meansOf = Dictionary(
        table.nodes.map { ($0.node, $0.means) }, uniquingKeysWith: { first, _ in first })
      for explanation in table.explanations {
        let means = try #require(meansOf[explanation.node])
        for (lead, mean) in means.enumerated() {
          let units = explanation.parts.map { $0.units[lead] }
          let sum = units.reduce(0, +)
          let largest = units.reduce(1) { max($0, $1.magnitude) }
          #expect(abs(sum - Double(mean) / 1000) < 0.001 + 1e-9 * largest, "\(explanation.node)")
        }
      }
    }
  }

  @Test("every method stands them, not the automatic choice alone")
  func methods() throws {
    for choice in ForecastSettings.Choice.allCases {
      let table = try PathologicalRetailer(bucket: .day, seed: 99, seriesCount: 72, longest: 500)
        .forecast(choice)
      for node in table.nodes {
        let finite = node.quantiles.allSatisfy { $0.allSatisfy { $0.isFinite && $0 >= 0 } }
        #expect(node.means.allSatisfy { $0 >= 0 } && finite, "\(choice) \(node.node)")
      }
    }
  }
}

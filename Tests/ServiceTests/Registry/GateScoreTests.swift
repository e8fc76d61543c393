import Foundation
import Planning
import TestKit
import Testing

@testable import Service

@Suite("The gate tells bad challengers from honest ones")
struct GateScoreTests {
  /// A hundred retailers instead of three: `QUARTERMASTER_LONG_TESTS=1`.
  private static let isLong = ProcessInfo.processInfo.environment["QUARTERMASTER_LONG_TESTS"] == "1"

  @Test("a hundred bad challengers of six kinds are refused a hundred times")
  func bad() throws {
    let scenes = Self.isLong ? 17 : 1
    var random = SeededGenerator(seed: 20)
    var refused = 0
    for seed in 0..<scenes {
      let scene = try GateScene(seed: UInt64(seed))
      for _ in 0..<(17 / scenes) {
        for fault in scene.faults(&random) {
          let verdict = scene.verdict(fault.alter)
          #expect(!verdict.hasPassed, "retailer \(seed): \(fault.name)")
          refused += verdict.hasPassed ? 0 : 1
        }
      }
    }
    #expect(refused >= 100)
  }

  @Test("of a hundred honest challengers at least 95 are promoted")
  func honest() throws {
    let scenes = Self.isLong ? 100 : 3
    var refusals: [String] = []
    for seed in 100..<100 + scenes {
      let verdict = try GateScene(seed: UInt64(seed)).verdict()
      if let reason = verdict.reason { refusals.append("retailer \(seed): \(reason)") }
    }
    #expect(refusals.count * 20 <= scenes, "\(refusals)")
  }
}

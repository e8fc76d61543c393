import Inventory
import Synchronization
import Testing

@testable import Service

@Suite("Overview cache")
struct OverviewCacheTests {
  /// Counts how often a part was made.
  private final class Maker: Sendable {
    private let made = Mutex(0)
    var count: Int { made.withLock { $0 } }

    func make() -> OrderSummary {
      let number = made.withLock { made in
        made += 1
        return made
      }
      return OrderSummary(lines: number, toOrder: 0, urgent: 0, first: [])
    }
  }

  private struct Broken: Error {}

  private func key(_ region: String = "north", run: Int = 1) -> OverviewCache.OrdersKey {
    OverviewCache.OrdersKey(region: code(region), run: run, asOf: day("2024-07-01"))
  }

  @Test("a part is made again when facts came in, but not within the pause")
  func pause() async throws {
    let (cache, maker) = (OverviewCache(pause: .seconds(60)), Maker())
    func lines(version: Int64, at seconds: Int) async throws -> Int {
      try await cache.orders(key(), version: version, now: .seconds(seconds)) { maker.make() }.lines
    }
    #expect(try await lines(version: 1, at: 0) == 1)
    #expect(try await lines(version: 1, at: 500) == 1)
    #expect(try await lines(version: 2, at: 59) == 1)
    #expect(try await lines(version: 2, at: 60) == 2)
    #expect(try await lines(version: 3, at: 119) == 2)
    #expect(maker.count == 2)
  }

  @Test("readers who come at once share one making")
  func together() async throws {
    let (cache, maker) = (OverviewCache(), Maker())
    let lines = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<20 {
        group.addTask {
          try await cache.orders(self.key(), version: 1, now: .zero) {
            await Task.yield()
            return maker.make()
          }.lines
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(lines == Array(repeating: 1, count: 20))
  }

  @Test("a failure is told and forgotten; a new run begins afresh, and regions stand apart")
  func failures() async throws {
    let (cache, maker) = (OverviewCache(), Maker())
    await #expect(throws: Broken.self) {
      _ = try await cache.orders(key(), version: 1, now: .zero) { throw Broken() }
    }
    _ = try await cache.orders(key(), version: 1, now: .zero) { maker.make() }
    _ = try await cache.orders(key("south"), version: 1, now: .zero) { maker.make() }
    _ = try await cache.orders(key(), version: 1, now: .zero) { maker.make() }
    #expect(maker.count == 2)
    _ = try await cache.orders(key(run: 2), version: 1, now: .zero) { maker.make() }
    #expect(maker.count == 3)
  }
}

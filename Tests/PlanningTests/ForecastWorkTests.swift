import Inventory
import Testing

@testable import Planning

@Suite("Work cut into shards")
struct ForecastWorkTests {
  private func histories(items: Int) -> [DemandHistory] {
    (0..<items * 8).map { place in
      let (item, location) = (place / 8, place % 8)
      let level = Double(8 + item % 7 + 3 * location)
      return DemandHistory(
        series: series(
          "i\(item)", at: "l\(location)", in: location < 4 ? "N" : "S", of: "c\(item % 3)"),
        start: day("2024-01-01"),
        values: (0..<110).map { level * (1 + 0.2 * Double(($0 + place) % 7)).rounded() })
    }
  }

  private func work(_ histories: [DemandHistory]) throws -> ForecastWork {
    try ForecastWork(
      histories: histories, events: [], origin: day("2024-04-19"),
      settings: ForecastSettings(horizon: 14))
  }

  @Test("shards fitted apart, from last to first and kept as bytes, give the same forecasts")
  func apart() throws {
    let histories = histories(items: 60)
    let whole = try Forecaster.forecast(
      histories: histories, events: [], origin: day("2024-04-19"),
      settings: ForecastSettings(horizon: 14))
    let shards = try work(histories).shards
    #expect(shards.count > 1 && shards.reduce(0, +) > histories.count)
    var answers: [Int: [UInt8]] = [:]
    for shard in shards.indices.reversed() {
      // As another machine would: from the shard's numbers alone.
      let task = try work(histories.reversed()).task(shard: shard).bytes
      answers[shard] = try ShardTask(bytes: task).answer().bytes
    }
    let table = try work(histories).table(
      try shards.indices.map { try ShardAnswer(bytes: answers[$0] ?? []) })
    #expect(table.nodes.map(\.node) == whole.nodes.map(\.node))
    #expect(table.nodes.map(\.means) == whole.nodes.map(\.means))
    #expect(table.nodes.map(\.quantiles) == whole.nodes.map(\.quantiles))
    #expect(table.nodes.map(\.spread) == whole.nodes.map(\.spread))
    #expect(table.nodes.contains { $0.tier == .hybrid })
  }

  @Test("bytes that are no answer are refused, wherever they break off")
  func malformed() throws {
    let bytes = try work(histories(items: 2)).answer(shard: 0).bytes
    for count in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 200)) {
      #expect(throws: ShardAnswerError.malformed) {
        try ShardAnswer(bytes: Array(bytes.prefix(count)))
      }
    }
    #expect(throws: ShardAnswerError.malformed) { try ShardAnswer(bytes: bytes + [0]) }
    #expect(try ShardAnswer(bytes: bytes).bytes == bytes)
  }

  @Test("bytes that are no shard's numbers are refused, wherever they break off")
  func malformedTask() throws {
    let bytes = try work(histories(items: 2)).task(shard: 0).bytes
    for count in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 200)) {
      #expect(throws: ShardAnswerError.malformed) {
        try ShardTask(bytes: Array(bytes.prefix(count)))
      }
    }
    #expect(throws: ShardAnswerError.malformed) { try ShardTask(bytes: bytes + [0]) }
    #expect(try ShardTask(bytes: bytes).bytes == bytes)
  }

  @Test("answers of other work are refused")
  func other() throws {
    let (small, large) = (try work(histories(items: 2)), try work(histories(items: 3)))
    #expect(throws: ShardAnswerError.notOfThisWork) {
      try large.table([try small.answer(shard: 0)])
    }
    #expect(throws: ShardAnswerError.notOfThisWork) { try large.table([]) }
  }
}

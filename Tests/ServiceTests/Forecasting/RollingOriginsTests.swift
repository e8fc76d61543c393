import Foundation
import Inventory
import Planning
import Testing

@testable import Service

@Suite("Backtests write and draw every forecast")
struct RollingOriginsTests {
  private static let start = Day(ordinal: 19_000)

  /// Two items of one place over 120 days; of the second the last day is not known.
  private static let sales =
    "item,location,day,quantity\n"
    + (0..<120).map { "tea,L1,\(start + $0),\(20 + $0 % 7)\n" }.joined()
    + (0..<119).map { "salt,L1,\(start + $0),\(5 + $0 % 3)\n" }.joined()

  private func withOrigins<Answer>(
    _ body: (RollingOrigins, URL) throws -> Answer
  ) throws -> Answer {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("backtest-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("sales.csv")
    try Data(Self.sales.utf8).write(to: file)
    let output = folder.appendingPathComponent("forecasts.csv")
    let origins = RollingOrigins(
      ForecastFilter.Options(
        file: file.path, settings: ForecastSettings(horizon: 7, quantiles: [0.025, 0.5, 0.975]),
        output: output.path), count: 3, step: 14)
    return try body(origins, output)
  }

  private func rows(_ output: URL) throws -> [[String]] {
    try String(contentsOf: output, encoding: .utf8).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  @Test("one row per origin, node and day beside what happened, and one for their sum")
  func output() throws {
    try withOrigins { origins, output in
      var tables: [ForecastTable] = []
      _ = try origins.run { tables.append($0) }
      let rows = try rows(output)
      #expect(
        rows[0] == [
          "origin", "level", "item", "location", "region", "category", "day", "lead", "actual",
          "mean", "q0.025", "q0.5", "q0.975",
        ])
      let nodes = tables.reduce(0) { $0 + $1.nodes.count }
      #expect(tables.count == 3 && nodes == 9)
      #expect(rows.count == 1 + nodes * 8)
      let table = tables[1]
      let tea = try #require(table.nodes.first { $0.node.item?.text == "tea" })
      let own = rows.filter { $0[0] == table.origin.description && $0[2] == "tea" }
      #expect(own.map { $0[7] } == (1...7).map(String.init) + ["1-7"])
      for (lead, row) in own.prefix(7).enumerated() {
        #expect(row[6] == table.days[lead].description)
        #expect(Double(row[8]) == Double(20 + (table.days[lead] - Self.start) % 7))
        #expect(Double(row[9]) == Double(tea.means[lead]) / 1000)
      }
      let sum = own[7].dropFirst(8).compactMap { Double($0) }
      #expect(sum.count == 5 && sum[0] == own.prefix(7).compactMap { Double($0[8]) }.reduce(0, +))
      #expect(sum[1] * 1000 == Double(tea.means.reduce(0, +)))
      #expect(sum[2] <= sum[3] && sum[3] <= sum[4])
      #expect(sum[2] < sum[1] && sum[1] < sum[4])
    }
  }

  @Test("what happened on a day that is not known is empty, and so is a sum with such a day")
  func missing() throws {
    try withOrigins { origins, output in
      _ = try origins.run()
      let last = try rows(output).suffix(3 * 8)
      let salt = last.filter { $0[2] == "salt" }
      #expect(salt.map { $0[8].isEmpty } == Array(repeating: false, count: 6) + [true, true])
      #expect(last.filter { $0[1] == "total" }.suffix(2).allSatisfy { $0[8].isEmpty })
      #expect(last.allSatisfy { !$0[9].isEmpty })
    }
  }

  @Test("a history that is too short leaves no file behind")
  func tooShort() throws {
    try withOrigins { origins, output in
      let many = RollingOrigins(origins.options, count: 100, step: 14)
      #expect(throws: ForecastInputFailure.self) { try many.run() }
      #expect(!FileManager.default.fileExists(atPath: output.path))
    }
  }

  @Test("a drawing has a mean and a fan for each origin, over what was sold")
  func chart() throws {
    try withOrigins { origins, _ in
      let wanted = try #require(ExplainedNode("item=tea"))
      let drawing = try origins.draw(wanted).chart.svg
      #expect(drawing.components(separatedBy: "class=\"mean\"").count == 4)
      #expect(drawing.components(separatedBy: "class=\"fan\"").count == 4)
      #expect(drawing.components(separatedBy: "class=\"demand\"").count == 2)
      #expect(drawing.contains("tea"))
      // Twenty-eight days before the first origin, then as far as the last forecast reaches.
      #expect(drawing.contains("63 buckets of demand"))
    }
  }

  @Test("a node that is not there is refused by the levels there are")
  func absent() throws {
    try withOrigins { origins, _ in
      let wanted = try #require(ExplainedNode("region=North"))
      let refused = #expect(throws: NothingToDraw.self) { try origins.draw(wanted) }
      #expect(refused?.sentence.contains("total, item-location") == true)
    }
  }
}

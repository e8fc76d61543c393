import Foundation
import FoundationXML
import Inventory
import Planning
import Testing

@testable import Service

@Suite("Explaining one forecast of a file")
struct ExplanationTextTests {
  /// Two items, three years of a week's shape.
  private func explain(_ node: String) throws -> (Explanation, ForecastChart) {
    let file = FileManager.default.temporaryDirectory
      .appending(path: "sales-\(UUID().uuidString).csv")
    defer { try? FileManager.default.removeItem(at: file) }
    var text = "item,location,region,category,day,quantity\n"
    for (item, level) in [("oats, rolled", 20), ("rye", 50)] {
      for offset in 0..<1_100 {
        let quantity = level + [0, 1, 2, 4, 9, 14, 3][offset % 7] + offset * 31 % 5
        text += "\"\(item)\",leeds,north,food,\(Day(ordinal: 17_000) + offset),\(quantity)\n"
      }
    }
    try Data(text.utf8).write(to: file)
    let filter = ForecastFilter(
      .init(file: file.path, settings: ForecastSettings(horizon: 7)))
    let wanted = try #require(ExplainedNode(node))
    return try filter.explain(wanted)
  }

  @Test("a node is named by its parts, or is the total; anything else is no name")
  func names() {
    #expect(ExplainedNode("total") != nil)
    #expect(ExplainedNode("item=PAN-103,location=C-03")?.location?.text == "C-03")
    for text in ["", "item", "item=", "shop=1", "item=a,item=b", "total,item=a", "a,item=b"] {
      #expect(ExplainedNode(text) == nil, "'\(text)'")
    }
  }

  @Test("the table's columns add up to its last one, day by day")
  func table() throws {
    let (explanation, _) = try explain("item=rye")
    let text = explanation.text(width: 200)
    #expect(text.hasPrefix("item-location rye at leeds: hybrid, 1100 buckets of history; units\n"))
    #expect(text.contains("weekday"))
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("20") }
    #expect(rows.count == 7)
    for row in rows {
      let figures = row.split(separator: " ").dropFirst().compactMap { Double($0) }
      let mean = try #require(figures.last)
      #expect(mean > 50 && abs(figures.dropLast().reduce(0, +) - mean) < 0.5, "\(row)")
    }
    let width = explanation.text(width: 60).split(separator: "\n").filter { $0.hasPrefix("20") }
    #expect(width.allSatisfy { $0.count <= 60 })
  }

  @Test("the file holds every part of every day, and its units add up to the forecast")
  func file() throws {
    let (explanation, _) = try explain("item=oats, rolled")
    let lines = explanation.csv.split(separator: "\n").map(String.init)
    #expect(lines[0] == "level,item,location,region,category,day,kind,part,scaled,units")
    #expect(lines.count == 1 + 7 * explanation.parts.count)
    #expect(lines[1].hasPrefix("item-location,\"oats, rolled\",leeds,north,food,2019-07-"))
  }

  @Test("as JSON the parts of each day add up to its mean")
  func json() throws {
    let (explanation, _) = try explain("item=oats, rolled")
    let text = ExplanationFormat.json.text(of: explanation, width: 80)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object["item"] as? String == "oats, rolled" && object["tier"] as? String == "hybrid")
    let means = try #require(object["means"] as? [Double])
    let parts = try #require(object["parts"] as? [[String: Any]])
    let units = parts.compactMap { $0["units"] as? [Double] }
    #expect(means.count == 7 && units.count == explanation.parts.count)
    for lead in means.indices {
      #expect(abs(units.reduce(0) { $0 + $1[lead] } - means[lead]) < 1e-9 * means[lead])
    }
  }

  @Test("a name that fits nothing is refused with the levels that there are")
  func nothing() throws {
    let refusal = #expect(throws: NothingToExplain.self) { try explain("item=tea") }
    #expect(refusal?.sentence.contains("item-location") == true)
  }

  @Test("the drawing has a line of history, one of the forecast, and a band per pair of quantiles")
  func drawing() throws {
    let (explanation, chart) = try explain("total")
    #expect(explanation.parts.last?.kind == .reconciliation)
    #expect(chart.svg.components(separatedBy: "class=\"fan\"").count - 1 == 4)
    #expect(chart.svg.contains("class=\"demand\" d=\"M"))
    let parser = XMLParser(data: Data(chart.svg.utf8))
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
  }
}

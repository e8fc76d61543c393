import Foundation
import Inventory
import Planning
import Testing

@testable import Service

@Suite("The procurement report written down")
struct ReportFormatTests {
  @Test("the table fits 120 columns, aligned, with its heading and its notes")
  func table() throws {
    let golden = """
      Procurement report, region NORTH
      As of 2026-03-02, from the forecast of 2026-03-01 (run 7), STALE: BERGEN (complete through 2026-02-25)
      1 of 5 lines to order, 1 of them urgent; no suggestion for 2

                               on     on  supply  covers                 5-97.5  safety  reorder
         item     location   hand  order    days    days  forecast            %   stock    point  order  tier
      ------------------------------------------------------------------------------------------------------------------
      !  MILK-1L  OSLO        300     24     2.4      13     1,567    688-3,058   1,187    2,753  3,276  hybrid
         SAFFRON  OSLO          3     24       8      41       5.1         1-13     6.9       12      0  profile       1
         MILK-1L  BERGEN    9,000     24     112      13     1,040    453-2,023     785    1,825      0  hybrid stale
         CREAM    OSLO         50     24       8      28       168       72-327                       ?  hybrid        2
         EGGS-12  OSLO          ?      ?       ?      13       182       77-363     140      322      ?  hybrid        3
      ------------------------------------------------------------------------------------------------------------------
      !  MILK-1L  all       9,300     48    46.3      13     2,607  1,144-5,019   1,972    4,578  3,276  hybrid stale
         SAFFRON  all           3     24       8      41       5.1         1-13     6.9       12      0  profile
         CREAM    all          50     24       8      28       168       72-326                       ?  hybrid        4
         EGGS-12  all           ?      ?       ?      13       182       78-356     140      322      ?  hybrid        4

      ! runs out before an order placed today arrives
      1 no review period: reviewed daily
      2 no lead time: the forecast sums the days of its horizon, and nothing is suggested
      3 no stock record: on hand is unknown, so nothing is suggested
      4 leaves out locations without a suggestion, because something of theirs is unknown
      Left out to fit: order up to. --format csv has every column.

      """
    let text = ReportFormat.table.text(of: try ReportSamples().full())
    #expect(text == golden)
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 120 })
  }

  @Test("long codes are cut, and columns left out, before a line passes the width")
  func narrow() throws {
    let samples = try ReportSamples()
    let long = String(repeating: "Käse", count: 25)
    let report = samples.report([
      try samples.input(long, long + "2", daily: 123_456.5, onHand: 1e8),
      try samples.input("商品", "倉庫", daily: 1, onHand: 1),
    ])
    let lines = ReportFormat.table.text(of: report).split(separator: "\n")
    let ruled = lines.filter { $0.hasPrefix("---") }
    #expect(ruled.count == 2 && ruled.allSatisfy { $0.count <= 120 })
    #expect(
      lines.drop { !$0.hasPrefix("---") }.prefix(6).allSatisfy { String($0).displayWidth <= 120 })
    #expect(lines.contains { $0.contains("…") })
  }

  @Test("one location's report does not repeat itself as sums")
  func oneLocation() throws {
    let samples = try ReportSamples()
    let text = ReportFormat.table.text(
      of: samples.report([try samples.input("A", "OSLO", daily: 5, onHand: 100)]))
    #expect(!text.contains(" all "))
    #expect(text.contains("data complete through 2026-03-01"))
  }

  @Test("where nothing is to be ordered the heading says so")
  func nothingToOrder() throws {
    let samples = try ReportSamples()
    let text = ReportFormat.table.text(
      of: samples.report([try samples.input("A", "OSLO", daily: 1, onHand: 1000)]))
    #expect(text.contains("\nNothing to order on 1 lines\n"))
  }

  @Test("a region without series says so in every form")
  func empty() throws {
    let report = try ReportSamples().report([])
    #expect(ReportFormat.table.text(of: report).hasSuffix("This region has no series.\n"))
    #expect(ReportFormat.csv.text(of: report).split(separator: "\n").count == 1)
    #expect(ReportFormat.json.text(of: report).contains("\"lines\": []"))
  }

  @Test("CSV has the units last in its header and quotes what needs it")
  func csv() throws {
    let rows = ReportFormat.csv.text(of: try ReportSamples().full()).split(separator: "\n")
    #expect(
      rows[0] == """
        region,level,item,location,name,category,unit,supplier,as_of,origin,run,tier,\
        complete_through,stale,on_hand,on_order,reserved,inventory_position,stock_as_of,unit_cost,\
        service_level,lead_time_days,lead_time_sd_days,review_period_days,forecast_days,forecast,\
        q0.05,q0.1,q0.25,q0.5,q0.75,q0.9,q0.95,q0.975,safety_stock,reorder_point,order_up_to,\
        days_of_supply,suggested_order,urgent,notes
        """)
    #expect(
      rows[1] == """
        NORTH,item-location,MILK-1L,OSLO,"The ""MILK-1L\""","dairy, eggs",pc,Farm & Co,2026-03-02,\
        2026-03-01,7,hybrid,2026-03-01,false,300,24,2,322,2026-03-01T00:00:00Z,1.250,0.95,6,1,7,13,\
        1566.5,688,824,1103,1476,1936,2415,2753,3058,1186.5,2753,3596.5,2.4,3276,true,
        """)
    #expect(rows.count == 1 + 5 + 4)
  }

  @Test("JSON and CSV tell the same figures under the same names")
  func jsonEqualsCSV() throws {
    let report = try ReportSamples().full()
    let parsed = try #require(
      try JSONSerialization.jsonObject(with: Data(ReportFormat.json.text(of: report).utf8))
        as? [String: Any])
    let lines = try #require(parsed["lines"] as? [[String: Any]])
    let sums = try #require(parsed["sums"] as? [[String: Any]])
    let fields = ReportField.all(for: report.basis)
    for (line, object) in zip(report.lines + report.regionLines, lines + sums) {
      #expect(Set(object.keys) == Set(fields.map(\.name)))
      for field in fields {
        switch field.value(line) {
        case .text(let text): #expect(object[field.name] as? String == text)
        case .number(let digits):
          #expect((object[field.name] as? NSNumber)?.doubleValue == digits.flatMap(Double.init))
        case .flag(let flag): #expect(object[field.name] as? Bool == flag)
        case .list(let list): #expect(object[field.name] as? [String] == list)
        }
      }
    }
    #expect(lines.count == 5 && sums.count == 4)
    #expect(parsed["lines_urgent"] as? Int == 1)
  }

  @Test("JSON escapes what would break it")
  func escapes() {
    #expect(ReportJSON.quoted("a\"b\\c\n\u{1}é") == "\"a\\\"b\\\\c\\n\\u0001é\"")
  }

  @Test(
    "a table's numbers have one decimal below a hundred and none above",
    arguments: [
      (0.0, "0"), (0.04, "0"), (2.25, "2.3"), (99.94, "99.9"), (99.96, "100"), (1234.5, "1,235"),
      (-1234.5, "-1,235"), (-0.5, "-0.5"),
    ])
  func readable(value: Double, text: String) {
    #expect(ReportTable.readable(Amount(value)) == text)
  }
}

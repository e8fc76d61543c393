import Foundation
import Inventory
import Planning
import Testing

@testable import Service

/// A folder that goes away with the test.
private final class Folder {
  let url = FileManager.default.temporaryDirectory
    .appendingPathComponent("forecast-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  func write(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
    return path(name)
  }

  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
  }
}

private func forecast(
  _ text: String, calendar: String? = nil, horizon: Int = 7, bucket: Bucket = .day,
  isComplete: Bool = false, mapping: ColumnMapping = ColumnMapping(), quantiles: [Double] = [0.5]
) throws -> (lines: [String], summary: ForecastFilter.Summary) {
  let folder = try Folder()
  let file = try folder.write("sales.csv", text)
  let calendarFile = try calendar.map { try folder.write("calendar.csv", $0) }
  let options = ForecastFilter.Options(
    file: file, calendar: calendarFile,
    settings: ForecastSettings(horizon: horizon, bucket: bucket, quantiles: quantiles),
    isComplete: isComplete, output: folder.path("forecast.csv"), mapping: mapping)
  let summary = try ForecastFilter(options).run()
  let output = try String(contentsOfFile: folder.path("forecast.csv"), encoding: .utf8)
  return (output.split(separator: "\n").map(String.init), summary)
}

/// A hundred days of one quantity.
private func days(_ count: Int, _ columns: String = "", quantity: Int = 5) -> String {
  (0..<count).map { "\(columns)\(Day(ordinal: 19_000) + $0),\(quantity)\n" }.joined()
}

struct ForecastFilterTests {
  @Test("days and quantities alone have one line per day, of the total")
  func bare() throws {
    let (lines, summary) = try forecast(
      "day,quantity\n" + days(100), horizon: 2, quantiles: [0.05, 0.5])
    #expect(lines[0] == "level,item,location,region,category,day,mean,q0.05,q0.5")
    #expect(lines.count == 3)
    #expect(lines[1].hasPrefix("total,,,,,\(Day(ordinal: 19_100)),5."))
    #expect(lines[1].split(separator: ",").count == 5, "empty fields stay empty")
    #expect(summary.rows == 100 && summary.series == 1 && summary.nodes == 1)
  }

  @Test("items at locations keep their names; levels that repeat another are left out")
  func levels() throws {
    let text =
      "item,location,region,category,day,quantity\n"
      + days(60, "tea,L1,North,drinks,") + days(60, "tea,L2,North,drinks,")
      + days(60, "soap,L1,North,care,")
    let (lines, _) = try forecast(text, horizon: 1)
    let names = lines.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
      .map { $0[0...4].joined(separator: ",") }
    #expect(
      names == [
        "total,,,,", "location,,L1,North,", "location,,L2,North,", "category,,,,care",
        "category,,,,drinks", "item-location,soap,L1,North,care",
        "item-location,tea,L1,North,drinks", "item-location,tea,L2,North,drinks",
      ])
  }

  @Test("the file's columns may have other names, order and company")
  func mapping() throws {
    let mapping = try ColumnMapping(map: "day=date,quantity=units", ignore: "price")
    let rows = days(30).split(separator: "\n").map { $0.split(separator: ",") }
    let text = "units,price,date\n" + rows.map { "\($0[1]),1.99,\($0[0])\n" }.joined()
    #expect(try forecast(text, mapping: mapping).summary.rows == 30)
  }

  @Test("codes with commas and quotes come back quoted")
  func quoting() throws {
    let (lines, _) = try forecast(
      "item,day,quantity\n" + days(30, "\"5\"\" nail, steel\","), horizon: 1)
    #expect(lines[1].hasPrefix("item,\"5\"\" nail, steel\",,,,"))
  }

  @Test("gaps are missing, or zero demand when the file is complete; leading gaps never count")
  func gaps() throws {
    let rows = (0..<200).filter { $0 % 2 == 0 }.map { "A,\(Day(ordinal: 19_000) + $0),8\n" }
    let anchor = "B,\(Day(ordinal: 18_000)),1\nB,\(Day(ordinal: 19_199)),1\n"
    let text = "item,day,quantity\n" + rows.joined() + anchor
    let missing = try mean(of: "A", in: forecast(text, horizon: 28).lines)
    let complete = try mean(of: "A", in: forecast(text, horizon: 28, isComplete: true).lines)
    #expect(missing > 7.5 && missing < 8.5)
    #expect(complete > 3 && complete < 5)
  }

  @Test("days after a series' last row are missing up to the file's last day")
  func trailing() throws {
    let text = "item,day,quantity\n" + days(100, "A,") + days(180, "B,")
    let (lines, summary) = try forecast(text, horizon: 1)
    #expect(summary.origin == Day(ordinal: 19_179))
    #expect(try mean(of: "A", in: lines) > 4)
    let (complete, _) = try forecast(text, horizon: 1, isComplete: true)
    #expect(try mean(of: "A", in: complete) < 1)
  }

  @Test("negative quantities are read as 0 and counted; rows of one day add up")
  func quantities() throws {
    let text =
      "day,quantity\n" + days(60) + days(60, quantity: 2)
      + "\(Day(ordinal: 19_010)),-7\n\(Day(ordinal: 19_011)),\n"
    let (lines, summary) = try forecast(text, horizon: 1)
    #expect(summary.negatives == 1 && summary.emptyQuantities == 1)
    #expect(try mean(of: "", in: lines) > 6.5)
    #expect(summary.sentence.contains("1 negative quantities read as 0"))
  }

  @Test("sums in the output are exact to the thousandth")
  func sums() throws {
    var text = "item,location,day,quantity\n"
    for item in 0..<5 {
      for offset in 0..<90 {
        text += "i\(item),L\(item % 2),\(Day(ordinal: 19_000) + offset),\(offset * item % 11)\n"
      }
    }
    let (lines, _) = try forecast(text, horizon: 5)
    func sum(_ level: String) -> Int {
      lines.filter { $0.hasPrefix(level + ",") }.reduce(0) { $0 + thousandths($1) }
    }
    #expect(sum("total") == sum("item-location"))
    #expect(sum("total") == sum("location"))
  }

  @Test("daily rows become weeks from Monday, and a week covered in part is left out")
  func weeks() throws {
    // 19 000 is a Saturday, and so the first week has two days.
    let (lines, summary) = try forecast(
      "day,quantity\n" + days(2 + 7 * 30 + 3), horizon: 2, bucket: .week)
    #expect(summary.partialBuckets == 2)
    #expect(Day(ordinal: 19_002).weekday == 1)
    #expect(summary.origin == Day(ordinal: 19_002 + 7 * 29))
    #expect(lines[1].contains(",\(Day(ordinal: 19_002 + 7 * 30)),35."))
  }

  @Test("weeks that end on Fridays stay Fridays, months keep their day")
  func conventions() throws {
    let fridays = (0..<60).map { "\(Day(ordinal: 18_999) + 7 * $0),40\n" }.joined()
    let (weeks, _) = try forecast("day,quantity\n" + fridays, horizon: 1, bucket: .week)
    #expect(weeks[1].contains(",\(Day(ordinal: 18_999 + 7 * 60)),"))
    let ends = ["2023-01-31", "2023-02-28", "2023-03-31", "2023-04-30", "2023-05-31", "2023-06-30"]
    let (months, _) = try forecast(
      "day,quantity\n" + ends.map { "\($0),40\n" }.joined(), horizon: 1, bucket: .month)
    #expect(months[1].contains(",2023-07-31,"))
  }

  @Test("a closed day of the calendar is forecast 0")
  func calendar() throws {
    let (lines, _) = try forecast(
      "day,quantity\n" + days(100),
      calendar: "day,name,kind\n\(Day(ordinal: 19_102)),stocktaking,closed\n", horizon: 4)
    #expect(lines[3].hasSuffix(",0.000,0"))
    #expect(!lines[2].hasSuffix(",0.000,0"))
  }
}

/// The mean of an item's first day.
private func mean(of item: String, in lines: [String]) throws -> Double {
  let line = lines.dropFirst().first {
    $0.split(separator: ",", omittingEmptySubsequences: false)[1] == item
  }
  return Double(thousandths(try #require(line))) / 1000
}

private func thousandths(_ line: String) -> Int {
  Int(line.split(separator: ",", omittingEmptySubsequences: false)[6].filter { $0 != "." }) ?? 0
}

struct ForecastRefusalTests {
  @Test(
    "a file that cannot be forecast from is refused with its line and reason, and leaves no output",
    arguments: [
      ("day,quantity\n2024-01-01,5\n2024-13-01,5\n", "line 3: day '2024-13-01' is not a date"),
      ("day,quantity\n2024-01-01,many\n", "line 2: quantity 'many' is not a decimal number"),
      ("day,quantity\n2024-01-01,2e9\n", "beyond the limit"),
      ("day,quantity\n2024-01-01\n", "1 columns where the header has 2"),
      ("day,quantity\n,5\n", "day is missing"), ("day,quantity\n", "no rows"),
      ("day,quantity\n2024-01-01,\n", "no complete bucket"),
      ("item,day,quantity\na\u{1}b,2024-01-01,5\n", "is not a code"),
      (
        "location,region,day,quantity\nL,N,2024-01-01,5\nL,S,2024-01-02,5\n",
        "location 'L' stands in region 'N' and in 'S'"
      ),
      (
        "item,category,day,quantity\nA,x,2024-01-01,5\nA,y,2024-01-02,5\n",
        "item 'A' stands in category 'x' and in 'y'"
      ),
      ("day,sales\n2024-01-01,5\n", "unknown column 'sales'"), ("", "is empty"),
    ])
  func refusals(text: String, said: String) throws {
    let folder = try Folder()
    let file = try folder.write("sales.csv", text)
    let options = ForecastFilter.Options(
      file: file, settings: ForecastSettings(horizon: 3), output: folder.path("forecast.csv"))
    let error = #expect(throws: (any Error).self) { try ForecastFilter(options).run() }
    let report = FailureReport(try #require(error))
    #expect(report.sentence.contains(said), "\(report.sentence)")
    #expect(report.exitCode == .data)
    #expect(try folder.names == ["sales.csv"])
  }

  @Test("a bad calendar row is refused with its line")
  func badCalendar() throws {
    let folder = try Folder()
    let calendar = try folder.write("calendar.csv", "day,name,kind\n2024-01-01,x,party\n")
    let file = try folder.write("sales.csv", "day,quantity\n2024-01-01,5\n")
    let options = ForecastFilter.Options(file: file, calendar: calendar)
    let error = #expect(throws: (any Error).self) { try ForecastFilter(options).forecast() }
    #expect(FailureReport(try #require(error)).sentence.contains("line 2: kind 'party'"))
  }

  @Test("quantiles that do not ascend are refused")
  func quantiles() throws {
    let options = ForecastFilter.Options(
      file: "unread.csv", settings: ForecastSettings(quantiles: [0.5, 0.1]))
    #expect(throws: ForecastInputFailure.quantilesNotAscending([0.5, 0.1])) {
      try ForecastFilter(options).run()
    }
  }

  @Test("a link stays a link to the new file, and a device is written to, not replaced")
  func linkedOutput() throws {
    let folder = try Folder()
    let file = try folder.write("sales.csv", "day,quantity\n" + days(100))
    let kept = try folder.write("kept.csv", "old")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link.csv"), withDestinationPath: kept)
    _ = try ForecastFilter(.init(file: file, output: folder.path("link.csv"))).run()
    #expect(try String(contentsOfFile: kept, encoding: .utf8).hasPrefix("level,"))
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("null"), withDestinationPath: "/dev/null")
    _ = try ForecastFilter(.init(file: file, output: folder.path("null"))).run()
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("null")) == "/dev/null")
    #expect(try folder.names == ["kept.csv", "link.csv", "null", "sales.csv"])
  }

  @Test("a full disk under the output is said, and a reader that went away ends it quietly")
  func brokenOutput() throws {
    let folder = try Folder()
    let file = try folder.write("sales.csv", "day,quantity\n" + days(100))
    let output = folder.path("full")
    try FileManager.default.createSymbolicLink(atPath: output, withDestinationPath: "/dev/full")
    let full = #expect(throws: SystemFailure.self) {
      try ForecastFilter(.init(file: file, output: output)).run()
    }
    #expect(full?.sentence == "cannot write \(output): No space left on device")
    #expect(full?.exitCode == .io)
    #expect(SystemFailure(.write, "standard output", errorNumber: EPIPE).exitCode == .outputClosed)
  }

  @Test("an output that cannot be created is refused before anything is read")
  func unwritable() throws {
    let folder = try Folder()
    let options = ForecastFilter.Options(
      file: folder.path("missing.csv"), output: folder.path("no/such/folder/out.csv"))
    let error = #expect(throws: (any Error).self) { try ForecastFilter(options).run() }
    #expect(FailureReport(try #require(error)).exitCode == .cannotCreate)
    let itself = #expect(throws: SystemFailure.self) {
      try ForecastFilter(.init(file: folder.path("missing.csv"), output: folder.url.path)).run()
    }
    #expect(itself == SystemFailure(.create, folder.url.path, errorNumber: EISDIR))
  }
}

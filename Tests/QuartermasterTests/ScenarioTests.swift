import Foundation
import Postgres
import Service
import Synchronization
import TestKit
import Testing

@testable import quartermaster

/// A shell before the program: a database of its own, a folder with files, and what was said.
final class Shell: Sendable {
  struct Answer: Equatable {
    var code: ExitCode
    var output: String
    var complaint: String
  }

  private let folder: URL
  private let database: String

  init(_ session: Session) async throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "scenario-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    database = try await session.run { db in
      let row = try db.rows(
        """
        SELECT current_setting('unix_socket_directories'), current_setting('port'),
          current_user::text, current_database()::text
        """)[0]
      let (host, port, user, name) = try row.decode(
        String.self, String.self, String.self, String.self)
      return "host=\(host) port=\(port) user=\(user) dbname=\(name)"
    }
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: folder.appending(path: name))
  }

  /// Runs a command line in which `@name` is a file of the folder.
  func run(_ line: String) async throws -> Answer { try await run(words(line)) }

  func run(_ given: [String]) async throws -> Answer {
    var words = given.map { $0.hasPrefix("@") ? path(String($0.dropFirst())) : $0 }
    if words.first != "forecast", !words.contains("--database") {
      words += ["--database", database]
    }
    let output = try #require(FileHandle(forUpdatingAtPath: try emptyFile()))
    defer { try? output.close() }
    let said = Mutex("")
    let surroundings = Surroundings(
      environment: ["QUARTERMASTER_TIME_ZONE": "UTC"],
      output: StandardOutput(descriptor: output.fileDescriptor), progress: .silent)
    let code = await Program.run(words, in: surroundings) { text in said.withLock { $0 += text } }
    try output.seek(toOffset: 0)
    let text = String(decoding: try output.readToEnd() ?? Data(), as: UTF8.self)
    return Answer(code: code, output: text, complaint: said.withLock { $0 })
  }

  private func emptyFile() throws -> String {
    let file = path("output-\(UUID())")
    try Data().write(to: URL(filePath: file))
    return file
  }
}

/// Rows of a CSV file without quotes, by column.
private func table(_ text: String) -> [[String: String]] {
  let lines = text.split(separator: "\n").map {
    $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }
  return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
}

/// A year of sales of two items in two shops, through 2024-06-30, with a day off on Mondays.
private func sales() -> String {
  var text = "sku,site,date,units\n"
  for (series, name) in ["oats,leeds", "oats,york", "rye,leeds", "rye,york"].enumerated() {
    for number in 0..<366 where number % 7 != 0 {
      let day = Date(timeIntervalSince1970: Double(19_539 + number) * 86_400)
      text += "\(name),\(day.ISO8601Format().prefix(10)),\((number * (series + 3)) % 11 + 2)\n"
    }
  }
  return text
}

@Suite("From files to orders, by the command line")
struct ScenarioTests {
  @Test("five commands and two more go from files to orders whose figures add up")
  func mainPath() async throws {
    try await withDatabase { session, _ in
      let shell = try await Shell(session)
      try shell.write("locations.csv", "location,region\nleeds,north east\nyork,north east\n")
      try shell.write("items.csv", "item,name,category\noats,Oats,food\nrye,Rye,food\n")
      try shell.write("sales.csv", sales())
      try shell.write(
        "stock.csv",
        "item,location,as_of,on_hand,on_order\noats,leeds,2024-06-30,5,3\noats,york,2024-06-30,900,"
          + "\nrye,leeds,2024-06-30,-2,0\nrye,york,2024-06-30,40,0\n")
      try shell.write(
        "terms.csv",
        "item,lead_time_days,review_period_days,order_multiple\noats,5,7,12\nrye,2,7,\n")

      #expect(try await shell.run("migrate").code == .success)
      let first = try await shell.run("sync locations @locations.csv")
      #expect(
        first.output.hasPrefix("received 2 = applied 2 + duplicate 0 + stale 0 + quarantined 0\n"))
      #expect(try await shell.run("sync items @items.csv").code == .success)
      let demand =
        "sync demand @sales.csv --complete-through 2024-06-30"
        + " --map item=sku,location=site,day=date,quantity=units"
      let sent = try await shell.run(demand)
      #expect(sent.output.hasPrefix("received 1,252 = applied 1,252 + duplicate 0"))
      #expect(sent.output.hasSuffix("complete through 2024-06-30\n"))
      #expect(
        try await shell.run(demand).output.hasPrefix("received 1,252 = applied 0 + duplicate 1,252")
      )
      #expect(try await shell.run("sync stock @stock.csv").code == .success)
      #expect(try await shell.run("sync terms @terms.csv").code == .success)
      let run = try await shell.run("train --as-of 2024-06-30")
      #expect(run.output.hasPrefix("run 1: 4 series in north east, origin 2024-06-30"))

      try await expectReport(shell)
      let status = try await shell.run("status --as-of 2024-06-30")
      #expect(status.output.hasPrefix("As of 2024-06-30: 2 locations, 0 stale\nRun 1 of "))
    }
  }

  private func expectReport(_ shell: Shell) async throws {
    let report = "report procurement --as-of 2024-06-30 --region"
    let command = Array(words(report)) + ["north east", "--format", "csv"]
    let csv = try await shell.run(command)
    #expect(csv.code == .success && csv.complaint.isEmpty)
    let rows = table(csv.output)
    #expect(
      rows.map { $0["level"] } == Array(repeating: "item-location", count: 4)
        + Array(repeating: "item-region", count: 2))
    for row in rows {
      func figure(_ name: String) -> Int {
        Int(((Double(row[name] ?? "") ?? .nan) * 1000).rounded())
      }
      #expect(figure("reorder_point") - figure("safety_stock") == figure("forecast"))
      #expect(figure("on_hand") + figure("on_order") == figure("inventory_position"))
      let parts = rows.filter { $0["level"] == "item-location" && $0["item"] == row["item"] }
      guard row["level"] == "item-region" else { continue }
      for name in ["forecast", "on_hand", "reorder_point", "order_up_to", "suggested_order"] {
        let sum = parts.map { Int(((Double($0[name] ?? "") ?? .nan) * 1000).rounded()) }.reduce(
          0, +)
        #expect(figure(name) == sum, "\(name)")
      }
    }
    let oats = try #require(rows.first { $0["item"] == "oats" && $0["location"] == "leeds" })
    #expect(oats["forecast_days"] == "12" && oats["service_level"] == "0.95")
    let order = try #require(Int(oats["suggested_order"] ?? ""))
    #expect(order > 0 && order.isMultiple(of: 12))
    #expect(
      rows.first { $0["item"] == "oats" && $0["location"] == "york" }?["suggested_order"] == "0")
  }

  @Test("each mistake of a newcomer has an exit code, one sentence, and stores nothing")
  func mistakes() async throws {
    try await withDatabase { session, _ in
      let shell = try await Shell(session)
      try await expect(
        shell,
        [
          ("status", .configuration, "migrations: run 'quartermaster migrate'")
        ])
      #expect(try await shell.run("migrate").code == .success)
      try shell.write("items.csv", "item\noats\n")
      try shell.write("empty.csv", "")
      try shell.write("wide.csv", Array("item\n".utf16.flatMap { [UInt8($0), 0] }))
      try shell.write("latin.csv", [0x69, 0x74, 0xE9, 0x6D, 0x0A])
      try shell.write("cut.csv.gz", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0x4B])
      try shell.write("semicolons.csv", "item;name\noats;Oats\n")
      try shell.write("typo.csv", "itm\noats\n")
      try shell.write("bad.csv", "item,location,day,quantity\noats,leeds,2024-06-01,3\n")
      try await expect(
        shell,
        [
          ("train", .data, "there is no demand yet"),
          ("report procurement --region north", .data, "there is no forecast yet"),
          ("sync items @missing.csv", .noInput, "missing.csv: No such file or directory"),
          ("sync items @", .noInput, "Is a directory"),
          ("sync items @empty.csv", .data, "empty.csv is empty"),
          ("sync items @wide.csv", .data, "is UTF-16; convert it to UTF-8"),
          ("sync items @latin.csv", .data, "the header of"),
          ("sync items @cut.csv.gz", .data, "is cut short"),
          ("sync items @semicolons.csv", .data, "separated by ';'; separate them by commas"),
          ("sync items @typo.csv", .data, "unknown column 'itm': did you mean 'item'?"),
          ("sync locations @items.csv", .data, "missing columns location, region"),
          ("sync demand @bad.csv --strict", .data, "1 of 1 rows cannot stand"),
          (
            "sync demand @bad.csv --complete-through 2199-01-01", .data,
            "complete through 2199-01-01 is in the future"
          ),
          (
            "status --database postgresql:///none?host=/nowhere", .unavailable,
            "the database cannot be reached"
          ),
          ("sync demnad @bad.csv", .usage, "did you mean 'demand'?"),
          ("forecast @bad.csv --horizon 1 --output @", .cannotCreate, "Is a directory"),
        ])
      let stored: Int = try await session.run { db in
        try db.rows("SELECT count(*) FROM batch")[0][0]
      }
      #expect(stored == 0)
    }
  }

  private func expect(
    _ shell: Shell, _ mistakes: [(line: String, code: ExitCode, sentence: String)]
  ) async throws {
    for mistake in mistakes {
      let answer = try await shell.run(mistake.line)
      #expect(answer.code == mistake.code, "\(mistake.line)")
      #expect(answer.complaint.contains(mistake.sentence), "\(mistake.line): \(answer.complaint)")
      #expect(answer.complaint.split(separator: "\n").count == 1, "\(mistake.line)")
      #expect(answer.output.isEmpty, "\(mistake.line)")
    }
  }

  @Test("a quarantined row is told with its line, field and reason, and the rest is stored")
  func quarantine() async throws {
    try await withDatabase { session, _ in
      let shell = try await Shell(session)
      _ = try await shell.run("migrate")
      try shell.write("locations.csv", "location,region\nleeds,north\n")
      try shell.write("items.csv", "item\noats\n")
      _ = try await shell.run("sync locations @locations.csv")
      _ = try await shell.run("sync items @items.csv")
      try shell.write(
        "sales.csv",
        "\u{FEFF}item,location,day,quantity\r\noats,leeds,2024-06-01,3\r\n"
          + "\"oats\",leeds,2024-06-31,3\r\noats,leeds,2024-06-02,-1\r\ntea,leeds,2024-06-02,1\r\n"
      )
      let answer = try await shell.run("sync demand @sales.csv --complete-through 2024-06-02")
      #expect(answer.code == .success)
      #expect(
        answer.output.split(separator: "\n").filter { !$0.hasPrefix("batch") } == [
          "received 4 = applied 1 + duplicate 0 + stale 0 + quarantined 3",
          "the watermark did not move: more than 1 % of the rows are quarantined", "quarantined:",
          "  line 3: day '2024-06-31' is not a date of the form YYYY-MM-DD [invalid_day]",
          "  line 4: quantity '-1' is negative [invalid_quantity]",
          "  line 5: item 'tea' is not known [unknown_item]",
          "'quartermaster quarantine list --batch 3' lists them",
        ])
    }
  }
}

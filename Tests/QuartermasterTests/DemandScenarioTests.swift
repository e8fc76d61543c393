import Inventory
import Service
import TestKit
import Testing

@testable import quartermaster

@Suite("Demand at a terminal")
struct DemandScenarioTests {
  @Test("demand show prints each day with its state")
  func show() async throws {
    try await withDatabase { session, _ in
      let shell = try await stocked(Shell(session))
      let show = "demand show --item oats --location leeds --from 2024-06-01 --to 2024-06-08"
      let answer = try await shell.run(show)
      #expect(answer.code == .success && answer.complaint.isEmpty)
      #expect(
        answer.output == """
          oats at leeds in north, dataset version 5, complete through 2024-06-07
          day         weekday  quantity  state
          ---------------------------------------
          2024-06-01  Sat            12  demand
          2024-06-02  Sun                closed
          2024-06-03  Mon             0  zero
          2024-06-04  Tue        >= 2.5  stockout
          2024-06-05  Wed             0  zero
          2024-06-06  Thu             ?  missing
          2024-06-07  Fri             0  zero
          2024-06-08  Sat             ?  missing

          """)
      let csv = try await shell.run(show + " --version 3 --format csv")
      #expect(
        csv.output.split(separator: "\n").prefix(5) == [
          "day,quantity,state", "2024-06-01,10,demand", "2024-06-02,,closed",
          "2024-06-03,,missing", "2024-06-04,2.5,demand",
        ])
      let json = try await shell.run(show + " --format json")
      #expect(json.output.hasPrefix("{\n  \"item\": \"oats\",\n  \"location\": \"leeds\",\n"))
      #expect(
        json.output.contains(
          "    {\"day\": \"2024-06-06\", \"quantity\": null, \"state\": \"missing\"},\n"))
    }
  }

  @Test("demand history prints what was told of a day, by whom, and what became of it")
  func history() async throws {
    try await withDatabase { session, _ in
      let shell = try await stocked(Shell(session))
      let history = "demand history --item oats --location leeds --day 2024-06-01"
      let lines = try await shell.run(history).output.split(separator: "\n")
      #expect(lines[0] == "oats at leeds on 2024-06-01, as it was told:")
      #expect(lines.count == 5)
      #expect(lines[3].hasPrefix("      10  replaced by batch 4  3         1         file"))
      #expect(lines[4].hasPrefix("      12  stands               from 4    2         file"))
      let csv = try await shell.run(history + " --format csv").output.split(separator: "\n")
      #expect(csv[1].hasPrefix("10,replaced,3,3,1,file,3,first,"))
      #expect(csv[1].hasSuffix(",4,,") && csv[2].hasSuffix(",,,"))
      let refused = try await shell.run(history.replacing("06-01", with: "06-06"))
      #expect(refused.output.contains("waits in quarantine: invalid_quantity"))
      #expect(refused.output.contains("oats,leeds,2024-06-06,many,2"))
      let silent = try await shell.run(history.replacing("06-01", with: "06-03"))
      #expect(silent.output == "oats at leeds on 2024-06-03: nothing was ever told\n")
    }
  }

  @Test("what cannot be shown is refused in a sentence")
  func refusals() async throws {
    try await withDatabase { session, _ in
      let shell = try await stocked(Shell(session))
      for (line, code, sentence) in [
        (
          "demand show --item soap --location leeds", ExitCode.data,
          "item 'soap' has neither demand nor stock at location 'leeds'"
        ),
        (
          "demand show --item oats --location leeds --version 9", .data,
          "there is no dataset version 9 yet: the newest is 5"
        ),
        (
          "demand show --item oats --location leeds --from 2024-06-02 --to 2024-06-01", .usage,
          "the days end on 2024-06-01, before they begin on 2024-06-02"
        ),
        ("demand history --item oats --location leeds", .usage, "--day is missing"),
        ("demand", .usage, "'demand' needs one more word: demand show"),
      ] {
        let answer = try await shell.run(line)
        #expect(answer.code == code && answer.output.isEmpty, "\(line)")
        #expect(answer.complaint.contains(sentence), "\(answer.complaint)")
      }
    }
  }

  /// Five batches: locations, items, demand twice, stock. Leeds rests on Sundays.
  private func stocked(_ shell: Shell) async throws -> Shell {
    try shell.write("locations.csv", "location,region,closed_weekdays\nleeds,north,sunday\n")
    try shell.write("items.csv", "item\noats\nrye\n")
    let header = "item,location,day,quantity,revision\n"
    try shell.write(
      "first.csv", header + "oats,leeds,2024-06-01,10,1\noats,leeds,2024-06-04,2.5,1\n")
    try shell.write(
      "second.csv",
      header + "oats,leeds,2024-06-01,12,2\n"
        + (1...120).map { "rye,leeds,2024-0\(2 + $0 / 30)-\(10 + $0 % 18),1,2\n" }.joined()
        + "oats,leeds,2024-06-06,many,2\n")
    try shell.write(
      "stock.csv",
      "item,location,as_of,on_hand\noats,leeds,2024-06-03,0\noats,leeds,2024-06-05T12:00:00Z,4\n")
    for line in [
      "migrate", "sync locations @locations.csv", "sync items @items.csv",
      "sync demand @first.csv --key first",
      "sync demand @second.csv --key second --complete-through 2024-06-07",
      "sync stock @stock.csv",
    ] {
      let answer = try await shell.run(line)
      #expect(answer.code == .success, "\(line): \(answer.complaint)")
    }
    return shell
  }
}

import Service
import TestKit
import Testing

@testable import quartermaster

@Suite("Working off quarantine, by the command line")
struct QuarantineScenarioTests {
  @Test("rows that were set aside are listed, shown, fixed, discarded, and come in by themselves")
  func workedOff() async throws {
    try await withDatabase { session, _ in
      let shell = try await Shell(session)
      try shell.write("locations.csv", "location,region\nleeds,north\n")
      try shell.write("items.csv", "item\noats\n")
      try shell.write("tea.csv", "item\ntea\n")
      try shell.write(
        "sales.csv",
        "item,location,day,quantity\noats,leeds,2024-06-01,3\noats,leeds,2024-06-02,x\n"
          + "oats,leeds,2024-06-31,5\ntea,leeds,2024-06-01,4\n")
      for line in ["migrate", "sync locations @locations.csv", "sync items @items.csv"] {
        #expect(try await shell.run(line).code == .success)
      }
      let sent = try await shell.run("sync demand @sales.csv")
      #expect(
        sent.output.contains("'quartermaster quarantine list --batch 3' lists them"),
        "\(sent.output)")
      let list = try await shell.run("quarantine list --batch 3")
      #expect(
        list.output == """
          3 rows wait: 1 invalid_day, 1 invalid_quantity, 1 unknown_item

          row  batch  source  code              reason
            1      3  file    invalid_quantity  line 3: quantity 'x' is not a decimal number
            2      3  file    invalid_day       line 4: day '2024-06-31' is not a date of the form \
          YYYY-MM-DD
            3      3  file    unknown_item      line 5: item 'tea' is not known

          """, "\(list.output)")
      let shown = try await shell.run("quarantine show 1")
      #expect(shown.output.hasPrefix("row 1 waits\n"))
      #expect(shown.output.contains("  columns   item,location,day,quantity\n"))
      #expect(shown.output.contains("  row       oats,leeds,2024-06-02,x\n"))

      let fixed = try await shell.run("quarantine fix 1 --row oats,leeds,2024-06-02,7")
      #expect(
        fixed.output == "1 row settled: applied 1, duplicate 0, stale 0\nbatch 4\n",
        "\(fixed.output)")
      let wrong = try await shell.run("quarantine fix 2 --row oats,leeds,2024-06-30,-1")
      #expect(
        wrong.output == """
          1 row set aside again:
            row 2: line 4: quantity '-1' is negative [invalid_quantity]

          """, "\(wrong.output)")
      let discarded = try await shell.run("quarantine discard 2 --reason 'no such day'")
      #expect(discarded.output == "1 row discarded; their bytes are kept\n")
      let again = try await shell.run("quarantine fix 2 --row oats,leeds,2024-06-30,1")
      #expect(again.code == .data)
      #expect(again.complaint.contains("row 2 was discarded before, by batch"))
      let tea = try await shell.run("sync items @tea.csv")
      #expect(tea.output.hasSuffix("1 row that had waited came in, too\n"), "\(tea.output)")
      #expect(try await shell.run("quarantine list").output == "no row waits\n")
      #expect(
        try await shell.run("quarantine replay --all").output == "no such row waits\n")
      #expect(
        try await shell.run("quarantine show 99").complaint
          == "quartermaster: there is no row 99 in quarantine\n")
    }
  }

  @Test(
    "a command that does not say which rows is refused",
    arguments: [
      ("quarantine replay", "ROW, an option that says which rows, or --all is missing"),
      ("quarantine discard --reason x", "ROW, or an option that says which rows is missing"),
      ("quarantine fix 1", "--row is missing"), ("quarantine discard 1", "--reason is missing"),
      ("quarantine replay --confirm --all", "--confirm"),
      ("quarantine show x", "ROW"), ("quarantine list 7", "7"),
    ])
  func refused(line: String, words: String) throws {
    #expect(try #require(refusal(line)).contains(words), "\(refusal(line) ?? "")")
  }
}

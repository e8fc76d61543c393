/// A row that cannot stand, between two that can.
struct BadRowSample: Sendable {
  let kind: String
  let type: String
  /// Lines before the good rows: the header, if there is one.
  let header: [String]
  let good: [String]
  let bad: [UInt8]
  /// Under which it must wait.
  let code: String

  /// The body of a push; `DAY` becomes a day of its own.
  func body(day: String) -> [UInt8] {
    let lines = header + [good[0]]
    let before = lines.joined(separator: "\n").replacing("DAY", with: day) + "\n"
    let after = "\n" + good[1].replacing("DAY", with: day) + "\n"
    return Array(before.utf8) + badLine(day: day) + Array(after.utf8)
  }

  func badLine(day: String) -> [UInt8] {
    guard let text = String(validating: bad, as: UTF8.self) else { return bad }
    return Array(text.replacing("DAY", with: day).utf8)
  }
}

extension BadRowSample {
  static let all = csv + ndjson + others

  private static func demand(_ bad: String, _ code: String) -> BadRowSample {
    demand(Array(bad.utf8), code)
  }

  private static func demand(_ bad: [UInt8], _ code: String) -> BadRowSample {
    BadRowSample(
      kind: "demand", type: "text/csv", header: ["item,location,day,quantity,revision"],
      good: ["oats,leeds,DAY,1,1", "oats,bath,DAY,2,1"], bad: bad, code: code)
  }

  private static let csv = [
    demand("oats,leeds,2024-02-01,1", "malformed_row"),
    demand("oats,leeds,2024-02-01,1,1,1", "malformed_row"),
    demand("\"oats\"x,leeds,2024-02-01,1,1", "malformed_row"),
    demand("oats;leeds;2024-02-01;1;1", "malformed_row"),
    demand("oats,leeds,2024-02-01," + String(repeating: "1", count: 1 << 20), "malformed_row"),
    demand(Array("oats,le".utf8) + [0xE9] + Array("ds,2024-02-01,1,1".utf8), "invalid_encoding"),
    demand(
      Array("oats,l".utf8) + [0xC0, 0x80] + Array(",2024-02-01,1,1".utf8), "invalid_encoding"),
    demand(",leeds,2024-02-01,1,1", "missing_value"),
    demand("oats,,2024-02-01,1,1", "missing_value"),
    demand("oats,leeds,,1,1", "missing_value"),
    demand("oats,leeds,2024-02-01,,1", "missing_value"),
    demand(String(repeating: "o", count: 129) + ",leeds,2024-02-01,1,1", "invalid_code"),
    demand("oa\u{7}ts,leeds,2024-02-01,1,1", "invalid_code"),
    demand("oats,leeds,01.02.2024,1,1", "invalid_day"),
    demand("oats,leeds,2024-02-30,1,1", "invalid_day"),
    demand("oats,leeds,1899-12-31,1,1", "invalid_day"),
    demand("oats,leeds,2199-12-31,1,1", "future_day"),
    demand("oats,leeds,2024-02-01,many,1", "invalid_quantity"),
    demand("oats,leeds,2024-02-01,-1,1", "invalid_quantity"),
    demand("oats,leeds,2024-02-01,1000000001,1", "invalid_quantity"),
    demand("oats,leeds,2024-02-01,0x10,1", "invalid_quantity"),
    demand("oats,leeds,2024-02-01,nan,1", "invalid_quantity"),
    demand("oats,leeds,2024-02-01,\"1,5\",1", "invalid_quantity"),
    demand("oats,leeds,2024-02-01,1,first", "invalid_revision"),
    demand("beer,leeds,2024-02-01,1,1", "unknown_item"),
    demand("oats,rome,2024-02-01,1,1", "unknown_location"),
    demand("oats,leeds,DAY,99,1", "conflicting_duplicate"),
  ]

  private static func object(_ bad: String, _ code: String) -> BadRowSample {
    let good = ["leeds", "bath"].map {
      "{\"item\":\"rye\",\"location\":\"\($0)\",\"day\":\"DAY\",\"quantity\":1}"
    }
    return BadRowSample(
      kind: "demand", type: "application/x-ndjson", header: [], good: good, bad: Array(bad.utf8),
      code: code)
  }

  private static let ndjson = [
    object("rye", "malformed_row"),
    object("[1]", "malformed_row"),
    object(#"{"item":"rye","location":"leeds""#, "malformed_row"),
    object(#"{"item":{"code":"rye"},"location":"leeds"}"#, "malformed_row"),
    object(#"{"item":"rye","item":"oats"}"#, "malformed_row"),
    object(#"{"item":"rye","itm":"oats"}"#, "malformed_row"),
    object(
      #"{"item":"\ud800","location":"leeds","day":"2024-02-01","quantity":1}"#, "malformed_row"),
    object(#"{"item":"rye","location":"leeds","day":20240201,"quantity":1}"#, "invalid_day"),
    object(
      #"{"item":"rye","location":"leeds","day":"2024-02-01","quantity":true}"#,
      "invalid_quantity"),
    object(#"{"item":"rye","location":"leeds","quantity":1}"#, "missing_value"),
  ]

  private static func other(
    _ kind: String, _ header: String, _ good: [String], _ bad: String, _ code: String
  ) -> BadRowSample {
    BadRowSample(
      kind: kind, type: "text/csv", header: [header], good: good, bad: Array(bad.utf8), code: code)
  }

  private static let others = [
    other("items", "item,pack_size", ["a1,6", "a2,6"], "a3,0.5", "invalid_number"),
    other("items", "item,name", ["b1,B", "b2,B"], "b3,B\u{1}", "invalid_text"),
    other(
      "items", "item,launched,ended", ["c1,2024-01-01,", "c2,,"], "c3,2024-01-02,2024-01-01",
      "invalid_day"),
    other(
      "locations", "location,region,freshness", ["d1,n,P1D", "d2,n,PT6H"], "d3,n,soon",
      "invalid_duration"),
    other(
      "locations", "location,region,time_zone", ["e1,n,Europe/Berlin", "e2,n,"], "e3,n,Mars/Base",
      "invalid_time_zone"),
    other(
      "calendar", "day,name,kind", ["DAY,fair,event", "DAY,pay,payday"], "DAY,rain,weather",
      "invalid_kind"),
    other(
      "prices", "item,from,price,promotion", ["oats,DAY,2.5,true", "rye,DAY,2,0"],
      "soap,DAY,1,maybe", "invalid_flag"),
    other(
      "stock", "item,location,as_of,on_hand", ["oats,leeds,DAY,4", "rye,bath,DAYT08:00:00Z,1"],
      "soap,bath,noon,1", "invalid_time"),
    other(
      "terms", "item,service_level", ["oats,0.9", "rye,0.95"], "soap,0.4", "invalid_number"),
  ]
}

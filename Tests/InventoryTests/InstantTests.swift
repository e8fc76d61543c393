import Inventory
import Testing

@Suite("Instant and Revision")
struct InstantTests {
  @Test(
    "RFC 3339 times are read with their offset and fraction",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("1970-01-01T01:00:00+01:00", 0),
      ("1969-12-31T23:59:59.5Z", -500_000),
      ("2016-04-24T06:30:00.000001-05:00", 1_461_497_400_000_001),
    ])
  func reads(text: String, microseconds: Int64) {
    #expect(Instant(text)?.microseconds == microseconds)
  }

  @Test(
    "times without a zone, with impossible parts or with a tail are refused",
    arguments: [
      "2016-04-24", "2016-04-24T06:30:00", "2016-04-24T24:00:00Z", "2016-04-24T06:60:00Z",
      "2016-04-24T06:30:00Zx", "2016-04-24T06:30:00+1:00", "2016-04-24T06:30:00.1234567Z",
      "2016-02-30T00:00:00Z", "2016-04-24T06:30:00.Z",
    ])
  func refuses(text: String) {
    #expect(Instant(text) == nil)
  }

  @Test("an instant reads its own description again", arguments: [0, -1, 1, 1_461_497_400_000_001])
  func roundTrip(microseconds: Int64) {
    let instant = Instant(microseconds: microseconds)
    #expect(Instant(instant.description) == instant)
  }

  @Test("a revision is an integer or a time, and says which")
  func revisions() {
    #expect(Revision("17") == .number(17))
    #expect(Revision("17")?.kind == .number)
    #expect(Revision("1970-01-01T00:00:01Z")?.order == 1_000_000)
    #expect(Revision("1970-01-01T00:00:01Z")?.kind == .time)
    #expect(Revision("1.5") == nil)
    #expect(Revision("") == nil)
  }
}

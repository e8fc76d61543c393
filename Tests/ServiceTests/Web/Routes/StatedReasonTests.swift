import Testing

@testable import Service

struct StatedReasonTests {
  @Test("a reason is up to 1,000 letters of any script")
  func stated() throws {
    for reason in ["x", "Grüße, 東京", String(repeating: "é", count: 1_000)] {
      #expect(try reason.statedReason == reason)
    }
  }

  @Test(
    "what a database or a table cannot hold is refused",
    arguments: ["", "a\u{0}b", "two\nlines", "\u{8e}", String(repeating: "x", count: 1_001)])
  func refused(_ reason: String) {
    #expect(throws: WebRefusal.self) { try reason.statedReason }
  }
}

import Testing

@testable import Service

@Suite("Forms of numbers")
struct NumberFormTests {
  private func read(
    _ text: String, _ point: NumberForm.Point, _ thousands: NumberForm.Thousands? = nil
  ) -> Double? {
    NumberForm(point: point, thousands: thousands).flatMap { form in
      Array(text.utf8).withUnsafeBytes { form.read($0) }
    }
  }

  @Test(
    "a comma stands before the fraction",
    arguments: [("1,5", 1.5), ("-0,25", -0.25), ("12", 12), (",5", 0.5), ("1,5e3", 1500)])
  func commas(text: String, value: Double) { #expect(read(text, .comma) == value) }

  @Test(
    "thousands stand apart by the sign that is told",
    arguments: [
      ("1.234,5", NumberForm.Thousands.point, 1234.5), ("1.234.567", .point, 1_234_567),
      ("-12.345,01", .point, -12_345.01), ("1234,5", .point, 1234.5), ("1.234", .point, 1234),
      ("1 234,5", .space, 1234.5), ("1\u{A0}234,5", .space, 1234.5),
      ("1\u{202F}234", .space, 1234), ("1'234,5", .apostrophe, 1234.5),
    ])
  func groups(text: String, thousands: NumberForm.Thousands, value: Double) {
    #expect(read(text, .comma, thousands) == value)
  }

  @Test(
    "what might be two numbers is none",
    arguments: [
      "1.5", "1.23", "1.2345", "12.34,5", "1234.567", ".123", "1..234", "1.234.", "1.234,5.6",
      "1,234,5", "1,2.345", "", ",", "-", "1.", "--1", "1 234", "0x1", "1.234e5,1",
    ])
  func ambiguous(text: String) { #expect(read(text, .comma, .point) == nil) }

  @Test("without a sign between thousands, a point is none")
  func pointless() {
    #expect(read("1.234", .comma) == nil)
    #expect(read("1.5", .comma) == nil)
    #expect(read("1,234.5", .point, .comma) == 1234.5)
  }

  @Test("one sign cannot be both, and a number of a thousand digits is none")
  func bounds() {
    #expect(NumberForm(point: .comma, thousands: .comma) == nil)
    #expect(read(String(repeating: "1", count: 1_000), .comma) == nil)
  }
}

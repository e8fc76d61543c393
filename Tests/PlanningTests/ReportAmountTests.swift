import Testing

@testable import Planning

@Suite("Amounts")
struct ReportAmountTests {
  @Test(
    "an amount is written with no more digits than it needs",
    arguments: [
      (12.0, "12"), (12.5, "12.5"), (0.125, "0.125"), (-0.05, "-0.05"), (0, "0"),
      (1e9, "1000000000"), (0.0004, "0"), (0.0005, "0.001"), (-0.0004, "0"),
    ])
  func description(value: Double, text: String) { #expect(Amount(value).description == text) }

  @Test("sums are exact where sums of doubles are not")
  func exactSums() {
    let tenths = Array(repeating: Amount(0.1), count: 10)
    #expect(tenths.reduce(.zero, +) == Amount(1))
  }

  @Test("rounding goes to the nearest, halves away from zero")
  func rounding() {
    #expect(Amount(2.345).rounded(toDecimals: 2) == Amount(2.35))
    #expect(Amount(-2.5).rounded(toDecimals: 0) == Amount(-3))
    #expect(Amount(2.345).rounded(toDecimals: 3) == Amount(2.345))
  }

  @Test("what no amount can be stays within the limits")
  func limits() {
    #expect(Amount(.nan) == .zero)
    #expect(Amount(.infinity).thousandths == 9_000_000_000_000_000)
    #expect(Amount(-1e300).thousandths == -9_000_000_000_000_000)
  }
}

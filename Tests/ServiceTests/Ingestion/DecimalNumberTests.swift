import TestKit
import Testing

@testable import Service

@Suite("Decimal numbers")
struct DecimalNumberTests {
  @Test(
    "decimal numbers in every form data holds",
    arguments: [
      ("12", 12.0), ("12.5", 12.5), ("-3", -3), ("1e3", 1000), ("1E-2", 0.01), ("0", 0),
      (".5", 0.5), ("5.", 5), ("007", 7), ("2.5e+1", 25), ("123456789012345", 123_456_789_012_345),
      ("0.1", 0.1), ("9007199254740993", 9_007_199_254_740_992), ("1e22", 1e22), ("1e23", 1e23),
      ("1e999", .infinity), ("1e-999", 0), ("0.000000000000000000000000000001", 1e-30),
    ])
  func accepted(text: String, value: Double) {
    #expect(read(text) == value)
  }

  @Test(
    "what is no decimal number is refused",
    arguments: [
      "", "-", ".", "-.", "e3", "1e", "1e+", "1,5", "1 000", " 1", "1 ", "NaN", "nan", "inf",
      "Infinity", "0x1F", "1_000", "+1", "1.2.3", "--1", "1e1.5", "12abc", "١",
    ])
  func refused(text: String) {
    #expect(read(text) == nil)
  }

  @Test("zero has no sign", arguments: ["-0", "-0.000", "-0e5", "-1e-999", "-.0"])
  func unsignedZero(text: String) {
    #expect(read(text)?.bitPattern == 0)
  }

  @Test("the fast way and the standard library agree to the last bit, but for the sign of zero")
  func againstDouble() {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<200_000 {
      let text = randomNumber(&random)
      let expected = Double(text).map { $0 == 0 ? 0 : $0 }
      #expect(read(text)?.bitPattern == expected?.bitPattern, "\(text)")
    }
  }
}

private func read(_ text: String) -> Double? {
  Array(text.utf8).withUnsafeBytes { DecimalNumber.read($0) }
}

private func randomNumber(_ random: inout SeededGenerator) -> String {
  var text = random.next() % 4 == 0 ? "-" : ""
  for _ in 0...random.next() % 18 { text += String(random.next() % 10) }
  if random.next() % 2 == 0 {
    text += "."
    for _ in 0...random.next() % 6 { text += String(random.next() % 10) }
  }
  if random.next() % 4 == 0 { text += "e" + String(Int(random.next() % 60) - 30) }
  return text
}

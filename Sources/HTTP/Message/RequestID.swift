/// The name of a request in logs and answers.
enum RequestID {
  static let header = "X-Request-Id"

  /// The client's own name where it is 1 to 64 letters, digits, dots, hyphens and underlines, so
  /// that it can be searched for and can forge no line of a log; otherwise 16 random hexadecimal
  /// digits.
  static func of(_ headers: Headers) -> String {
    if let given = headers[header], isSane(given) { return given }
    return made()
  }

  static func made() -> String {
    var generator = SystemRandomNumberGenerator()
    let digits = String(generator.next(), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private static func isSane(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { ASCII.isLetter($0) || ASCII.isDigit($0) || ".-_".utf8.contains($0) }
  }
}

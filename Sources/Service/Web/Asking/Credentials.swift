import HTTP

// Where a request shows who asks.

extension Headers {
  /// The key of `Authorization: Bearer KEY` (RFC 6750, section 2.1); nil without one, or with two.
  var bearerToken: String? {
    let values = values(of: "Authorization")
    guard values.count == 1, let value = values.first else { return nil }
    let words = value.split(separator: " ")
    guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
    return String(words[1])
  }

  /// The value of a cookie (RFC 6265, section 5.4); the first one where a name comes twice.
  func cookie(_ name: String) -> String? {
    for pair in values(of: "Cookie").flatMap({ $0.split(separator: ";") }) {
      guard let equals = pair.firstIndex(of: "=") else { continue }
      if pair[..<equals].drop(while: { $0 == " " }) == name {
        return String(pair[pair.index(after: equals)...])
      }
    }
    return nil
  }
}

internal import HTTP

extension Schema {
  /// Why somebody does what readers will see.
  static let statedReason = text(
    minimumLength: 1, maximumLength: 1_000, pattern: "^[^\\u0000-\\u001f\\u007f-\\u009f]*$")
}

extension String {
  /// A reason that is one: what the schema says.
  var statedReason: String {
    get throws(WebRefusal) {
      guard (1...1_000).contains(unicodeScalars.count),
        unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
      else {
        throw .bodyMalformed("'reason' is 1 to 1,000 letters without control characters")
      }
      return self
    }
  }
}

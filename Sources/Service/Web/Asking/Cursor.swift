/// Where the next page of a list begins: the key of the last row that was shown, in a form that
/// clients hand back and do not read.
///
/// It is a place in the order, not a count: rows that come or go meanwhile neither repeat nor skip
/// others. It opens nothing: whoever makes one up asks for a place he may ask for anyway.
struct Cursor: Hashable, Sendable {
  /// How every cursor begins in base64url: `c1` and the first separator are three bytes.
  static let pattern = "^YzEf[A-Za-z0-9_-]*$"

  /// The key's columns.
  let parts: [String]

  init(_ parts: [String]) { self.parts = parts }

  /// Reads a cursor's text; nil for what is none.
  init?(_ text: String) {
    guard let bytes = Base64URL.bytes(text), let plain = String(validating: bytes, as: UTF8.self)
    else { return nil }
    // The unit separator occurs in no code, day or number.
    let parts = plain.split(separator: "\u{1F}", omittingEmptySubsequences: false).map(String.init)
    guard parts.count > 1, parts.first == "c1" else { return nil }
    self.parts = Array(parts.dropFirst())
  }

  var text: String { Base64URL.text((["c1"] + parts).joined(separator: "\u{1F}").utf8) }

  /// The parts, as many as the list's key has.
  func parts(_ count: Int) throws(WebRefusal) -> [String] {
    guard parts.count == count else { throw invalid }
    return parts
  }

  /// What is wrong with a cursor whose parts cannot be read: it belongs to another list.
  var invalid: WebRefusal {
    .parameters([
      .init(
        name: "cursor", place: .query,
        kind: .invalid(value: text, expected: "the 'next' of this list's page before"))
    ])
  }
}

/// One page of a list.
struct Page<Row: Encodable & Sendable>: Encodable, Sendable {
  let items: [Row]
  /// Where the next page begins; null on the last one.
  let next: String?

  /// - Parameters:
  ///   - rows: one more than fits the page, where there is one more.
  ///   - key: the columns that the list is ordered by.
  init(_ rows: [Row], limit: Int, key: (Row) -> [String]) {
    items = Array(rows.prefix(limit))
    next = rows.count > limit ? items.last.map { Cursor(key($0)).text } : nil
  }

  private enum CodingKeys: CodingKey { case items, next }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(items, forKey: .items)
    // Said even when there is none: clients look for it.
    try container.encode(next, forKey: .next)
  }
}

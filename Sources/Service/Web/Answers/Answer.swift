internal import Foundation
import HTTP

/// Ways to make a `Response`.
enum Answer {
  /// Any encodable value as JSON: keys sorted, so that equal values are equal bytes.
  static func json(_ value: some Encodable, status: Int = 200) throws -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return .json(Array(try encoder.encode(value)), status: status)
  }

  /// JSON as it is given.
  static func document(_ value: JSONValue, status: Int = 200) -> Response {
    .json(Array(value.text.utf8), status: status)
  }

  static func csv(_ text: String) -> Response {
    .content(Array(text.utf8), type: "text/csv; charset=utf-8")
  }
}

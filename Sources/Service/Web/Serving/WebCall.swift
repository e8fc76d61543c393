internal import Foundation
import HTTP

/// A request that passed every check its operation declares, as a handler sees it.
struct WebCall: Sendable {
  let request: Request
  /// Nil for operations that need no key.
  let caller: Caller?
  /// The body with its gzip undone.
  let body: [UInt8]
  let operation: Operation

  var requestID: String { request.id }

  /// The parameter's value, or its fallback where it was not sent.
  func value<Value>(_ parameter: Parameter<Value>) -> Value? {
    WebCall.texts(of: parameter.facts, in: request).first.flatMap(parameter.read)
      ?? parameter.fallback
  }

  /// Every value of a parameter that may come more than once, in order.
  func values<Value>(_ parameter: Parameter<Value>) -> [Value] {
    WebCall.texts(of: parameter.facts, in: request).compactMap(parameter.read)
  }

  /// The value of a parameter that is declared as required, or has a fallback.
  func required<Value>(_ parameter: Parameter<Value>) throws -> Value {
    guard let value = value(parameter) else {
      throw WebRefusal.parameters([
        .init(name: parameter.facts.name, place: parameter.facts.place, kind: .missing)
      ])
    }
    return value
  }

  /// Type and subtype of the body, one that the operation takes.
  var mediaType: String { MediaType.ofContent(request.headers) }

  /// The best of what can be had, as `Accept` says; 406 when it wants none of it.
  func preferred(among offered: [String]) throws(WebRefusal) -> String {
    guard let type = MediaType.preferred(request.headers, among: offered) else {
      throw .notAcceptable(offered: offered)
    }
    return type
  }

  /// The body as JSON of this shape. Members that the operation does not declare are refused: a
  /// misspelt one must not quietly do nothing.
  func json<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let decoder = JSONDecoder()
    do {
      let sent = try decoder.decode(MemberNames.self, from: Data(body)).names
      let known = operation.takes.first { $0.mediaType == mediaType }?.schema.propertyNames
      if let known, let unknown = sent.sorted().first(where: { !known.contains($0) }) {
        throw WebRefusal.memberUnknown(unknown, nearest: NearestName.of(unknown, in: known))
      }
      return try decoder.decode(type, from: Data(body))
    } catch let error as DecodingError {
      throw WebRefusal.bodyMalformed(error.sentence)
    }
  }

  /// The body as the fields of a form.
  func form() throws(WebRefusal) -> [QueryItem] {
    do throws(MalformedRequest) {
      return try [QueryItem](formEncoded: body)
    } catch { throw .bodyMalformed("the body is no form in correct percent encoding") }
  }

  /// The object, if there is one: what the caller may not see must look like what is not there.
  func found<Object>(_ object: Object?, _ what: String) throws(WebRefusal) -> Object {
    guard let object else { throw .objectUnknown(what) }
    return object
  }

  static func texts(of facts: ParameterFacts, in request: Request) -> [String] {
    switch facts.place {
    case .path: request.pathParameters[facts.name].map { [$0] } ?? []
    case .query: request.query.filter { $0.name == facts.name }.map(\.value)
    case .header: request.headers.values(of: facts.name)
    }
  }
}

/// The names of an object's members, whatever their values.
private struct MemberNames: Decodable {
  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  let names: [String]

  init(from decoder: any Decoder) throws {
    names = try decoder.container(keyedBy: Name.self).allKeys.map(\.stringValue)
  }
}

extension DecodingError {
  /// What is wrong with JSON, and where.
  fileprivate var sentence: String {
    switch self {
    case .keyNotFound(let key, let context):
      "the body lacks '\((context.codingPath + [key]).path)'"
    case .typeMismatch(_, let context) where context.codingPath.isEmpty:
      "the body is no JSON object"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "the body's '\(context.codingPath.path)' is of another type than it should be"
    case .dataCorrupted(let context):
      "the body is no JSON"
        + (context.underlyingError.map { ": \(($0 as NSError).reason)" } ?? "")
    @unknown default: "the body cannot be read"
    }
  }
}

extension [any CodingKey] {
  fileprivate var path: String {
    map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
  }
}

extension NSError {
  fileprivate var reason: String {
    (userInfo[NSDebugDescriptionErrorKey] as? String) ?? localizedDescription
  }
}

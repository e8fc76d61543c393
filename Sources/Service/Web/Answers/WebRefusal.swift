import HTTP
internal import Inventory

/// Why the API refuses a request that arrived whole.
enum WebRefusal: Failure, Hashable {
  /// What is wrong with one parameter.
  struct ParameterFault: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
      case unknown(nearest: String?)
      case missing
      case repeated
      /// What it should be, as "a day as 2024-06-30".
      case invalid(value: String, expected: String)
    }

    let name: String
    let place: ParameterPlace
    let kind: Kind
  }

  case parameters([ParameterFault])
  /// No key was shown, or one that is none.
  case keyMissing
  case keyUnknown
  case scopeMissing(needed: String)
  /// What is not there, or is not the caller's to see.
  case objectUnknown(String)
  case mediaTypeUnknown(given: String, taken: [String])
  case encodingUnknown(String)
  case notAcceptable(offered: [String])
  case bodyMissing
  case gzipBroken
  case gzipWithinGzip
  case inflatesTooFar(limitBytes: Int)
  /// The body is not what it should be; the detail says where.
  case bodyMalformed(String)
  case memberUnknown(String, nearest: String?)
  case tooManyAtOnce(limit: Int)

  var code: String {
    switch self {
    case .parameters(let faults): faults.first?.code ?? "invalid-parameter"
    case .keyMissing: "key-missing"
    case .keyUnknown: "key-unknown"
    case .scopeMissing: "scope-missing"
    case .objectUnknown: "unknown-object"
    case .mediaTypeUnknown: "media-type-unknown"
    case .encodingUnknown: "encoding-unknown"
    case .notAcceptable: "not-acceptable"
    case .bodyMissing: "body-missing"
    case .gzipBroken: "corrupt-gzip"
    case .gzipWithinGzip: "gzip-within-gzip"
    case .inflatesTooFar: "body-inflates-too-far"
    case .bodyMalformed: "malformed-body"
    case .memberUnknown: "unknown-member"
    case .tooManyAtOnce: "too-many-at-once"
    }
  }

  var status: Int {
    switch self {
    case .parameters(let faults): faults.contains { $0.place == .path } ? 404 : 400
    case .keyMissing, .keyUnknown: 401
    case .scopeMissing: 403
    case .objectUnknown: 404
    case .notAcceptable: 406
    case .inflatesTooFar: 413
    case .mediaTypeUnknown, .encodingUnknown: 415
    case .bodyMissing, .gzipBroken, .gzipWithinGzip, .bodyMalformed, .memberUnknown: 400
    case .tooManyAtOnce: 429
    }
  }

  var exitCode: ExitCode { .usage }

  var sentence: String {
    switch self {
    case .parameters(let faults): faults.map(\.sentence).joined(separator: "; ")
    case .keyMissing: "this needs a key, as 'Authorization: Bearer KEY'"
    case .keyUnknown: "this key is none, or was revoked"
    case .scopeMissing(let needed): "this needs a key of scope '\(needed)'"
    case .objectUnknown(let what): "there is no \(what), or this key may not see it"
    case .mediaTypeUnknown(let given, let taken):
      (given.isEmpty ? "say what the body is" : "'\(given)' is not taken here")
        + ": Content-Type is one of \(taken.joined(separator: ", "))"
    case .encodingUnknown(let given): "Content-Encoding '\(given)' is not known here; gzip is"
    case .notAcceptable(let offered):
      "none of what Accept names can be had; there is \(offered.joined(separator: ", "))"
    case .bodyMissing: "the request has no body"
    case .gzipBroken: "the body's gzip is damaged or incomplete"
    case .gzipWithinGzip: "the body is gzip within gzip; one layer is taken"
    case .inflatesTooFar(let limit):
      "the body inflates to more than \(limit.grouped) bytes, or to more than"
        + " \(InflatedBody.maximumRatio) times its size; send it in parts"
    case .bodyMalformed(let detail): detail
    case .memberUnknown(let name, let nearest):
      "the body may have no '\(name.prefix(64))'"
        + (nearest.map { "; did you mean '\($0)'?" } ?? "")
    case .tooManyAtOnce(let limit):
      "this key has \(limit) requests at work already; wait for one to end"
    }
  }

  var headers: Headers {
    switch self {
    case .keyMissing, .keyUnknown: ["WWW-Authenticate": "Bearer realm=\"quartermaster\""]
    case .encodingUnknown: ["Accept-Encoding": "gzip"]
    default: [:]
    }
  }

  /// One object per fault, for programs.
  var errors: [JSONValue] {
    guard case .parameters(let faults) = self else { return [] }
    return faults.map {
      [
        "parameter": .string($0.name), "code": .string($0.code), "detail": .string($0.sentence),
      ]
    }
  }
}

extension WebRefusal.ParameterFault {
  var code: String {
    switch kind {
    case .unknown: "unknown-parameter"
    case .missing: "missing-parameter"
    case .repeated: "repeated-parameter"
    case .invalid: "invalid-parameter"
    }
  }

  var sentence: String {
    let what = place == .header ? "header" : "parameter"
    return switch kind {
    case .unknown(let nearest):
      "there is no \(what) '\(name)'" + (nearest.map { "; did you mean '\($0)'?" } ?? "")
    case .missing: "\(what) '\(name)' is missing"
    case .repeated: "\(what) '\(name)' comes more than once"
    case .invalid(let value, let expected):
      "\(what) '\(name)' is '\(value.prefix(64))'; it should be \(expected)"
    }
  }
}

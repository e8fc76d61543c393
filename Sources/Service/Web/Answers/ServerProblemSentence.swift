import HTTP
internal import Inventory

// What the server refuses by itself, in words.

extension ServerProblem {
  var code: String {
    switch self {
    case .malformed: "malformed-request"
    case .unknownPath: "unknown-path"
    case .methodNotAllowed: "method-not-allowed"
    case .headTooSlow, .bodyTooSlow: "request-too-slow"
    case .lengthRequired: "length-required"
    case .bodyTooLarge: "body-too-large"
    case .targetTooLong: "target-too-long"
    case .headTooLarge, .tooManyHeaders: "head-too-large"
    case .expectationUnknown: "expectation-unknown"
    case .versionUnknown: "version-unknown"
    case .busy, .tooManyConnections: "busy"
    case .handlerTooSlow: "answer-too-slow"
    }
  }

  var sentence: String {
    switch self {
    case .malformed(let reason): reason.sentence
    case .unknownPath: "there is nothing at this path; /openapi.json lists what there is"
    case .methodNotAllowed(let allowed):
      "this path takes \(allowed.map(\.name).joined(separator: ", ")) only"
    case .headTooSlow(let seconds):
      "the request's head was not whole after \(seconds.plain) seconds"
    case .bodyTooSlow(let rate):
      "the request's body came slower than \(rate.grouped) bytes a second"
    case .lengthRequired:
      "send the body with a Content-Length: transfer codings are not taken; gzip is, with"
        + " Content-Encoding"
    case .bodyTooLarge(let limit):
      "the body is larger than \(limit.grouped) bytes; send it in parts, or as gzip"
    case .targetTooLong(let limit): "path and query are longer than \(limit.grouped) bytes"
    case .headTooLarge(let limit): "the headers are longer than \(limit.grouped) bytes"
    case .tooManyHeaders(let limit): "there are more than \(limit) headers"
    case .expectationUnknown: "the only expectation that can be met is 100-continue"
    case .versionUnknown: "HTTP/1.1 and HTTP/1.0 are spoken here"
    case .busy: "too much is being worked on; try again soon"
    case .tooManyConnections: "too many connections are open; try again soon"
    case .handlerTooSlow(let seconds):
      "no answer was found within \(seconds.plain) seconds; what was being stored may be stored"
        + ", and sending it again with the same key stores nothing twice"
    }
  }
}

extension MalformedRequest {
  fileprivate var sentence: String {
    switch self {
    case .requestLine: "the first line is not 'METHOD /path HTTP/1.1'"
    case .targetForm: "the target is not a path that begins with a slash"
    case .percentEncoding: "the path or query is not UTF-8 in correct percent encoding"
    case .bareLineEnd: "a line of the head ends with CR or LF alone instead of both"
    case .controlCharacter: "the head has a control character"
    case .headerName: "a header is not 'Name: value'"
    case .foldedLine: "a header goes on in a second line, which HTTP/1.1 no longer allows"
    case .contentLength: "Content-Length is not a plain number"
    case .contentLengthTwice: "Content-Length comes twice"
    case .contentLengthWithTransferEncoding: "Content-Length and Transfer-Encoding come together"
    case .host: "Host is not a name or address"
    case .hostMissing: "Host is missing"
    case .hostTwice: "Host comes twice"
    case .truncated: "the request ended before it was whole"
    }
  }
}

extension Double {
  /// Without a fraction where there is none.
  fileprivate var plain: String {
    self == rounded() && abs(self) < 1e15 ? String(Int(self)) : "\(self)"
  }
}

import HTTP
internal import Postgres

/// A problem document (RFC 9457): what every refusal of the API looks like.
struct Problem: Sendable {
  static let contentType = "application/problem+json"

  let code: String
  let status: Int
  let detail: String
  let retryAfterSeconds: Int?
  /// Each single thing that is wrong, where there are several.
  let errors: [JSONValue]
  let headers: Headers
  /// For the log, when the detail does not say what happened.
  let cause: String?

  /// Of what a handler threw. What is our own fault is named in the log only: its words may hold
  /// what is not the caller's.
  init(_ error: any Error, requestID: String) {
    let report = FailureReport(error)
    let status = (error as? any Failure).map(FailureStatus.of) ?? Problem.status(of: error)
    let isOurs = status == 500
    self.status = status
    code = isOurs ? "internal" : report.code
    detail = Problem.detail(of: error, report, isOurs: isOurs, requestID: requestID)
    cause = status >= 500 ? "\(report.code): \(report.sentence)" : nil
    retryAfterSeconds = FailureStatus.retryAfterSeconds(status)
    let refusal = error as? WebRefusal
    errors = refusal?.errors ?? []
    headers = refusal?.headers ?? [:]
  }

  /// Of what the server refused before any handler saw it; the server adds its own headers.
  init(_ problem: ServerProblem) {
    status = problem.status
    code = problem.code
    detail = problem.sentence
    retryAfterSeconds = problem.retryAfterSeconds
    (errors, headers, cause) = ([], [:], nil)
  }

  /// Where the database stands, and what it says of it, is for the log.
  private static func detail(
    of error: any Error, _ report: FailureReport, isOurs: Bool, requestID: String
  ) -> String {
    if isOurs {
      return "something went wrong inside; the log tells what under request \(requestID)"
    }
    if case PostgresError.connectionFailed = error {
      return "the database cannot be reached; try again soon"
    }
    return report.sentence
  }

  /// A request that was cut off by its deadline, or by the end of the program.
  private static func status(of error: any Error) -> Int { error is CancellationError ? 503 : 500 }

  var response: Response {
    var response = Response.content(
      Array(document.text.utf8), type: Problem.contentType, status: status)
    for field in headers.fields { response.headers.add(field.name, field.value) }
    if let retryAfterSeconds { response.headers["Retry-After"] = String(retryAfterSeconds) }
    response.notes["problem"] = code
    if let cause { response.notes["cause"] = cause }
    return response
  }

  private var document: JSONValue {
    let document: JSONValue = [
      "type": .string("urn:quartermaster:problem:\(code)"), "title": .string(title),
      "status": .integer(status), "detail": .string(detail), "code": .string(code),
    ]
    return errors.isEmpty ? document : document.adding(["errors": .array(errors)])
  }

  /// The code in words: the same for every occurrence, as the standard asks.
  private var title: String {
    let words = code.split(separator: "-").joined(separator: " ")
    return words.prefix(1).uppercased() + String(words.dropFirst())
  }

  static let schema = Schema.object([
    .required("type", .text()), .required("title", .text()),
    .required("status", .integer(100...599)), .required("detail", .text()),
    .required("code", .text()),
    .optional(
      "errors",
      .array(
        of: .object([
          .required("parameter", .text()), .required("code", .text()),
          .required("detail", .text()),
        ]))),
  ])
}

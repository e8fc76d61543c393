/// Answers requests. The server calls it from its own threads and from tasks.
public protocol Responder: Sendable {
  /// Whether a request can be refused by its head alone, before its body is sent; `request.body` is
  /// empty. Called on a thread that serves many connections: must not wait.
  func refusal(of request: Request) -> Response?

  func respond(to request: Request) async -> Response
}

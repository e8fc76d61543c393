/// What every loop of a server needs to know.
struct Configuration: Sendable {
  let limits: Limits
  let responder: any Responder
  let problem: @Sendable (ServerProblem) -> Response
  let observer: @Sendable (Exchange) -> Void
  let load: Load
}

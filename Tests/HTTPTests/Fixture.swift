import HTTP
import Synchronization
import TestKit

/// A server with a few routes, and what was seen of it.
final class Fixture: Sendable {
  private let handledPaths = Mutex<[String]>([])
  private let seen = Mutex<[Exchange]>([])
  /// Opens the route `/held`.
  let gate = Gate()

  /// The paths that handlers were asked for, in order.
  var handled: [String] { handledPaths.withLock { $0 } }
  /// What the observer heard.
  var exchanges: [Exchange] { seen.withLock { $0 } }

  func router() -> Router {
    var router = Router(
      problem: { Fixture.problem($0) },
      failure: { error, _ in .text("failure: \(error)", status: 500) })
    router.on(.get, "/hello") { [self] in record($0, .text("hello")) }
    router.on(.post, "/echo") { [self] in record($0, .content($0.body, type: "text/plain")) }
    router.on(.get, "/canary") { [self] in record($0, .text("canary")) }
    router.on(.get, "/held") { [self] request in
      handledPaths.withLock { $0.append("/held") }
      await gate.wait()
      return .text("released")
    }
    router.on(.get, "/big") { [self] in
      record($0, .content([UInt8](repeating: 97, count: 8 << 20), type: "text/plain"))
    }
    return router
  }

  private func record(_ request: Request, _ response: Response) -> Response {
    handledPaths.withLock { $0.append("/" + request.path.joined(separator: "/")) }
    return response
  }

  func server(_ limits: Limits = Limits(), threads: Int = 1) throws -> Server {
    try Server(
      host: "127.0.0.1", port: 0, limits: limits, threads: threads, responder: router(),
      problem: { Fixture.problem($0) },
      observer: { exchange in self.seen.withLock { $0.append(exchange) } })
  }

  /// Runs a body with a server that is stopped afterwards.
  static func serving<Value>(
    _ limits: Limits = Limits(), threads: Int = 1,
    _ body: (Server, Fixture) async throws -> Value
  ) async throws -> Value {
    let fixture = Fixture()
    let server = try fixture.server(limits, threads: threads)
    do {
      let value = try await body(server, fixture)
      fixture.gate.open()
      await server.stop()
      return value
    } catch {
      fixture.gate.open()
      await server.stop()
      throw error
    }
  }

  static func problem(_ problem: ServerProblem) -> Response {
    .text("problem: \(problem)", status: problem.status)
  }
}

/// Lets nobody through until it is opened, then everybody.
final class Gate: Sendable {
  private struct State {
    var isOpen = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  func open() {
    let waiting = state.withLock { state in
      defer { state.waiting = [] }
      state.isOpen = true
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  func wait() async {
    await withCheckedContinuation { continuation in
      let isOpen = state.withLock { state in
        if !state.isOpen { state.waiting.append(continuation) }
        return state.isOpen
      }
      if isOpen { continuation.resume() }
    }
  }
}

/// Whether a condition that another thread brings about holds within 20 seconds.
func eventually(_ condition: @escaping @Sendable () -> Bool) async throws -> Bool {
  try await blocking { comesTrue(condition) }
}

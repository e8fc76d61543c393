import HTTP
internal import Synchronization

/// The API as one responder: routes, and around each of them what its operation declares.
struct WebResponder: Responder {
  private struct Place: Hashable {
    let method: Method
    let pattern: String
  }

  private let router: Router
  private let routes: [Place: RouteTable.Route]
  private let gatekeeper: any Gatekeeper

  init(_ table: RouteTable, gatekeeper: any Gatekeeper, requestsPerKey: Int) {
    var router = Router(
      problem: { Problem($0).response },
      failure: { error, request in Problem(error, requestID: request.id).response })
    var routes: [Place: RouteTable.Route] = [:]
    let turns = CallerTurns(limit: requestsPerKey)
    for route in table.routes {
      routes[Place(method: route.method, pattern: route.pattern)] = route
      router.on(route.method, route.pattern) { request in
        await WebResponder.perform(route, request, gatekeeper, turns)
      }
    }
    (self.router, self.routes, self.gatekeeper) = (router, routes, gatekeeper)
  }

  /// What the head alone shows to be wrong is said before a large body is sent for nothing.
  func refusal(of request: Request) -> Response? {
    if let refusal = router.refusal(of: request) { return WebResponder.finished(refusal) }
    guard let match = router.match(request),
      let route = routes[Place(method: match.method, pattern: match.pattern)]
    else { return nil }
    var routed = request
    routed.pathParameters = match.pathParameters
    do throws(WebRefusal) {
      if route.operation.access != .open, !gatekeeper.showsKey(request) { throw .keyMissing }
      try RequestChecks.parameters(route.operation, routed)
      try RequestChecks.content(route.operation, routed)
      return nil
    } catch {
      var response = Problem(error, requestID: request.id).response
      response.route = route.pattern
      return WebResponder.finished(response)
    }
  }

  func respond(to request: Request) async -> Response {
    WebResponder.finished(await router.respond(to: request))
  }

  private static func perform(
    _ route: RouteTable.Route, _ request: Request, _ gatekeeper: any Gatekeeper,
    _ turns: CallerTurns
  ) async -> Response {
    var caller: Caller?
    var response: Response
    do {
      caller = try await admitted(request, to: route.operation, gatekeeper)
      try RequestChecks.parameters(route.operation, request)
      try RequestChecks.content(route.operation, request)
      response = try await turns.take(for: caller) {
        let body = route.operation.takes.isEmpty ? [] : try InflatedBody.of(request)
        if !route.operation.takes.isEmpty, request.body.isEmpty { throw WebRefusal.bodyMissing }
        return try await route.handler(
          WebCall(request: request, caller: caller, body: body, operation: route.operation))
      }
    } catch {
      response = Problem(error, requestID: request.id).response
    }
    if let caller { response.notes["key"] = caller.keyID }
    return response
  }

  private static func admitted(
    _ request: Request, to operation: Operation, _ gatekeeper: any Gatekeeper
  ) async throws -> Caller? {
    if operation.access == .open { return nil }
    guard gatekeeper.showsKey(request) else { throw WebRefusal.keyMissing }
    guard let caller = try await gatekeeper.caller(of: request) else {
      throw WebRefusal.keyUnknown
    }
    try RequestChecks.scope(operation, caller)
    return caller
  }

  /// What holds for every answer unless its maker says otherwise: browsers neither guess types nor
  /// keep what a key opened.
  private static func finished(_ response: Response) -> Response {
    var response = response
    for (name, value) in [("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store")]
    where response.headers[name] == nil {
      response.headers.add(name, value)
    }
    return response
  }
}

/// How many requests of one key are at work, so that one client cannot take every place.
private final class CallerTurns: Sendable {
  private let limit: Int
  private let atWork = Mutex<[String: Int]>([:])

  init(limit: Int) { self.limit = limit }

  func take(
    for caller: Caller?, _ work: () async throws -> Response
  ) async throws -> Response {
    guard let key = caller?.keyID else { return try await work() }
    let isFree = atWork.withLock { atWork in
      guard atWork[key, default: 0] < limit else { return false }
      atWork[key, default: 0] += 1
      return true
    }
    guard isFree else { throw WebRefusal.tooManyAtOnce(limit: limit) }
    defer {
      atWork.withLock { atWork in
        atWork[key, default: 1] -= 1
        if atWork[key] == 0 { atWork[key] = nil }
      }
    }
    return try await work()
  }
}

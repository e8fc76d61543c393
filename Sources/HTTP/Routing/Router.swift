/// From method and path to a handler.
///
/// Patterns are paths whose segments may be `{name}`, which matches any one segment that is not
/// empty; a literal segment goes before a named one. GET answers HEAD as well, and OPTIONS is
/// answered with the methods that a path has.
public struct Router: Responder {
  public typealias Handler = @Sendable (Request) async throws -> Response

  private enum Segment: Hashable {
    case literal(String)
    case named(String)
  }

  private struct Path {
    let pattern: String
    let segments: [Segment]
    var handlers: [Method: Handler]
  }

  private var paths: [Path] = []
  private let problem: @Sendable (ServerProblem) -> Response
  private let failure: @Sendable (any Error, Request) -> Response

  /// - Parameters:
  ///   - problem: renders what the router itself refuses: unknown paths and methods.
  ///   - failure: renders what a handler throws.
  public init(
    problem: @escaping @Sendable (ServerProblem) -> Response,
    failure: @escaping @Sendable (any Error, Request) -> Response
  ) {
    self.problem = problem
    self.failure = failure
  }

  /// Gives a method of a path its handler. The same one twice is a mistake of the program, as are
  /// patterns that differ in names only.
  public mutating func on(_ method: Method, _ pattern: String, _ handler: @escaping Handler) {
    let segments = Router.segments(pattern)
    let place =
      paths.firstIndex { $0.segments == segments }
      ?? {
        paths.append(Path(pattern: pattern, segments: segments, handlers: [:]))
        return paths.endIndex - 1
      }()
    precondition(paths[place].handlers[method] == nil, "\(method) \(pattern) has a handler already")
    paths[place].handlers[method] = handler
  }

  /// Every method and pattern, in the order they were given.
  public var routes: [(method: Method, pattern: String)] {
    paths.flatMap { path in path.handlers.keys.sorted().map { ($0, path.pattern) } }
  }

  /// The route that would answer, with what stands in its places; nil where the router itself
  /// answers or refuses.
  public func match(_ request: Request) -> RouteMatch? {
    guard let path = path(for: request.path) else { return nil }
    let method =
      path.handlers[request.method] == nil && request.method == .head ? .get : request.method
    guard path.handlers[method] != nil else { return nil }
    return RouteMatch(
      method: method, pattern: path.pattern,
      pathParameters: Router.parameters(path.segments, request.path))
  }

  public func refusal(of request: Request) -> Response? {
    switch find(request) {
    case .refused(let response): response
    case .handler, .options: nil
    }
  }

  public func respond(to request: Request) async -> Response {
    switch find(request) {
    case .refused(let response): return response
    case .options(let response): return response
    case .handler(let handler, let path):
      var routed = request
      routed.route = path.pattern
      routed.pathParameters = Router.parameters(path.segments, request.path)
      var response: Response
      do { response = try await handler(routed) } catch { response = failure(error, routed) }
      response.route = path.pattern
      return response
    }
  }

  private enum Finding {
    case handler(Handler, Path)
    case options(Response)
    case refused(Response)
  }

  private func find(_ request: Request) -> Finding {
    if request.path == ["*"] { return .options(.empty(headers: ["Allow": everyMethod])) }
    guard let path = path(for: request.path) else { return .refused(rendered(.unknownPath)) }
    if let handler = path.handlers[request.method] { return .handler(handler, path) }
    if request.method == .head, let handler = path.handlers[.get] { return .handler(handler, path) }
    let allowed = Router.allowed(path)
    if request.method == .options {
      var response = Response.empty(headers: ["Allow": Router.listed(allowed)])
      response.route = path.pattern
      return .options(response)
    }
    var response = rendered(.methodNotAllowed(allowed: allowed))
    response.route = path.pattern
    return .refused(response)
  }

  private func rendered(_ problem: ServerProblem) -> Response {
    self.problem(problem).adding(problem.headers)
  }

  /// The path whose first differing segment is literal wins.
  private func path(for segments: [String]) -> Path? {
    paths.filter { Router.matches($0.segments, segments) }
      .max { left, right in
        zip(left.segments, right.segments).first { $0.0 != $0.1 }
          .map { pair in if case .named = pair.0 { true } else { false } } ?? false
      }
  }

  private var everyMethod: String {
    Router.listed(Set(paths.flatMap(Router.allowed)).sorted())
  }

  private static func allowed(_ path: Path) -> [Method] {
    var methods = Set(path.handlers.keys).union([.options])
    if methods.contains(.get) { methods.insert(.head) }
    return methods.sorted()
  }

  private static func listed(_ methods: [Method]) -> String {
    methods.map(\.name).joined(separator: ", ")
  }

  private static func segments(_ pattern: String) -> [Segment] {
    precondition(pattern.hasPrefix("/"), "a pattern begins with a slash")
    return pattern.dropFirst().split(separator: "/").map { segment in
      segment.hasPrefix("{") && segment.hasSuffix("}")
        ? .named(String(segment.dropFirst().dropLast())) : .literal(String(segment))
    }
  }

  private static func matches(_ pattern: [Segment], _ path: [String]) -> Bool {
    pattern.count == path.count
      && zip(pattern, path).allSatisfy { segment, given in
        switch segment {
        case .literal(let text): text == given
        case .named: !given.isEmpty
        }
      }
  }

  private static func parameters(_ pattern: [Segment], _ path: [String]) -> [String: String] {
    var parameters: [String: String] = [:]
    for case (.named(let name), let given) in zip(pattern, path) { parameters[name] = given }
    return parameters
  }
}

/// Which route a request belongs to.
public struct RouteMatch: Hashable, Sendable {
  /// The handler's: GET where HEAD was asked.
  public let method: Method
  public let pattern: String
  public let pathParameters: [String: String]
}

extension Response {
  /// With headers that its maker left out.
  func adding(_ more: Headers) -> Response {
    var response = self
    for field in more.fields where response.headers[field.name] == nil {
      response.headers.add(field.name, field.value)
    }
    return response
  }
}

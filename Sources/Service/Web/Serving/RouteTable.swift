import HTTP

/// Routes that belong together, as those of runs or of reports.
protocol RouteGroup: Sendable {
  func add(to routes: inout RouteTable)
}

/// All routes of the API: each with its operation, which describes and checks it, and its handler.
struct RouteTable: Sendable {
  typealias Handler = @Sendable (WebCall) async throws -> Response

  struct Route: Sendable {
    let method: Method
    let pattern: String
    let operation: Operation
    let handler: Handler
  }

  private(set) var routes: [Route] = []

  mutating func on(
    _ method: Method, _ pattern: String, _ operation: Operation, handler: @escaping Handler
  ) {
    let named = Set(
      pattern.split(separator: "/").filter { $0.hasPrefix("{") }.map { $0.dropFirst().dropLast() })
    let declared = operation.parameters.filter { $0.place == .path }.map { Substring($0.name) }
    precondition(named == Set(declared), "\(method) \(pattern) declares other places than it has")
    precondition(
      !routes.contains { $0.operation.id == operation.id }, "two operations \(operation.id)")
    routes.append(
      Route(method: method, pattern: pattern, operation: operation, handler: handler))
  }

  mutating func add(_ groups: [any RouteGroup]) {
    for group in groups { group.add(to: &self) }
  }
}

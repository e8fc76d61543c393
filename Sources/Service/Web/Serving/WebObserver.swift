import HTTP

/// Tells log and metrics of every exchange.
struct WebObserver: Sendable {
  private static let latencyBounds = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
  ]
  private static let methods: Set<Method> = [
    .get, .head, .post, .put, .patch, .delete, .options,
  ]

  private let log: Log
  private let requests: Metrics.Counter
  private let seconds: Metrics.Histogram
  private let receivedBytes: Metrics.Counter
  private let sentBytes: Metrics.Counter

  init(log: Log, metrics: Metrics) {
    self.log = log
    requests = metrics.counter(
      "quartermaster_http_requests_total", "Requests by route, method and status.",
      labels: ["route", "method", "status"])
    seconds = metrics.histogram(
      "quartermaster_http_request_seconds",
      "From the first byte of a request to the last of its answer.", labels: ["route"],
      bounds: WebObserver.latencyBounds)
    receivedBytes = metrics.counter(
      "quartermaster_http_request_body_bytes_total", "Bytes of bodies as they were sent.",
      labels: ["route"])
    sentBytes = metrics.counter(
      "quartermaster_http_response_bytes_total", "Bytes of answers, heads included.",
      labels: ["route"])
  }

  func hear(_ exchange: Exchange) {
    // What has no route could have any path, and metrics must not grow with what clients make up.
    let route = exchange.route ?? "none"
    let method = exchange.method.map { WebObserver.methods.contains($0) ? $0.name : "other" }
    requests.add(1, route, method ?? "none", String(exchange.status))
    seconds.observe(exchange.seconds, route)
    receivedBytes.add(Double(exchange.requestBodyBytes), route)
    sentBytes.add(Double(exchange.responseBytes), route)
    log.say(exchange.status >= 500 ? .error : .info, "request-answered", facts(of: exchange))
  }

  /// Neither path nor query: both may hold what is not for logs, as a key in the wrong place.
  private func facts(of exchange: Exchange) -> JSONValue {
    var facts: [JSONValue.Member] = [
      .init(name: "request", value: .string(exchange.id)),
      .init(name: "method", value: exchange.method.map { .string($0.name) } ?? .null),
      .init(name: "route", value: exchange.route.map(JSONValue.string) ?? .null),
      .init(name: "status", value: .integer(exchange.status)),
      .init(
        name: "milliseconds",
        value: .number((exchange.seconds * 1_000_000).rounded() / 1_000)),
      .init(name: "body_bytes", value: .integer(exchange.requestBodyBytes)),
      .init(name: "answer_bytes", value: .integer(exchange.responseBytes)),
      .init(name: "remote", value: .string(exchange.remote)),
    ]
    for (name, note) in exchange.notes.sorted(by: { $0.key < $1.key }) {
      facts.append(.init(name: name, value: .string(note)))
    }
    if !exchange.isDelivered { facts.append(.init(name: "delivered", value: false)) }
    return .object(facts)
  }
}

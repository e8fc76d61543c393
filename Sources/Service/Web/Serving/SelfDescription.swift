import HTTP

/// What the program says of itself, without a key: that it lives, and what its API is. Its numbers
/// need an administrator's key unless the deployment opens them.
struct SelfDescription: RouteGroup {
  let metrics: Metrics
  let metricsAccess: Access

  private static let tag = "operations"

  func add(to routes: inout RouteTable) {
    routes.on(
      .get, "/healthz",
      Operation(
        "getHealth", "Whether the program answers",
        details: "Touches nothing else: a database that is away does not matter here.",
        tag: SelfDescription.tag, access: .open,
        outcomes: [
          .json("It does.", .object([.required("status", .choice(["ok"]))]))
        ])
    ) { _ in Answer.document(["status": "ok"]) }
    routes.on(
      .get, "/metrics",
      Operation(
        "getMetrics", "Numbers for Prometheus", tag: SelfDescription.tag, access: metricsAccess,
        outcomes: [.content("Text format 0.0.4.", [("text/plain", .text())])])
    ) { [metrics] _ in
      .content(Array(metrics.text.utf8), type: "text/plain; version=0.0.4; charset=utf-8")
    }
  }

  /// The description describes itself, too, so it is added last.
  static func addDescription(to routes: inout RouteTable, version: String) {
    let operation = Operation(
      "getDescription", "This description of the API", tag: tag, access: .open,
      outcomes: [.json("OpenAPI 3.1.", Schema(value: ["type": "object"]))])
    let described =
      routes.routes + [
        RouteTable.Route(
          method: .get, pattern: "/openapi.json", operation: operation,
          handler: { _ in .empty() })
      ]
    let document = Array(OpenAPIDocument.make(of: described, version: version).text.utf8)
    routes.on(.get, "/openapi.json", operation) { _ in .json(document) }
  }
}

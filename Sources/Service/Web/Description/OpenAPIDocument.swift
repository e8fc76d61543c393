import HTTP

/// The API's description (OpenAPI 3.1), made from what the routes declare of themselves.
enum OpenAPIDocument {
  private static let introduction =
    "Demand forecasts for retailers: warehouses push, procurement pulls. Every refusal is a problem"
    + " document (RFC 9457). Lists come in pages; `next` leads to the following one."

  static func make(of routes: [RouteTable.Route], version: String) -> JSONValue {
    [
      "openapi": "3.1.0",
      "info": [
        "title": "Quartermaster", "version": .string(version),
        "description": .string(introduction),
        "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
      ],
      "paths": paths(routes),
      "components": [
        "schemas": ["Problem": Problem.schema.value],
        "securitySchemes": ["key": ["type": "http", "scheme": "bearer"]],
      ],
    ]
  }

  private static func paths(_ routes: [RouteTable.Route]) -> JSONValue {
    var order: [String] = []
    var members: [String: [JSONValue.Member]] = [:]
    for route in routes {
      if members[route.pattern] == nil { order.append(route.pattern) }
      members[route.pattern, default: []].append(
        .init(name: route.method.name.lowercased(), value: operation(route.operation)))
    }
    return .object(order.map { .init(name: $0, value: .object(members[$0] ?? [])) })
  }

  private static func operation(_ operation: Operation) -> JSONValue {
    var document: JSONValue = [
      "operationId": .string(operation.id), "summary": .string(operation.summary),
      "tags": [.string(operation.tag)], "security": security(operation.access),
      "parameters": .array(operation.parameters.map(parameter)),
      "responses": responses(operation),
    ]
    if !operation.details.isEmpty {
      document = document.adding(["description": .string(operation.details)])
    }
    guard !operation.takes.isEmpty else { return document }
    return document.adding(
      ["requestBody": ["required": true, "content": content(operation.takes)]])
  }

  private static func security(_ access: Access) -> JSONValue {
    if case .open = access { [] } else { [["key": []]] }
  }

  private static func parameter(_ facts: ParameterFacts) -> JSONValue {
    [
      "name": .string(facts.name), "in": .string(facts.place.rawValue),
      "required": .boolean(facts.isRequired), "description": .string(facts.description),
      "schema": facts.allowsMany ? Schema.array(of: facts.schema).value : facts.schema.value,
    ]
  }

  private static func responses(_ operation: Operation) -> JSONValue {
    let outcomes = operation.outcomes.map { outcome -> JSONValue.Member in
      let description: JSONValue = ["description": .string(outcome.description)]
      return .init(
        name: String(outcome.status),
        value: outcome.representations.isEmpty
          ? description : description.adding(["content": content(outcome.representations)]))
    }
    let problem: JSONValue = [
      "description": "A problem document.",
      "content": .object([
        .init(
          name: Problem.contentType, value: ["schema": Schema.named("Problem").value])
      ]),
    ]
    return .object(outcomes + [.init(name: "default", value: problem)])
  }

  private static func content(_ kinds: [(mediaType: String, schema: Schema)]) -> JSONValue {
    .object(kinds.map { .init(name: $0.mediaType, value: ["schema": $0.schema.value]) })
  }
}

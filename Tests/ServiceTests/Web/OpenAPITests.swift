import Foundation
import HTTP
import Testing

@testable import Service

@Suite("The description of the API")
struct OpenAPITests {
  private func document() async throws -> [String: Any] {
    let reply = try await WebFixture().ask(.get, "/openapi.json", key: nil)
    let object = try JSONSerialization.jsonObject(with: Data(reply.text.utf8))
    return try #require(object as? [String: Any])
  }

  @Test("every operation is in it, under its path and method")
  func complete() async throws {
    let paths = try #require(try await document()["paths"] as? [String: [String: Any]])
    #expect(
      Set(paths.keys) == [
        "/v1/things", "/v1/things/{id}", "/v1/broken", "/healthz", "/metrics", "/openapi.json",
      ])
    #expect(Set(paths["/v1/things"]?.keys ?? [:].keys) == ["get", "post"])
  }

  @Test("an operation says what it takes, gives and needs")
  func operation() async throws {
    let paths = try #require(try await document()["paths"] as? [String: [String: Any]])
    let list = try #require(paths["/v1/things"]?["get"] as? [String: Any])
    let parameters = try #require(list["parameters"] as? [[String: Any]])
    #expect(
      parameters.map { $0["name"] as? String } == [
        "region", "as_of", "level", "item", "limit", "cursor",
      ])
    #expect(
      parameters.map { $0["required"] as? Bool } == [true] + [Bool](repeating: false, count: 5))
    #expect((parameters[3]["schema"] as? [String: Any])?["type"] as? String == "array")
    #expect((parameters[4]["schema"] as? [String: Any])?["default"] as? Int == 100)
    let responses = try #require(list["responses"] as? [String: Any])
    #expect(Set(responses.keys) == ["200", "default"])
    #expect((list["security"] as? [Any])?.count == 1)
    let push = try #require(paths["/v1/things"]?["post"] as? [String: Any])
    let content = (push["requestBody"] as? [String: Any])?["content"] as? [String: Any]
    #expect(Set(content?.keys ?? [:].keys) == ["text/csv", "application/json"])
    let health = try #require(paths["/healthz"]?["get"] as? [String: Any])
    #expect((health["security"] as? [Any])?.isEmpty == true)
  }
}

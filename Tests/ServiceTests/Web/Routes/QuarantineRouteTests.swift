import Foundation
import HTTP
import Inventory
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Quarantine over HTTP")
struct QuarantineRouteTests {
  private static let header = "item,location,day,quantity\n"

  private func post(
    _ api: LiveAPI, _ path: String, _ body: String, _ holder: LiveAPI.Holder = .north
  ) async throws -> WebFixture.Reply {
    try await api.ask(
      .post, path, key: api.secret(holder), headers: ["Content-Type": "application/json"],
      body: Array(body.utf8))
  }

  @Test("a sync key sees and settles its own source's rows, an administrator all, a reader none")
  func scopes() async throws {
    try await LiveAPI.run { api in
      _ = try await api.push("demand", Self.header + "oats,leeds,2024-06-30,x\n", key: "a")
      _ = try await api.push(
        "demand", Self.header + "oats,bath,2024-06-30,y\nrye,bath,2024-06-30,z\n", key: "b", .south)
      #expect(try await api.walk("/v1/quarantine", limit: 1, .north).count == 1)
      #expect(try await api.walk("/v1/quarantine", limit: 1, .south).count == 2)
      let all = try await api.walk("/v1/quarantine", limit: 2)
      #expect(all.map { $0["source"] as? String } == ["north-erp", "south-erp", "south-erp"])
      #expect(try await api.get("/v1/quarantine", .northReader).status == 403)
      #expect(try await api.get("/v1/quarantine?source=south-erp", .north).status == 404)
      #expect(try await api.walk("/v1/quarantine?source=south-erp", limit: 9).count == 2)
      let foreign = try #require(all.last?["id"] as? Int)
      #expect(try await api.get("/v1/quarantine/\(foreign)", .north).status == 404)
      #expect(
        try await post(api, "/v1/quarantine/\(foreign)/discard", #"{"reason":"x"}"#).status == 404)
      #expect(
        try await post(api, "/v1/quarantine/\(foreign)/discard", #"{"reason":"x"}"#, .south).status
          == 200)
      #expect(
        try await api.get("/v1/quarantine/\(foreign)").object()["settlement"] as? String
          == "discarded")
      #expect(try await post(api, "/v1/quarantine/\(foreign)/replay", "{}", .admin).status == 409)
    }
  }

  @Test("a row is shown with its bytes and header, fixed, and then stands")
  func fixing() async throws {
    try await LiveAPI.run { api in
      _ = try await api.push("demand", Self.header + "oats,leeds,2024-06-30,\"1,5\"\n", key: "a")
      let id = try #require(try await api.walk("/v1/quarantine", limit: 9).first?["id"] as? Int)
      let shown = try await api.get("/v1/quarantine/\(id)", .north).object()
      #expect(shown["raw"] as? String == "oats,leeds,2024-06-30,\"1,5\"")
      #expect(shown["header"] as? String == "item,location,day,quantity")
      let failed = try await post(api, "/v1/quarantine/\(id)/replay", "{}").object()
      #expect(failed["settled"] as? Int == 0 && failed["failed"] as? Int == 1)
      let two = try await post(
        api, "/v1/quarantine/\(id)/replay", #"{"row":"a,b\nc,d"}"#)
      #expect(two.status == 422 && two["code"] == "not-one-row", "\(two.text)")
      let fixed = try await post(
        api, "/v1/quarantine/\(id)/replay", #"{"row":"oats,leeds,2024-06-30,1.5"}"#
      ).object()
      #expect(fixed["settled"] as? Int == 1 && fixed["applied"] as? Int == 1)
      #expect(
        try await Warehouse(session: api.session).demand().contains("oats leeds 2024-06-30 1.5"))
      #expect(try await api.walk("/v1/quarantine", limit: 9).isEmpty)
      #expect(try await api.walk("/v1/quarantine?settled=true", limit: 9).count == 1)
      let actions = try await api.session.run { db in
        try AuditStore.latest(2, in: db).map(\.action)
      }
      #expect(actions.contains("quarantine-fixed"))
    }
  }

  @Test("many rows are replayed or discarded at once, and not all by mistake")
  func many() async throws {
    try await LiveAPI.run { api in
      let rows = (1...40).map { "tea,leeds,2024-05-\($0 < 10 ? "0" : "")\($0),1\n" }.joined()
      _ = try await api.push("demand", Self.header + rows, key: "a")
      _ = try await api.push("items", "item\ntea\n", key: "b")
      let replayed = try await post(
        api, "/v1/quarantine/replay", #"{"code":"unknown_item"}"#, .admin
      ).object()
      #expect(replayed["settled"] as? Int == 31 && replayed["complete"] as? Bool == true)
      #expect(try await post(api, "/v1/quarantine/discard", #"{"reason":"x"}"#).status == 400)
      let discarded = try await post(
        api, "/v1/quarantine/discard", #"{"code":"invalid_day","reason":"no such days"}"#
      ).object()
      #expect(discarded["discarded"] as? Int == 9)
      let none = try await post(api, "/v1/quarantine/replay", "{}").object()
      #expect(none["settled"] as? Int == 0 && none["failed"] as? Int == 0)
    }
  }
}

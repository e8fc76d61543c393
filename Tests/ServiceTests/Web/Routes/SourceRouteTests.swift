import HTTP
import Inventory
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Mappings over the API")
struct SourceRouteTests {
  private static let path = "/v1/sources/north-erp/mappings/demand"
  private static let body = """
    {"columns": {"item": "sku", "quantity": "menge"}, "delimiter": ";", "decimal": ",",
     "date_format": "d.M.yyyy", "units": {"case": "pack", "dozen": 12}}
    """

  @Test("an administrator says a mapping, its source reads it and pushes by it")
  func mapping() async throws {
    try await LiveAPI.run { api in
      let put = try await api.put(Self.path, Self.body)
      #expect(put.status == 200, "\(put.text)")
      #expect(put["version"] == "1" && put["delimiter"] == ";")
      let got = try await api.get(Self.path, .north)
      #expect(got.status == 200 && got.text == put.text)
      let pushed = try await api.push(
        "demand", "sku;location;day;menge\noats;leeds;1.7.2024;2,5\n", key: "k1")
      #expect(pushed.status == 200 && pushed.figures == [1, 0, 0, 0], "\(pushed.text)")
      #expect(pushed["mapping_version"] == "1")
    }
  }

  @Test("another source's mapping looks like none, and only an administrator says one")
  func access() async throws {
    try await LiveAPI.run { api in
      let put = try await api.put(Self.path, Self.body)
      #expect(put.status == 200)
      #expect(try await api.get(Self.path, .south).status == 404)
      #expect(try await api.get(Self.path, .northReader).status == 403)
      #expect(try await api.put(Self.path, Self.body, .north).status == 403)
      #expect(try await api.get("/v1/sources/north-erp/mappings/stock", .admin).status == 404)
      #expect(try await api.get("/v1/sources/north-erp/mappings/sales", .admin).status == 404)
    }
  }

  @Test(
    "a body that makes no mapping is refused with what it should be",
    arguments: [
      (#"{"delimiter": "x"}"#, "is no delimiter"),
      (#"{"colums": {"item": "sku"}}"#, "did you mean 'columns'?"),
      (#"{"columns": {"itm": "sku"}}"#, "did you mean 'item'?"),
      (#"{"units": {"case": -1}}"#, "a number above 0"),
      (#"{"units": {"case": true}}"#, "of another type"),
      (#"{"date_format": "dd.MM.yy"}"#, "two digits"),
      (#"[]"#, "no JSON object"),
    ])
  func refused(body: String, sentence: String) async throws {
    try await LiveAPI.run { api in
      let reply = try await api.put(Self.path, body)
      #expect(reply.status == 400 && reply.text.contains(sentence), "\(reply.text)")
    }
  }
}

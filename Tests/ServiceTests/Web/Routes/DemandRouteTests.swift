import Foundation
import Inventory
import Planning
import TestKit
import Testing

@testable import Service

@Suite("A series and a number over the API")
struct DemandRouteTests {
  private static let show = "/v1/demand?item=oats&location=leeds"
  private static let life = "/v1/demand/history?item=oats&location=leeds&day=2024-06-30"

  @Test("a region's readers and administrators see it, nobody else")
  func access() async throws {
    try await LiveAPI.run { api in
      for path in [Self.show, Self.life] {
        #expect(try await api.get(path, nil).status == 401)
        #expect(try await api.get(path, .north).status == 403)
        #expect(try await api.get(path, .northReader).status == 200)
        #expect(try await api.get(path, .admin).status == 200)
        let foreign = try await api.get(path, .southReader)
        let absent = try await api.get(
          path.replacing("leeds", with: "paris"), .southReader)
        #expect(foreign.status == 404 && absent.status == 404)
        #expect(foreign.text == absent.text.replacing("paris", with: "leeds"))
        let unsold = try await api.get(path.replacing("oats", with: "rum"), .northReader)
        #expect(unsold.status == 404)
      }
    }
  }

  @Test("the days are those that the command prints")
  func days() async throws {
    try await LiveAPI.run { api in
      let reply = try await api.get(Self.show + "&from=2024-06-29&to=2024-07-01")
      let object = try reply.object()
      let days = object["days"] as? [[String: Any]] ?? []
      #expect(days.map { $0["state"] as? String } == ["demand", "demand", "missing"])
      #expect(days.map { $0["quantity"] as? Double } == [1.0, 8.0, nil].map { $0 })
      #expect(object["complete_through"] as? String == "2024-06-30")
      #expect(object["region"] as? String == "north")
    }
  }

  @Test("an earlier version can be asked for, one that is not there is 404")
  func versions() async throws {
    try await LiveAPI.run { api in
      let newest = try #require(try await api.get(Self.show)["version"].flatMap { Int($0) })
      let before = try await api.get(Self.show + "&to=2024-06-30")
      let pushed = try await api.push(
        "demand", "item,location,day,quantity\noats,leeds,2024-06-30,77\n", key: "later")
      #expect(pushed.status == 200)
      let after = try await api.get(Self.show + "&to=2024-06-30")
      #expect(after.text != before.text)
      let again = try await api.get(Self.show + "&to=2024-06-30&version=\(newest)")
      #expect(again.text == before.text)
      let unknown = try await api.get(Self.show + "&version=99")
      #expect(unknown.status == 404 && unknown["code"] == "unknown-version")
      #expect(try await api.get(Self.show + "&version=-1").status == 400)
      #expect(try await api.get(Self.show + "&from=2024-06-02&to=2024-06-01").status == 400)
    }
  }

  @Test("a number's life is told with what became of each value")
  func history() async throws {
    try await LiveAPI.run { api in
      _ = try await api.push(
        "demand", "item,location,day,quantity\noats,leeds,2024-06-30,77\n", key: "later")
      let object = try await api.get(Self.life).object()
      let values = object["values"] as? [[String: Any]] ?? []
      #expect(values.map { $0["state"] as? String } == ["replaced", "stands"])
      #expect(values.map { $0["quantity"] as? Double } == [8, 77])
      #expect(values.last?["key"] as? String == "later")
      #expect(values[0]["replaced_by"] as? Int == values[1]["batch"] as? Int)
      let quiet = try await api.get(Self.life.replacing("2024-06-30", with: "2024-07-09")).object()
      #expect((quiet["values"] as? [Any])?.isEmpty == true)
    }
  }
}

import HTTP
import Inventory
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Forecast locks over the API")
struct ForecastLockRouteTests {
  private func post(
    _ target: String, _ json: String, _ api: LiveAPI, _ holder: LiveAPI.Holder = .admin
  ) async throws -> WebFixture.Reply {
    try await api.ask(
      .post, target, key: api.secret(holder), headers: ["Content-Type": "application/json"],
      body: Array(json.utf8))
  }

  private static let today = #""as_of":"2024-07-01""#

  @Test("a lock is set, listed, marked in the forecast of the next run, and taken away")
  func life() async throws {
    try await LiveAPI.run { api in
      let set = try await post(
        "/v1/forecast-locks",
        #"{"region":"north","days":5,"reason":"orders placed",\#(Self.today)}"#, api)
      #expect(set.status == 201, "\(set.text)")
      #expect(set["lock"] == "1" && set["as_run"] == "1" && set["series"] == "6")
      #expect(set["first_day"] == "2024-07-01" && set["last_day"] == "2024-07-05")
      _ = try await Training.run(clock: SmallRetailer.clock("2024-06-30"), in: api.session)
      let north = try await api.walk(
        "/v1/forecasts?level=item-location&region=north", limit: 100, .northReader)
      #expect(!north.isEmpty)
      for forecast in north {
        #expect((forecast["locks"] as? [Int])?.prefix(6) == [1, 1, 1, 1, 1, 0])
      }
      let others = try await api.walk(
        "/v1/forecasts?level=item-location&region=south", limit: 100)
      #expect(others.allSatisfy { $0["locks"] == nil })
      #expect(try await api.get("/v1/runs/2").text.contains(#""locks":[1]"#))
      #expect(try await api.get("/v1/runs/2", .southReader).text.contains(#""locks":[]"#))
      let report = try await api.get("/v1/reports/procurement?region=north&as_of=2024-06-30")
      #expect(report.text.contains("locked-5-days"))
      let gone = try await post("/v1/forecast-locks/1/unlock", #"{"reason":"cancelled"}"#, api)
      #expect(gone["state"] == "unlocked" && gone["unlock_reason"] == "cancelled")
      let listed = try await api.walk("/v1/forecast-locks", limit: 1, .northReader)
      #expect(listed.map { $0["state"] as? String } == ["unlocked"])
      #expect(try await api.walk("/v1/forecast-locks", limit: 1, .southReader).isEmpty)
    }
  }

  @Test("what cannot be locked is refused by its member, by whoever may not, and nothing is kept")
  func refusals() async throws {
    try await LiveAPI.run { api in
      let cases: [(String, Int, String)] = [
        (#"{"days":5,"reason":"x"}"#, 400, "malformed-body"),
        (#"{"all":true,"region":"north","days":5,"reason":"x"}"#, 400, "malformed-body"),
        (#"{"all":true,"reason":"x"}"#, 400, "malformed-body"),
        (#"{"all":true,"days":5,"through":"2024-07-02","reason":"x"}"#, 400, "malformed-body"),
        (#"{"all":true,"days":0,"reason":"x"}"#, 400, "malformed-body"),
        (#"{"all":true,"through":"soon","reason":"x"}"#, 400, "malformed-body"),
        (#"{"all":true,"days":5,"reason":""}"#, 400, "malformed-body"),
        (#"{"all":true,"days":5,"reason":"x","regoin":"north"}"#, 400, "unknown-member"),
        (#"{"all":true,"days":29,"reason":"x",\#(Self.today)}"#, 422, "beyond-the-horizon"),
        (
          #"{"all":true,"through":"2024-06-30","reason":"x",\#(Self.today)}"#, 422,
          "day-in-the-past"
        ),
        (#"{"region":"west","days":5,"reason":"x",\#(Self.today)}"#, 404, "unknown-region"),
        (#"{"item":"otas","days":5,"reason":"x",\#(Self.today)}"#, 422, "unknown-item"),
      ]
      for (body, status, code) in cases {
        let reply = try await post("/v1/forecast-locks", body, api)
        #expect(reply.status == status && reply["code"] == code, "\(body): \(reply.text)")
      }
      let unknown = try await post("/v1/forecast-locks/9/unlock", #"{"reason":"x"}"#, api)
      #expect(unknown.status == 404 && unknown["code"] == "unknown-lock")
      let body = #"{"all":true,"days":5,"reason":"x",\#(Self.today)}"#
      for holder in [LiveAPI.Holder.north, .northReader] {
        #expect(try await post("/v1/forecast-locks", body, api, holder).status == 403)
      }
      #expect(try await api.count("forecast_lock") == 0)
    }
  }
}

import HTTP
import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Promoting and rolling back")
struct PromotionTests {
  private static let questions = [
    "/v1/forecasts?limit=1000", "/v1/flags",
    "/v1/reports/procurement?region=north&as_of=2024-07-01",
    "/v1/reports/procurement?region=south&as_of=2024-07-01",
  ]

  private func answers(_ api: LiveAPI) async throws -> [String] {
    var answers: [String] = []
    for question in Self.questions {
      let reply = try await api.get(question)
      #expect(reply.status == 200, "\(question): \(reply.text)")
      answers.append(reply.text)
    }
    return answers
  }

  private func post(
    _ target: String, _ json: String, _ api: LiveAPI, _ holder: LiveAPI.Holder = .admin
  ) async throws -> WebFixture.Reply {
    try await api.ask(
      .post, target, key: api.secret(holder), headers: ["Content-Type": "application/json"],
      body: Array(json.utf8))
  }

  private static let tomorrow = ZoneClock(asOf: day("2024-07-01"), deploymentZone: "UTC")

  /// Another day of data.
  private func pushTomorrow(_ api: LiveAPI) async throws {
    var warehouse = Warehouse(session: api.session)
    warehouse.clock = Self.tomorrow
    for (source, location) in [("north-erp", "leeds"), ("south-erp", "bath")] {
      try await warehouse.sync(
        .demand, "item,location,day,quantity\noats,\(location),2024-07-01,7\n", source: source,
        through: "2024-07-01")
    }
  }

  private func trainTomorrow(_ api: LiveAPI) async throws -> Int {
    let summary = try await Training.run(clock: Self.tomorrow, in: api.session)
    #expect(summary.refusal == nil, "\(summary.refusal?.reason ?? "")")
    return summary.run
  }

  @Test("after a rollback every answer is the same byte for byte as before")
  func rollBack() async throws {
    try await LiveAPI.run { api in
      try await pushTomorrow(api)
      let before = try await answers(api)
      let second = try await trainTomorrow(api)
      let meanwhile = try await answers(api)
      #expect(meanwhile[0] != before[0])
      let reply = try await post("/v1/rollback", #"{"reason":"the north looks wrong"}"#, api)
      #expect(reply.text == #"{"before":\#(second),"run":1}"#)
      #expect(try await answers(api) == before)
      let again = try await post(
        "/v1/runs/\(second)/promote", #"{"reason":"it was right"}"#, api)
      #expect(again.status == 200)
      #expect(try await answers(api) == meanwhile)
      let audit = try await api.session.run { db in try AuditStore.latest(2, in: db) }
      #expect(audit.map(\.action) == ["run-promoted", "run-rolled-back"])
      #expect(audit[1].subject == "run 1, instead of run \(second): the north looks wrong")
      let one = try await RunDetails.read(1, in: api.session)
      #expect(one.publications.map(\.reason) == ["rolled back: the north looks wrong", "trained"])
      #expect(one.publications[0].publishedBy.hasPrefix("key "))
    }
  }

  @Test("what cannot be put into use is refused with its reason, and nothing changes")
  func refusals() async throws {
    try await LiveAPI.run { api in
      let before = try await answers(api)
      let cases: [(String, String, Int, String)] = [
        ("/v1/rollback", #"{"reason":"x"}"#, 409, "nothing-to-roll-back-to"),
        ("/v1/rollback", #"{"reason":"x","to":99}"#, 404, "unknown-run"),
        ("/v1/rollback", #"{"reason":"x","to":1}"#, 409, "run-in-use"),
        ("/v1/rollback", "{}", 400, "malformed-body"),
        ("/v1/rollback", #"{"reason":""}"#, 400, "malformed-body"),
        ("/v1/runs/1/promote", #"{"reason":"x"}"#, 409, "run-in-use"),
        ("/v1/runs/7/promote", #"{"reason":"x","force":true}"#, 404, "unknown-run"),
        ("/v1/runs/1/promote", #"{"reason":"x","forced":true}"#, 400, "unknown-member"),
      ]
      for (target, body, status, code) in cases {
        let reply = try await post(target, body, api)
        #expect(reply.status == status && reply["code"] == code, "\(target) \(body): \(reply.text)")
      }
      #expect(
        try await post("/v1/rollback", #"{"reason":"x"}"#, api, .northReader).status == 403)
      #expect(try await answers(api) == before)
    }
  }

  @Test("a run that the gate refused is put into use by force only, and can be left again")
  func forced() async throws {
    try await LiveAPI.run { api in
      let bad = ForecastMaker {
        try ForecastMaker.standard.make($0, $1, $2).altered { _, means in
          means.map { $0 * 2 }
        }
      }
      _ = try await Training.run(
        by: bad, clock: Warehouse(session: api.session).clock, in: api.session)
      let before = try await answers(api)
      let refused = try await post("/v1/runs/2/promote", #"{"reason":"trust me"}"#, api)
      #expect(refused.status == 409 && refused["code"] == "run-refused")
      let never = try await post("/v1/rollback", #"{"reason":"x","to":2}"#, api)
      #expect(never["code"] == "run-never-published")
      let forced = try await post(
        "/v1/runs/2/promote", #"{"reason":"the strike is over","force":true}"#, api)
      #expect(forced.status == 200)
      let run = try await api.get("/v1/runs/2").object()
      #expect(run["state"] as? String == "published" && run["published"] as? Bool == true)
      let publications = run["publications"] as? [[String: Any]]
      #expect(publications?.first?["reason"] as? String == "forced: the strike is over")
      #expect(try await post("/v1/rollback", #"{"reason":"no"}"#, api).status == 200)
      #expect(try await answers(api) == before)
    }
  }

  @Test("a reader of a region sees its checks and those of all, and no other region's")
  func regionalChecks() async throws {
    try await LiveAPI.run { api in
      try await pushTomorrow(api)
      let second = try await trainTomorrow(api)
      let run = try await api.get("/v1/runs/\(second)", .northReader).object()
      let regions = (run["checks"] as? [[String: Any]])?.compactMap { $0["region"] as? String }
      #expect(Set(regions ?? []) == ["north"])
      #expect((run["configuration"] as? [String: Any])?["version"] as? Int == 1)
      #expect(run["threads"] is Int && run["compared_with"] as? Int == 1)
    }
  }
}

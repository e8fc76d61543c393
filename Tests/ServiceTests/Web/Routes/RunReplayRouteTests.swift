import Foundation
import HTTP
import Inventory
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Explaining and replaying over HTTP")
struct RunReplayRouteTests {
  private func post(
    _ target: String, _ json: String, _ api: LiveAPI, _ holder: LiveAPI.Holder = .admin
  ) async throws -> WebFixture.Reply {
    try await api.ask(
      .post, target, key: api.secret(holder), headers: ["Content-Type": "application/json"],
      body: Array(json.utf8))
  }

  @Test("the chain of a number is what the command line prints, for who may see its region")
  func explained() async throws {
    try await LiveAPI.run { api in
      let target = "/v1/explain?item=oats&location=leeds&day=2024-07-06"
      let reply = try await api.get(target, .northReader)
      let printed = try await PublishedExplanation.read(
        item: code("oats"), location: code("leeds"), day: day("2024-07-06"),
        clock: Warehouse(session: api.session).clock, in: api.session)
      #expect(reply.text + "\n" == PublishedExplanationFormat.json.text(of: printed))
      #expect(try reply.object()["same"] as? Bool == true)
      #expect(try await api.get(target).text == reply.text)
      let cases: [(String, LiveAPI.Holder, Int, String)] = [
        ("item=oats&location=leeds&day=2024-07-06", .southReader, 404, "unknown-object"),
        ("item=oats&location=moon&day=2024-07-06", .admin, 404, "unknown-object"),
        ("item=tea&location=leeds&day=2024-07-06", .admin, 404, "unknown-series"),
        ("item=oats&location=leeds&day=2030-01-01", .admin, 404, "day-not-forecast"),
        ("item=oats&location=leeds&day=2024-07-06&run=9", .admin, 404, "unknown-run"),
        ("item=oats&location=leeds", .admin, 400, "missing-parameter"),
      ]
      for (query, holder, status, code) in cases {
        let refused = try await api.get("/v1/explain?\(query)", holder)
        #expect(refused.status == status, "\(query): \(refused.text)")
        #expect(refused["code"] == code)
      }
    }
  }

  @Test("one number is explained at a time, and who asks again finds it")
  func desk() async throws {
    let desk = ExplanationDesk()
    func question(_ item: String) -> ExplanationDesk.Question {
      .init(item: code(item), location: code("leeds"), day: day("2024-07-06"), run: 1)
    }
    let gate = AsyncStream<Void>.makeStream()
    let begun = AsyncStream<Void>.makeStream()
    let first = Task {
      try await desk.answer(question("oats")) {
        begun.continuation.yield()
        for await _ in gate.stream { break }
        return "made"
      }
    }
    for await _ in begun.stream { break }
    await #expect(throws: ExplanationBusy.self) {
      try await desk.answer(question("rye")) { "other" }
    }
    gate.continuation.yield()
    #expect(try await first.value == "made")
    #expect(try await desk.answer(question("oats")) { "again" } == "made")
    #expect(try await desk.answer(question("rye")) { "other" } == "other")
  }

  @Test("a replay is asked for, carried out by a worker and told, and every replay is listed")
  func replayed() async throws {
    try await LiveAPI.run { api in
      let clock = Warehouse(session: api.session).clock
      let asked = try await post("/v1/runs/1/replays", #"{"sample":50}"#, api)
      #expect(asked.status == 202 && asked["state"] == "waiting")
      #expect(asked.headers["Location"] == "/v1/replay-requests/1")
      let worker = AskedReplay(target: api.target, clock: clock)
      let record = try #require(try await worker.once(in: api.session))
      #expect(record.verdict == "identical" && record.compared == 50)
      #expect(try await worker.once(in: api.session) == nil)
      let done = try await api.get("/v1/replay-requests/1").object()
      #expect(done["state"] as? String == "done" && done["sample"] as? Int == 50)
      let replay = try #require(done["replay"] as? [String: Any])
      #expect(replay["verdict"] as? String == "identical" && replay["run"] as? Int == 1)
      // What somebody asked for does not stand for the nightly one.
      #expect(try await api.session.run { db in try ReplayStore.latest(in: db) } == nil)
      let whole = try await post("/v1/runs/1/replays", #"{"sample":null}"#, api)
      #expect(whole.status == 202)
      _ = try await worker.once(in: api.session)
      let listed = try await api.walk("/v1/runs/1/replays", limit: 1)
      #expect(listed.map { $0["replay"] as? Int } == [2, 1])
      #expect((listed[0]["values_compared"] as? Int ?? 0) > 50)
    }
  }

  @Test("a replay that cannot be is refused, and one whose holders all went away has failed")
  func refusals() async throws {
    try await LiveAPI.run { api in
      let cases: [(String, String, LiveAPI.Holder, Int)] = [
        ("/v1/runs/9/replays", "{}", .admin, 404), ("/v1/runs/1/replays", "{}", .northReader, 403),
        ("/v1/runs/1/replays", #"{"sample":0}"#, .admin, 400),
        ("/v1/runs/1/replays", #"{"samples":1}"#, .admin, 400),
      ]
      for (target, body, holder, status) in cases {
        #expect(try await post(target, body, api, holder).status == status, "\(target) \(body)")
      }
      #expect(try await api.get("/v1/runs/9/replays").status == 404)
      #expect(try await api.get("/v1/replay-requests/1").status == 404)
      _ = try await post("/v1/runs/1/replays", "{}", api)
      for _ in 0..<AskedReplay.claimLimit {
        let claim = try await api.session.run { db in
          try ReplayRequestStore.claim(leaseSeconds: 0, in: db)
        }
        #expect(claim != nil)
      }
      let clock = Warehouse(session: api.session).clock
      #expect(try await AskedReplay(target: api.target, clock: clock).once(in: api.session) == nil)
      let failed = try await api.get("/v1/replay-requests/1").object()
      #expect((failed["failure"] as? String)?.hasPrefix("given up: 3 times") == true)
    }
  }

  @Test("a run tells its cost, why there was one, and what it gained")
  func worth() async throws {
    try await LiveAPI.run { api in
      let first = try await api.get("/v1/runs/1", .northReader).object()
      let cost = try #require(first["cost"] as? [String: Any])
      #expect((cost["rows_read"] as? Int ?? 0) > 800 && cost["cpu_seconds"] is Double)
      #expect((first["gain"] as? [String: Any])?["over_naive"] is Double)
      #expect((first["gain"] as? [String: Any])?["over_champion"] == nil)
      let request = try await api.session.run { db in
        try RunRequestStore.request(asOf: nil, by: "ann", in: db)
      }
      let clock = Warehouse(session: api.session).clock
      _ = try await api.session.run { db in
        try db.execute("UPDATE run SET content_digest = sha256('other')")
      }
      let outcome = try await Worker(name: "w", target: api.target) { _ in clock }
        .workOnce(in: api.session)
      guard case .published(let summary, request)? = outcome else {
        Issue.record("\(String(describing: outcome))")
        return
      }
      let second = try await api.get("/v1/runs/\(summary.run)", .northReader).object()
      let asked = try #require(second["request"] as? [String: Any])
      #expect(asked["cause"] as? String == "person" && asked["request"] as? Int == request)
      #expect(asked["reason"] as? String == "asked for by ann")
      #expect((second["gain"] as? [String: Any])?["over_champion"] as? Double == 0)
      let text = try await RunDetails.read(summary.run, in: api.session).text
      #expect(text.contains("gain           0.0 % less error than run 1, "))
    }
  }
}

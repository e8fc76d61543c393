import Digests
import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("The configuration")
struct ConfigurationTests {
  @Test("the canonical text is read back as what it was, and every member of it counts")
  func roundTrip() throws {
    var configuration = RunConfiguration()
    #expect(
      try ConfigurationDocument.read(ConfigurationDocument.text(configuration)) == configuration)
    #expect(try ConfigurationDocument.read("{}") == configuration)
    configuration.horizonDays = 14
    configuration.quantiles = [0.1, 0.5]
    configuration.method = .ets
    configuration.gate.origins = 2
    configuration.gate.churn = 0.125
    configuration.gate.regionChurn = [code("north"): 0.5]
    configuration.gate.leadChurn = [try #require(LeadBand("1-14")): 0.25]
    configuration.gate.regionLeadChurn = [code("south"): [try #require(LeadBand("1-14")): 0.5]]
    configuration.blend = .backtest
    configuration.reconciliation = .wls
    let text = ConfigurationDocument.text(configuration)
    #expect(try ConfigurationDocument.read(text) == configuration)
    #expect(
      ConfigurationDocument.changes(from: RunConfiguration(), to: configuration) == [
        #"blend 0.0 -> "backtest""#, "gate.churn 0.35 -> 0.125",
        "gate.lead_churn.1-14 none -> 0.25",
        "gate.lead_churn.1-7 0.45 -> none", "gate.lead_churn.15+ 0.45 -> none",
        "gate.lead_churn.8-14 0.45 -> none", "gate.origins 4 -> 2",
        "gate.region_churn.north none -> 0.5", "gate.region_lead_churn.south.1-14 none -> 0.5",
        "horizon_days 28 -> 14", #"method "auto" -> "ets""#,
        "quantiles [0.05,0.1,0.25,0.5,0.75,0.9,0.95,0.975] -> [0.1,0.5]",
        #"reconciliation "bottom-up" -> "wls""#,
      ])
  }

  @Test(
    "what is wrong with a document is said by its member",
    arguments: [
      ("", "the configuration is no JSON"), ("[]", "the configuration is a list"),
      (#"{"horizon_day":28}"#, "may have no 'horizon_day'; did you mean 'horizon_days'?"),
      (#"{"horizon_days":0}"#, "horizon_days is 0.0; it should be a whole number from 1 to 365"),
      (#"{"horizon_days":1.5}"#, "a whole number"),
      (#"{"quantiles":[0.5,0.1]}"#, "quantiles is a list; it should be 1 to 20 ascending"),
      (#"{"quantiles":[]}"#, "ascending"), (#"{"method":"magic"}"#, "one of auto, hybrid"),
      (#"{"gate":{"wape_ratio":"1"}}"#, "gate.wape_ratio is '1'; it should be a number from 0"),
      (#"{"gate":{"churm":1}}"#, "may have no 'gate.churm'"),
      (#"{"gate":{"region_churn":{"north":-1}}}"#, "gate.region_churn.north is -1.0"),
      (#"{"gate":{"lead_churn":{"7-1":1}}}"#, "gate.lead_churn is '7-1'; it should be days ahead"),
      (#"{"gate":{"region_lead_churn":{"north":{"1-7":"x"}}}}"#, "north.1-7 is 'x'"),
      (#"{"blend":1.5}"#, "blend is 1.5; it should be a number from 0 to 1, or 'backtest'"),
      (#"{"blend":"some"}"#, "blend is 'some'"),
      (#"{"reconciliation":"ols"}"#, "one of bottom-up, wls, mint, auto"),
      (#"{"gate":7}"#, "gate is 7.0; it should be an object"),
    ])
  func faults(document: String, words: String) throws {
    let fault = #expect(throws: ConfigurationFault.self) {
      try ConfigurationDocument.read(document)
    }
    #expect(fault?.sentence.contains(words) == true, "\(fault?.sentence ?? "none")")
  }

  @Test("versions count up with who and why, and runs name the one they were made by")
  func versions() async throws {
    try await withDatabase(.trained) { session, _ in
      let first = try await Configurations.inForce(in: session)
      #expect(first.version == 1 && first.madeBy == "quartermaster")
      let sha = try SHA256()
      try sha.update(Array(first.document.utf8))
      #expect(try sha.digest().bytes == first.digest)
      let same = try await Configurations.set("{}", by: "ann", reason: "again", in: session)
      #expect(!same.isNew && same.record == first)
      let second = try await Configurations.set(
        #"{"horizon_days": 14, "quantiles": [0.5, 0.9]}"#, by: "ann", reason: "two weeks do",
        in: session)
      #expect(second.isNew && second.record.version == 2 && second.record.reason == "two weeks do")
      let summary = try await Training.run(
        clock: Warehouse(session: session).clock, in: session)
      #expect(summary.refusal == nil && summary.horizon == 14)
      let run = try await RunDetails.read(summary.run, in: session)
      #expect(run.configuration == second.record)
      let comparison = try await RunComparison.read(1, summary.run, in: session)
      #expect(comparison.text.contains("horizon_days 28 -> 14"))
      #expect(comparison.text.contains("data           the same"))
      #expect(try await Configurations.history(in: session).map(\.version) == [2, 1])
    }
  }

  @Test("over HTTP the document is shown, replaced and refused")
  func overHTTP() async throws {
    try await LiveAPI.run { api in
      let shown = try await api.get("/v1/configuration").object()
      #expect((shown["document"] as? [String: Any])?["horizon_days"] as? Int == 28)
      let bad = try await api.put("/v1/configuration?reason=x", #"{"gate":{"churn":-1}}"#)
      #expect(bad.status == 422 && bad["code"] == "bad-configuration")
      let put = try await api.put("/v1/configuration?reason=calmer", #"{"gate":{"churn":0.5}}"#)
      #expect(put["version"] == "2" && put["reason"] == "calmer")
      let listed = try await api.get("/v1/configurations").object()
      #expect((listed["items"] as? [Any])?.count == 2)
      #expect(try await api.get("/v1/configuration", .northReader).status == 403)
    }
  }

  @Test("a model's card tells its method, and makes its forecast again bit for bit")
  func modelCard() async throws {
    try await withDatabase(.trained) { session, _ in
      let warehouse = Warehouse(session: session)
      // Later corrections are not what the run saw.
      try await warehouse.sync(
        .demand, "item,location,day,quantity\noats,leeds,2024-06-20,900\n", source: "north-erp")
      let card = try await ModelCard.read(
        code("oats"), at: code("leeds"), clock: warehouse.clock, in: session)
      #expect(card.isReproduced && card.knownDays == 90)
      #expect(card.window == day("2024-04-02")...day("2024-06-30"))
      #expect(card.wape != nil && card.text.contains("the same, bit for bit"))
      await #expect(throws: ModelRefusal.self) {
        try await ModelCard.read(
          code("oats"), at: code("moon"), clock: warehouse.clock, in: session)
      }
    }
  }
}

import Foundation
import FoundationNetworking
import HTTP
import Synchronization
import Testing

@testable import Service

@Suite("The API over a socket")
struct WebServerTests {
  /// Lines of a log, kept.
  private final class Lines: Sendable {
    private let kept = Mutex<[String]>([])
    var all: [String] { kept.withLock { $0 } }
    var log: Log { Log { line in self.kept.withLock { $0.append(line) } } }
  }

  @Test("requests are answered, logged and counted, without what must stay secret")
  func whole() async throws {
    let (lines, metrics) = (Lines(), Metrics())
    var settings = WebServer.Settings()
    settings.port = 0
    let server = try WebServer(
      settings, groups: [WebFixture.Things()], gatekeeper: WebFixture.keys, metrics: metrics,
      log: lines.log)
    let base = "http://127.0.0.1:\(server.port)"
    var request = URLRequest(url: try #require(URL(string: base + "/v1/things?region=secret-x")))
    request.setValue("Bearer north", forHTTPHeaderField: "Authorization")
    request.setValue("job-7", forHTTPHeaderField: "X-Request-Id")
    let (body, response) = try await URLSession.shared.data(for: request)
    #expect(String(decoding: body, as: UTF8.self) == "secret-x - item  100 -")
    let answer = try #require(response as? HTTPURLResponse)
    #expect(answer.statusCode == 200)
    #expect(answer.value(forHTTPHeaderField: "X-Request-Id") == "job-7")
    let (_, lost) = try await URLSession.shared.data(
      from: try #require(URL(string: base + "/secret-path")))
    #expect((lost as? HTTPURLResponse)?.statusCode == 404)
    let (numbers, _) = try await URLSession.shared.data(
      from: try #require(URL(string: base + "/metrics")))
    await server.stop(within: 5)
    expectLines(lines.all)
    let text = String(decoding: numbers, as: UTF8.self)
    #expect(
      text.contains(
        #"quartermaster_http_requests_total{route="/v1/things",method="GET",status="200"} 1"#))
    #expect(
      text.contains(#"quartermaster_http_requests_total{route="none",method="GET",status="404"} 1"#)
    )
    #expect(text.contains("quartermaster_http_requests_in_flight 1"))
  }

  private func expectLines(_ lines: [String]) {
    #expect(lines.count == 3)
    for line in lines {
      #expect(!line.contains("secret"))
      #expect(!line.contains("Bearer"))
    }
    let first = try? JSONSerialization.jsonObject(with: Data((lines.first ?? "").utf8))
    let facts = first as? [String: Any] ?? [:]
    #expect(facts["event"] as? String == "request-answered")
    #expect(facts["request"] as? String == "job-7")
    #expect(facts["route"] as? String == "/v1/things")
    #expect(facts["method"] as? String == "GET")
    #expect(facts["status"] as? Int == 200)
    #expect(facts["key"] as? String == "1")
    #expect(facts["answer_bytes"] as? Int ?? 0 > 100)
    #expect(facts["milliseconds"] as? Double ?? -1 >= 0)
  }

  @Test("an address that cannot be had is a failure with its reason")
  func cannotListen() async throws {
    var settings = WebServer.Settings()
    settings.port = 0
    func make() throws -> WebServer {
      try WebServer(
        settings, groups: [], gatekeeper: WebFixture.keys, metrics: Metrics(), log: .silent)
    }
    let first = try make()
    settings.port = first.port
    #expect { try make() } throws: { error in
      FailureReport(error).sentence
        == "cannot listen on 127.0.0.1:\(first.port): Address already in use; choose another with"
        + " --listen"
    }
    settings.host = "192.0.2.1.example.invalid"
    #expect { try make() } throws: { FailureReport($0).exitCode == .configuration }
    await first.stop(within: 1)
  }
}

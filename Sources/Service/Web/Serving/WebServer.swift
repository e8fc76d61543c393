internal import Glibc
import HTTP

/// The API on an address, from the moment it is made until `stop`.
final class WebServer: Sendable {
  struct Settings: Sendable {
    var host = "127.0.0.1"
    /// 0 lets the system choose.
    var port = 8_080
    var limits = Limits()
    /// That read and write; handlers have threads of their own.
    var threads = 1
    /// Of one key, at the same time; more are told to wait.
    var requestsPerKey = 8
    /// Whether `/metrics` needs a key.
    var metricsAccess = Access.open
  }

  let port: Int
  private let server: Server

  init(
    _ settings: Settings, groups: [any RouteGroup], gatekeeper: any Gatekeeper,
    metrics: Metrics, log: Log
  ) throws {
    let responder = WebServer.responder(
      settings, groups: groups, gatekeeper: gatekeeper, metrics: metrics)
    let observer = WebObserver(log: log, metrics: metrics)
    let server: Server
    do throws(ServerError) {
      server = try Server(
        host: settings.host, port: settings.port, limits: settings.limits,
        threads: settings.threads, responder: responder, problem: { Problem($0).response },
        observer: { observer.hear($0) })
    } catch {
      throw ListenFailure(host: settings.host, port: settings.port, reason: error)
    }
    (self.server, port) = (server, server.port)
    WebServer.sample(server, in: metrics, limits: settings.limits)
  }

  /// Everything but the socket, for asking it directly.
  static func responder(
    _ settings: Settings, groups: [any RouteGroup], gatekeeper: any Gatekeeper, metrics: Metrics
  ) -> WebResponder {
    var table = RouteTable()
    table.add(
      groups + [SelfDescription(metrics: metrics, metricsAccess: settings.metricsAccess)])
    SelfDescription.addDescription(to: &table, version: Version.text)
    return WebResponder(
      table, gatekeeper: gatekeeper, requestsPerKey: settings.requestsPerKey)
  }

  /// Takes no new requests, lets those that have begun finish, and returns when all connections are
  /// gone; those that take longer are cut off.
  func stop(within seconds: Double) async { await server.stop(within: seconds) }

  private static func sample(_ server: Server, in metrics: Metrics, limits: Limits) {
    let numbers: [(String, String, @Sendable (Server) -> Int)] = [
      ("connections", "Connections that are open.", { $0.openConnections }),
      ("requests_in_flight", "Requests that handlers have.", { $0.requestsInFlight }),
      (
        "body_bytes_buffered", "Bytes of bodies that are being received or handled.",
        { $0.bufferedBodyBytes }
      ),
    ]
    for (name, help, number) in numbers {
      metrics.sampled("quartermaster_http_\(name)", help) { [weak server] in
        server.map { [(values: [], value: Double(number($0)))] } ?? []
      }
    }
  }
}

/// The address that was asked for cannot be had.
struct ListenFailure: Failure, Hashable {
  let host: String
  let port: Int
  let reason: ServerError

  var code: String { "cannot-listen" }
  var exitCode: ExitCode { reason.action == .resolve ? .configuration : .system }

  var sentence: String {
    switch reason.action {
    case .resolve: "'\(host)' is no address of this machine"
    case .listen:
      "cannot listen on \(host):\(port): \(SystemFailure.reason(reason.errorNumber))"
        + (reason.errorNumber == EADDRINUSE ? "; choose another with --listen" : "")
    case .prepare: "cannot serve: \(SystemFailure.reason(reason.errorNumber))"
    }
  }
}

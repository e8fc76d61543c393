import Dispatch
import Foundation

/// A real SMTP server on this machine, for one test. What it does to a message is said by the
/// recipient's name: see `scripts/lib/smtp-server.py`.
public final class ThrowawayMailServer: Sendable {
  /// A server behind the same messages: in the clear, behind STARTTLS and a login, behind a login
  /// in the clear, and one that accepts connections and never says a word.
  public struct Ports: Decodable, Sendable {
    public let plain: Int
    public let startTLS: Int
    public let login: Int
    public let silent: Int
  }

  /// What arrived, taken apart by Python's parser.
  public struct Arrival: Decodable, Sendable {
    public let mailFrom: String
    public let recipients: [String]
    public let isEncrypted: Bool
    public let isLoggedIn: Bool
    public let subject: String
    public let from: String
    public let fromAddress: String
    public let to: String
    public let headerID: String
    /// Seconds since 1970.
    public let date: Int64
    public let headerNames: [String]
    public let types: [String]
    public let text: String
    public let html: String
    /// What the parser had to forgive.
    public let defects: [String]
    public let longestLine: Int
    public let longestHeaderLine: Int
    /// CR or LF without the other.
    public let bareBreaks: Int
    public let highBytes: Int
  }

  private struct Announcement: Decodable {
    let ports: Ports
    let certificate: String
  }

  public static let user = "quartermaster"
  /// `p@ss/w:ö%d` as it stands in a URL.
  public static let encodedPassword = "p%40ss%2Fw%3A%C3%B6%25d"

  public let ports: Ports
  /// A file of the certificate that it shows, which nobody trusts by default.
  public let certificate: String
  private let folder: URL
  private let process: Process
  private let lifeline: Pipe

  private init() throws {
    folder = URL(filePath: NSTemporaryDirectory()).appending(path: "smtp-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    (process, lifeline) = (Process(), Pipe())
    let output = Pipe()
    process.executableURL = repositoryRoot.appending(path: "scripts/throwaway-smtp")
    process.arguments = [folder.path]
    process.standardInput = lifeline
    process.standardOutput = output
    for pipe in [lifeline, output] { pipe.closeOnExec() }
    try process.run()
    let line = output.fileHandleForReading.availableData
    let announcement = try JSONDecoder().decode(Announcement.self, from: line)
    (ports, certificate) = (announcement.ports, announcement.certificate)
  }

  /// Starts it, runs the body and takes it away again, with all that it accepted.
  public static func run<R>(_ body: (ThrowawayMailServer) async throws -> R) async throws -> R {
    // Starting waits for the server's first line, on a thread that others do not need.
    let server = try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(with: Result { try ThrowawayMailServer() })
      }
    }
    do {
      let result = try await body(server)
      try server.stop()
      return result
    } catch {
      try server.stop()
      throw error
    }
  }

  private func stop() throws {
    process.terminate()
    try FileManager.default.removeItem(at: folder)
  }

  /// Everything accepted so far, in its order.
  public func arrivals() throws -> [Arrival] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    return try names.filter { $0.hasSuffix(".json") }.sorted().map { name in
      try JSONDecoder().decode(
        Arrival.self, from: Data(contentsOf: folder.appending(path: name)))
    }
  }
}

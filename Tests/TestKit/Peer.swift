import Foundation
import Glibc

/// A client that sends exactly the bytes it is told to. Its calls block: use it in `blocking`.
public final class Peer {
  private let descriptor: Int32
  /// What came and was not taken yet.
  private var received: [UInt8] = []

  public struct Unreachable: Error {
    public let errorNumber: Int32
  }

  public struct Answer: Hashable, Sendable {
    public var status: Int
    /// By lower-case name.
    public var headers: [String: String]
    public var body: String

    public init(status: Int, headers: [String: String], body: String) {
      (self.status, self.headers, self.body) = (status, headers, body)
    }
  }

  public init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    // Throwing here ends in `deinit`, which closes.
    guard status == 0 else { throw Unreachable(errorNumber: errno) }
    // A server that never answers must fail a test, not hold it up.
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
  }

  deinit { close(descriptor) }

  /// Sends all; false when the server hung up before.
  @discardableResult
  public func send(_ bytes: some Collection<UInt8>) -> Bool {
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  @discardableResult
  public func send(_ text: String) -> Bool { send(text.utf8) }

  public func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Closes with a reset instead of a farewell.
  public func abort() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    let size = socklen_t(MemoryLayout<Glibc.linger>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, size)
  }

  /// Whether the server sent something, or hung up, by then.
  public func hasMore(withinMilliseconds milliseconds: Int32) -> Bool {
    var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return Glibc.poll(&poll, 1, milliseconds) > 0
  }

  /// Whether more came; false at the end of the stream.
  private func receive() -> Bool {
    var room = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &room, room.count, 0)
    if count > 0 { received += room[..<count] }
    return count > 0
  }

  /// Everything until the server closes; nil when it does not.
  public func readToEnd() -> String? {
    while receive() {}
    var byte: UInt8 = 0
    guard recv(descriptor, &byte, 1, 0) == 0 else { return nil }
    defer { received = [] }
    return String(decoding: received, as: UTF8.self)
  }

  /// The next answer, by its length; nil when the stream ends before it is whole.
  public func readAnswer(hasBody: Bool = true) -> Answer? {
    let boundary = Array("\r\n\r\n".utf8)
    while true {
      if let end = firstPlace(of: boundary) {
        let head = String(decoding: received[..<end], as: UTF8.self)
        received.removeSubrange(..<(end + 4))
        return answer(head, hasBody: hasBody)
      }
      guard receive() else { return nil }
    }
  }

  private func answer(_ head: String, hasBody: Bool) -> Answer? {
    let lines = head.components(separatedBy: "\r\n")
    let words = (lines.first ?? "").split(separator: " ")
    guard words.count >= 2, let status = Int(words[1]) else { return nil }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].drop { $0 == " " }
      headers[line[..<colon].lowercased()] = String(value)
    }
    let length = hasBody ? Int(headers["content-length"] ?? "0") ?? 0 : 0
    while received.count < length { guard receive() else { return nil } }
    let body = String(decoding: received[..<length], as: UTF8.self)
    received.removeSubrange(..<length)
    return Answer(status: status, headers: headers, body: body)
  }

  private func firstPlace(of pattern: [UInt8]) -> Int? {
    guard received.count >= pattern.count else { return nil }
    return (0...(received.count - pattern.count)).first {
      received[$0..<($0 + pattern.count)].elementsEqual(pattern)
    }
  }
}

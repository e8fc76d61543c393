internal import Glibc

/// One peer, as the loop that owns it sees it; no other thread touches it.
final class Connection {
  enum Phase: Hashable {
    /// Open without a request.
    case idle
    case readingHead
    case readingBody
    /// A handler has the request with this number.
    case handling(UInt64)
    case answering
    /// Answered and shut for writing: what still comes is read and thrown away, for a while.
    case lingering
    case closed
  }

  enum Reception {
    case bytes(Int)
    case nothing, end, broken
  }

  let descriptor: Int32
  let token: UInt64
  let remote: String
  var reader: RequestReader
  var phase = Phase.idle
  /// When the phase has lasted too long, or its rate is looked at.
  var deadline: Moment
  /// Bytes moved since the last look at the rate.
  var windowBytes = 0
  var outgoing = Outgoing()
  var exchange: Exchange
  var requestStarted: Moment
  var task: Task<Void, Never>?
  var closesAfterAnswer = false
  /// All that the peer sent was read; it may still read. Closing earlier would reset the connection
  /// and could take the answer with it.
  var hasReadEnd = false
  /// Of a body, counted against the limit of all connections.
  var bufferedBytes = 0
  var interest: Poller.Events = []

  init(descriptor: Int32, token: UInt64, remote: String, limits: Limits) {
    self.descriptor = descriptor
    self.token = token
    self.remote = remote
    reader = RequestReader(limits: limits)
    requestStarted = .now
    deadline = requestStarted + limits.idleSeconds
    exchange = Exchange(id: "", remote: remote)
  }

  var isReading: Bool { [.idle, .readingHead, .readingBody].contains(phase) }

  func receive(into room: UnsafeMutableRawBufferPointer) -> Reception {
    while true {
      let count = recv(descriptor, room.baseAddress, room.count, 0)
      if count > 0 { return .bytes(count) }
      if count == 0 { return .end }
      switch errno {
      case EINTR: continue
      case EAGAIN: return .nothing
      default: return .broken
      }
    }
  }
}

/// Bytes on their way out.
struct Outgoing {
  enum Progress { case done, blocked, broken }

  private var parts: [[UInt8]] = []
  private var sentOfFirst = 0
  private(set) var sentBytes = 0

  mutating func add(_ bytes: [UInt8]) {
    if !bytes.isEmpty { parts.append(bytes) }
  }

  mutating func restart() { (parts, sentOfFirst, sentBytes) = ([], 0, 0) }

  mutating func send(to descriptor: Int32) -> Progress {
    while let first = parts.first {
      // The last part says so, for the system to fill its packets with head and body.
      let flags = Int32(MSG_NOSIGNAL) | (parts.count > 1 ? Int32(MSG_MORE) : 0)
      let count = first.withUnsafeBytes { bytes in
        Glibc.send(
          descriptor, bytes.baseAddress.map { $0 + sentOfFirst }, bytes.count - sentOfFirst, flags)
      }
      if count < 0 {
        switch errno {
        case EINTR: continue
        case EAGAIN: return .blocked
        default: return .broken
        }
      }
      sentBytes += count
      sentOfFirst += count
      if sentOfFirst == first.count {
        parts.removeFirst()
        sentOfFirst = 0
      }
    }
    return .done
  }
}

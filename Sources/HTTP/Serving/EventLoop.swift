internal import Glibc
internal import Synchronization

/// One thread that reads, refuses and answers for its share of the connections; handlers run in
/// tasks and send their answers back through the mailbox.
///
/// Sendable although it holds connections: everything but `mailbox` and `poller` is touched by the
/// loop's own thread only.
final class EventLoop: @unchecked Sendable {
  enum Message {
    case answered(token: UInt64, request: UInt64, Response)
    case stopAccepting(CheckedContinuation<Void, Never>)
    case drain(until: Moment, CheckedContinuation<Void, Never>)
    case exit
  }

  private struct Mailbox {
    var messages: [Message] = []
    /// The loop has ended and reads no more.
    var isClosed = false
  }

  private static let listenerToken: UInt64 = 0

  let configuration: Configuration
  private let listener: Listener
  let poller: Poller
  private let mailbox = Mutex(Mailbox())
  private var connections: [UInt64: Connection] = [:]
  private var lastToken: UInt64 = 0
  private var lastRequest: UInt64 = 0
  private var isAccepting = true
  private var isListening = false
  private var isFinished = false
  private var drainings: [CheckedContinuation<Void, Never>] = []
  private var drainUntil: Moment?
  private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
  private let tickSeconds: Double

  init(_ configuration: Configuration, listener: Listener) throws(ServerError) {
    self.configuration = configuration
    self.listener = listener
    poller = try Poller()
    let limits = configuration.limits
    let shortest =
      [
        limits.headerSeconds, limits.rateWindowSeconds, limits.handlerSeconds, limits.idleSeconds,
        limits.lingerSeconds,
      ].min() ?? 1
    tickSeconds = min(max(shortest / 4, 0.01), 0.25)
  }

  deinit { room.deallocate() }

  func post(_ message: Message) {
    let isClosed = mailbox.withLock { mailbox in
      if !mailbox.isClosed { mailbox.messages.append(message) }
      return mailbox.isClosed
    }
    // Who asks a loop that has ended for its end has it.
    if isClosed { EventLoop.settle(message) } else { poller.wake() }
  }

  private static func settle(_ message: Message) {
    switch message {
    case .stopAccepting(let continuation), .drain(_, let continuation): continuation.resume()
    case .answered, .exit: break
    }
  }

  /// Serves until told to exit.
  func run() {
    var nextTick = Moment.now
    listen(isAccepting)
    while !isFinished {
      let rests = connections.isEmpty && drainings.isEmpty && isListening == isAccepting
      let ready = poller.wait(milliseconds: rests ? -1 : Int32(tickSeconds * 1_000))
      for (token, events) in ready {
        if token == EventLoop.listenerToken {
          accept()
        } else if let connection = connections[token] {
          handle(events, of: connection)
        }
      }
      for message in takeMessages() { deliver(message) }
      let now = Moment.now
      if now >= nextTick {
        for connection in Array(connections.values) where now >= connection.deadline {
          expire(connection, now: now)
        }
        listen(isAccepting)
        nextTick = now + tickSeconds
      }
      finishDraining(now: now)
    }
    for connection in Array(connections.values) { close(connection) }
    finishDraining(now: .now)
    for message in takeMessages(closing: true) { EventLoop.settle(message) }
  }

  private func takeMessages(closing: Bool = false) -> [Message] {
    mailbox.withLock { mailbox in
      defer { mailbox.messages = [] }
      mailbox.isClosed = closing
      return mailbox.messages
    }
  }

  private func deliver(_ message: Message) {
    switch message {
    case .answered(let token, let request, let response):
      // A handler that passed its deadline, or whose peer went away, answers nobody.
      if let connection = connections[token], connection.phase == .handling(request) {
        answer(connection, response, closes: connection.closesAfterAnswer)
      }
    case .stopAccepting(let continuation):
      isAccepting = false
      listen(false)
      continuation.resume()
    case .drain(let until, let continuation):
      isAccepting = false
      listen(false)
      drainUntil = until
      drainings.append(continuation)
      for connection in Array(connections.values) {
        if connection.phase == .idle {
          close(connection)
        } else {
          connection.closesAfterAnswer = true
        }
      }
    case .exit: isFinished = true
    }
  }

  private func finishDraining(now: Moment) {
    guard let drainUntil else { return }
    if now >= drainUntil {
      for connection in Array(connections.values) { close(connection) }
    }
    if connections.isEmpty {
      for continuation in drainings { continuation.resume() }
      drainings = []
    }
  }
}

// Connections come and go.
extension EventLoop {
  private func listen(_ wanted: Bool) {
    guard wanted != isListening else { return }
    if wanted {
      poller.add(
        listener.descriptor, token: EventLoop.listenerToken, [.readable, .exclusive])
    } else {
      poller.remove(listener.descriptor)
    }
    isListening = wanted
  }

  private func accept() {
    for _ in 0..<64 {
      switch listener.accept() {
      case .connection(let descriptor, let remote): open(descriptor, remote)
      case .none: return
      case .exhausted where makeRoom(): continue
      case .exhausted:
        // The queue stays ready, so asking again at once would spin: the next tick listens again.
        listen(false)
        return
      }
    }
  }

  private func open(_ descriptor: Int32, _ remote: String) {
    let limits = configuration.limits
    lastToken += 1
    let connection = Connection(
      descriptor: descriptor, token: lastToken, remote: remote, limits: limits)
    connections[lastToken] = connection
    let open = configuration.load.connections.add(1, ordering: .relaxed).newValue
    connection.interest = [.readable, .peerDone]
    poller.add(descriptor, token: lastToken, connection.interest)
    if open > limits.maximumConnections, !makeRoom(besides: connection) {
      refuse(connection, .tooManyConnections(limit: limits.maximumConnections))
    }
  }

  /// Closes the connection that has been idle longest, so that those who keep many open in silence
  /// do not stop who has something to ask.
  private func makeRoom(besides fresh: Connection? = nil) -> Bool {
    let idle = connections.values.filter { $0.phase == .idle && $0 !== fresh }
    guard let oldest = idle.min(by: { $0.deadline < $1.deadline }) else { return false }
    close(oldest)
    return true
  }

  func close(_ connection: Connection) {
    guard connections.removeValue(forKey: connection.token) != nil else { return }
    connection.task?.cancel()
    if connection.isExchanging { report(connection, isDelivered: false) }
    connection.phase = .closed
    releaseBuffered(connection)
    poller.remove(connection.descriptor)
    Glibc.close(connection.descriptor)
    configuration.load.connections.subtract(1, ordering: .relaxed)
  }

  func watch(_ connection: Connection, _ events: Poller.Events) {
    guard events != connection.interest else { return }
    connection.interest = events
    poller.change(connection.descriptor, token: connection.token, events)
  }

  func nextRequest() -> UInt64 {
    lastRequest += 1
    return lastRequest
  }

  /// Bytes of the peer, in the loop's one buffer; valid until the next call.
  func receive(from connection: Connection) -> (Connection.Reception, UnsafeRawBufferPointer) {
    let reception = connection.receive(into: room)
    guard case .bytes(let count) = reception else {
      return (reception, UnsafeRawBufferPointer(start: nil, count: 0))
    }
    return (reception, UnsafeRawBufferPointer(rebasing: room[..<count]))
  }
}

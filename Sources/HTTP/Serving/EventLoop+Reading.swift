internal import Synchronization

// From ready sockets to requests.
extension EventLoop {
  func handle(_ events: Poller.Events, of connection: Connection) {
    if events.contains(.writable) { flush(connection) }
    if connection.phase == .lingering {
      return discard(connection)
    }
    if connection.isReading, !events.isDisjoint(with: [.readable, .ended]) {
      return read(connection)
    }
    if !events.isDisjoint(with: .broken) {
      close(connection)
    } else if events.contains(.peerDone) {
      // It may have only finished sending, and wait for its answer.
      watch(connection, connection.interest.subtracting([.peerDone, .readable]))
    }
  }

  private func read(_ connection: Connection) {
    // A peer that sends without a pause must not keep the loop from the others.
    for _ in 0..<8 where connection.isReading {
      let (reception, bytes) = receive(from: connection)
      switch reception {
      case .bytes:
        if connection.phase == .idle { begin(connection) }
        take(bytes, of: connection)
      case .nothing: return
      case .broken: return close(connection)
      case .end:
        connection.hasReadEnd = true
        if connection.phase == .idle { return close(connection) }
        return refuse(connection, .malformed(.truncated))
      }
    }
  }

  private func begin(_ connection: Connection) {
    connection.phase = .readingHead
    connection.requestStarted = .now
    connection.deadline = connection.requestStarted + configuration.limits.headerSeconds
    connection.exchange = Exchange(id: RequestID.made(), remote: connection.remote)
  }

  private func take(_ bytes: UnsafeRawBufferPointer, of connection: Connection) {
    connection.reader.append(bytes)
    connection.windowBytes += bytes.count
    if connection.phase == .readingBody { countBuffered(connection) }
    if connection.isReading { advance(connection) }
  }

  /// Does what the bytes that are here allow.
  func advance(_ connection: Connection) {
    while connection.isReading {
      switch connection.reader.next() {
      case .more:
        if connection.reader.isIdle {
          rest(connection)
        } else if connection.phase == .idle {
          begin(connection)
        }
        return
      case .refused(let problem): return refuse(connection, problem)
      case .head(let head): admit(head, of: connection)
      case .whole(let head, let body):
        if connection.phase == .idle { begin(connection) }
        return hand(over: request(head, body, of: connection), of: connection, head)
      }
    }
  }

  /// Waits for the next request.
  private func rest(_ connection: Connection) {
    connection.phase = .idle
    connection.deadline = .now + configuration.limits.idleSeconds
  }

  /// Asks whether the body is wanted at all before it is sent.
  private func admit(_ head: RequestHead, of connection: Connection) {
    if connection.phase == .idle { begin(connection) }
    connection.phase = .readingBody
    connection.windowBytes = 0
    connection.deadline = .now + configuration.limits.rateWindowSeconds
    let request = request(head, [], of: connection)
    if let refusal = configuration.responder.refusal(of: request) {
      return answer(connection, refusal, closes: true)
    }
    if head.expectsContinue, connection.reader.body.isEmpty {
      connection.outgoing.add(Wire.goOn)
      flush(connection)
    }
    if connection.isReading { countBuffered(connection) }
  }

  private func request(
    _ head: RequestHead, _ body: [UInt8], of connection: Connection
  ) -> Request {
    let id = RequestID.of(head.headers)
    connection.exchange.id = id
    connection.exchange.method = head.method
    connection.exchange.path = "/" + head.target.path.joined(separator: "/")
    connection.exchange.requestBodyBytes = body.count
    if !head.keepsAlive { connection.closesAfterAnswer = true }
    return Request(
      head.method, head.target, headers: head.headers, body: body, remote: connection.remote,
      id: id)
  }

  private func hand(over request: Request, of connection: Connection, _ head: RequestHead) {
    let load = configuration.load
    guard Load.take(load.inFlight, limit: configuration.limits.maximumInFlight) else {
      return refuse(connection, .busy)
    }
    let (number, token, bufferedBytes) = (nextRequest(), connection.token, connection.bufferedBytes)
    // The body is the handler's now, and counts until the handler is done, even if nobody waits.
    connection.bufferedBytes = 0
    connection.phase = .handling(number)
    connection.deadline = .now + configuration.limits.handlerSeconds
    watch(connection, [.peerDone])
    let responder = configuration.responder
    connection.task = Task(executorPreference: HandlerThreads.shared) {
      let response = await responder.respond(to: request)
      load.inFlight.subtract(1, ordering: .relaxed)
      load.bufferedBytes.subtract(bufferedBytes, ordering: .relaxed)
      self.post(.answered(token: token, request: number, response))
    }
  }

  private func countBuffered(_ connection: Connection) {
    let more = connection.reader.body.count - connection.bufferedBytes
    connection.bufferedBytes += more
    let sum = configuration.load.bufferedBytes.add(more, ordering: .relaxed).newValue
    if sum > configuration.limits.maximumBufferedBytes { refuse(connection, .busy) }
  }

  func releaseBuffered(_ connection: Connection) {
    configuration.load.bufferedBytes.subtract(connection.bufferedBytes, ordering: .relaxed)
    connection.bufferedBytes = 0
  }

  private func discard(_ connection: Connection) {
    for _ in 0..<8 {
      switch receive(from: connection).0 {
      case .bytes: continue
      case .nothing: return
      case .end, .broken: return close(connection)
      }
    }
  }
}

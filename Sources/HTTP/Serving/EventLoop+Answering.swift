internal import Glibc

// From answers to closed or waiting connections.
extension EventLoop {
  /// Says why, and ends the connection: after a refusal nobody knows where the next request begins.
  func refuse(_ connection: Connection, _ problem: ServerProblem) {
    if !connection.isExchanging, connection.exchange.id.isEmpty {
      connection.exchange.id = RequestID.made()
    }
    connection.exchange.problem = problem
    releaseBuffered(connection)
    answer(connection, configuration.problem(problem).adding(problem.headers), closes: true)
  }

  func answer(_ connection: Connection, _ response: Response, closes: Bool) {
    connection.task = nil
    connection.closesAfterAnswer = closes
    connection.exchange.status = response.status
    connection.exchange.route = response.route
    connection.exchange.notes = response.notes
    connection.outgoing.restart()
    connection.outgoing.add(
      Wire.head(response, requestID: connection.exchange.id, closes: closes))
    if connection.exchange.method != .head, Response.allowsContent(response.status) {
      connection.outgoing.add(response.body)
    }
    connection.phase = .answering
    connection.windowBytes = 0
    connection.deadline = .now + configuration.limits.rateWindowSeconds
    flush(connection)
  }

  func flush(_ connection: Connection) {
    let before = connection.outgoing.sentBytes
    let progress = connection.outgoing.send(to: connection.descriptor)
    connection.windowBytes += connection.outgoing.sentBytes - before
    let isAnswer = connection.phase == .answering
    switch progress {
    case .broken: close(connection)
    case .blocked: watch(connection, isAnswer ? [.writable] : [.readable, .peerDone, .writable])
    case .done:
      if isAnswer {
        finish(connection)
      } else if connection.isReading {
        watch(connection, [.readable, .peerDone])
      }
    }
  }

  private func finish(_ connection: Connection) {
    report(connection, isDelivered: true)
    guard connection.closesAfterAnswer else {
      connection.phase = .idle
      connection.deadline = .now + configuration.limits.idleSeconds
      watch(connection, [.readable, .peerDone])
      return advance(connection)
    }
    connection.phase = .lingering
    guard !connection.hasReadEnd, shutdown(connection.descriptor, Int32(SHUT_WR)) == 0 else {
      return close(connection)
    }
    connection.deadline = .now + configuration.limits.lingerSeconds
    watch(connection, [.readable, .peerDone])
  }

  func expire(_ connection: Connection, now: Moment) {
    let limits = configuration.limits
    switch connection.phase {
    case .idle, .lingering: close(connection)
    case .readingHead: refuse(connection, .headTooSlow(limitSeconds: limits.headerSeconds))
    case .readingBody:
      if isTooSlow(connection) {
        refuse(connection, .bodyTooSlow(limitBytesPerSecond: limits.bodyBytesPerSecond))
      } else {
        connection.deadline = now + limits.rateWindowSeconds
      }
    case .handling:
      connection.task?.cancel()
      refuse(connection, .handlerTooSlow(limitSeconds: limits.handlerSeconds))
    case .answering:
      if isTooSlow(connection) {
        close(connection)
      } else {
        connection.deadline = now + limits.rateWindowSeconds
      }
    case .closed: break
    }
  }

  private func isTooSlow(_ connection: Connection) -> Bool {
    let limits = configuration.limits
    let wanted = Double(limits.bodyBytesPerSecond) * limits.rateWindowSeconds
    defer { connection.windowBytes = 0 }
    return Double(connection.windowBytes) < wanted
  }

  func report(_ connection: Connection, isDelivered: Bool) {
    connection.exchange.isDelivered = isDelivered
    connection.exchange.responseBytes = connection.outgoing.sentBytes
    connection.exchange.seconds = Moment.now - connection.requestStarted
    configuration.observer(connection.exchange)
    connection.exchange = Exchange(id: "", remote: connection.remote)
  }
}

extension Connection {
  /// Whether a request has begun and its answer is not told yet.
  var isExchanging: Bool {
    switch phase {
    case .idle, .lingering, .closed: false
    case .readingHead, .readingBody, .handling, .answering: true
    }
  }
}

/// A bounded number of sessions that many tasks share.
///
/// A session that broke, as when the server restarted, is replaced on its next use; work that met
/// the break is run once more on a fresh one, so it must be safe to run twice: a transaction is,
/// and so is anything with an idempotency key.
public actor SessionPool {
  public enum Failure: Error, Hashable, Sendable {
    /// No session came free in time.
    case exhausted(limit: Int)
    case closed
  }

  public struct Figures: Hashable, Sendable {
    public var open = 0
    public var idle = 0
    public var waiting = 0
    /// How often a task had to wait, and for how long in all.
    public var waits = 0
    public var waitedSeconds = 0.0
  }

  private struct Waiter {
    let id: Int
    let continuation: CheckedContinuation<Void, any Error>
  }

  private let target: ConnectionTarget
  private let limit: Int
  private let patience: Duration
  private var idle: [Session] = []
  private var open = 0
  private var waiters: [Waiter] = []
  private var nextWaiter = 0
  private var isClosed = false
  private var waits = 0
  private var waited = Duration.zero

  /// - Parameters:
  ///   - limit: sessions at most.
  ///   - patience: how long a task waits for one.
  public init(_ target: ConnectionTarget, limit: Int, patience: Duration = .seconds(5)) {
    precondition(limit > 0, "a pool without sessions")
    self.target = target
    self.limit = limit
    self.patience = patience
  }

  public var figures: Figures {
    let parts = waited.components
    return Figures(
      open: open, idle: idle.count, waiting: waiters.count, waits: waits,
      waitedSeconds: Double(parts.seconds) + Double(parts.attoseconds) / 1e18)
  }

  /// Runs the work with a session of its own.
  @discardableResult
  public func use<R: Sendable>(
    _ work: @Sendable (Session) async throws -> R
  ) async throws -> R {
    let (session, isFresh) = try await take()
    do {
      let result = try await work(session)
      give(back: session)
      return result
    } catch let error as PostgresError where error.isConnectionLoss {
      await discard(session)
      if isFresh { throw error }
      if case .commitOutcomeUnknown = error { throw error }
    } catch {
      give(back: session)
      throw error
    }
    return try await useFresh(work)
  }

  /// Ends all sessions; those in use end when they are given back.
  public func close() async {
    isClosed = true
    for waiter in waiters { waiter.continuation.resume(throwing: Failure.closed) }
    waiters = []
    let ending = idle
    idle = []
    for session in ending { await discard(session) }
  }

  private func useFresh<R: Sendable>(
    _ work: @Sendable (Session) async throws -> R
  ) async throws -> R {
    // What lay idle broke with the session that was just lost.
    let stale = idle
    idle = []
    for session in stale { await discard(session) }
    let (session, _) = try await take()
    do {
      let result = try await work(session)
      give(back: session)
      return result
    } catch let error as PostgresError where error.isConnectionLoss {
      await discard(session)
      throw error
    } catch {
      give(back: session)
      throw error
    }
  }

  private func take() async throws -> (session: Session, isFresh: Bool) {
    while true {
      if isClosed { throw Failure.closed }
      if let session = idle.popLast() { return (session, false) }
      if open < limit {
        open += 1
        do {
          return (try await Session.connect(target), true)
        } catch {
          leave()
          throw error
        }
      }
      try await wait()
    }
  }

  private func wait() async throws {
    let start = ContinuousClock.now
    let id = nextWaiter
    nextWaiter += 1
    let timer = Task {
      try await Task.sleep(for: patience)
      giveUp(id)
    }
    defer { timer.cancel() }
    try await withCheckedThrowingContinuation { continuation in
      waiters.append(Waiter(id: id, continuation: continuation))
    }
    waits += 1
    waited += ContinuousClock.now - start
  }

  private func giveUp(_ id: Int) {
    guard let place = waiters.firstIndex(where: { $0.id == id }) else { return }
    waiters.remove(at: place).continuation.resume(throwing: Failure.exhausted(limit: limit))
  }

  private func give(back session: Session) {
    if isClosed {
      leave()
      Task { await session.close() }
      return
    }
    idle.append(session)
    wakeOne()
  }

  private func discard(_ session: Session) async {
    leave()
    await session.close()
  }

  private func leave() {
    open -= 1
    wakeOne()
  }

  private func wakeOne() {
    guard !waiters.isEmpty else { return }
    waiters.removeFirst().continuation.resume()
  }
}

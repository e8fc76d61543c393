internal import Digests
internal import Glibc
public import Inventory
public import Postgres
internal import Storage

/// Carries out requests for runs, one at a time. Any number of instances may do it at once: each
/// request takes effect once.
///
/// A request is held under a lease that a second connection extends. Whoever loses it, because its
/// machine slept or its network broke, publishes nothing: the claim's token is checked inside the
/// transaction of the publication.
public struct Worker: Sendable {
  public enum Outcome: Sendable {
    case published(TrainingSummary, request: Int)
    /// A run of this input is in use already, so none was made.
    case unchanged(UnchangedInput, request: Int)
    /// The request cannot be fulfilled, and says so now.
    case failed(FailureReport, request: Int)
    /// Somebody else holds the request, or it waits again.
    case givenUp(FailureReport, request: Int)
  }

  /// After so many claims without an end, whatever carries a request out is not what it takes.
  static let claimLimit = 5
  public static let defaultLeaseSeconds = 60.0

  /// Unique among all instances, and new with each start.
  public let name: String
  private let target: ConnectionTarget
  private let leaseSeconds: Double
  private let clock: @Sendable (_ asOf: Day?) -> ZoneClock
  private let progress: Progress.Channel

  public init(
    name: String, target: ConnectionTarget, leaseSeconds: Double = Worker.defaultLeaseSeconds,
    progress: Progress.Channel = .silent, clock: @escaping @Sendable (_ asOf: Day?) -> ZoneClock
  ) {
    self.name = name
    self.target = target
    self.leaseSeconds = leaseSeconds
    self.clock = clock
    self.progress = progress
  }

  /// A name that no other instance has, and not this one after its next start.
  public static func uniqueName() throws -> String {
    var host = [CChar](repeating: 0, count: 65)
    let isKnown = gethostname(&host, host.count - 1) == 0
    let name = host.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    let random = Hexadecimal.text(try RandomBytes.make(count: 4))
    return (isKnown ? String(decoding: name, as: UTF8.self) : "host") + "-\(getpid())-\(random)"
  }

  /// Carries out the request that has waited longest; nil when there is none.
  ///
  /// - Throws: only what prevents from asking and answering, such as a lost connection. A request
  ///   that was claimed then is due again when its lease ends, or with `release`.
  public func workOnce(in session: Session) async throws -> Outcome? {
    let (name, leaseSeconds) = (name, leaseSeconds)
    let claim = try await session.run { db in
      try db.transaction { db in
        _ = try RunRequestStore.abandon(
          afterClaims: Worker.claimLimit, Worker.abandonment, in: db)
        try RunRequestStore.giveUpLate(in: db)
        return try RunRequestStore.claim(holder: name, leaseSeconds: leaseSeconds, in: db)
      }
    }
    guard let claim else { return nil }
    let heartbeat = Heartbeat(target: target, claim: claim, leaseSeconds: leaseSeconds)
    let beating = Task { await heartbeat.run() }
    defer { beating.cancel() }
    do {
      let summary = try await Training.run(
        clock: clock(claim.asOf), skipsUnchanged: true, progress: progress, in: session
      ) { run, db in
        try RunRequestStore.complete(claim, run: run, in: db)
      }
      return .published(summary, request: claim.request)
    } catch let unchanged as UnchangedInput {
      return try await end(claim, unchanged, in: session)
    } catch {
      return try await end(claim, after: error, in: session)
    }
  }

  /// Gives back what this worker holds: when it stops, and after its connection was lost.
  public func release(in session: Session) async throws {
    let name = name
    _ = try await session.run { db in try RunRequestStore.release(holder: name, in: db) }
  }

  private static let abandonment =
    "given up: \(claimLimit) times it was begun, and each time its worker went away before the end"

  private func end(
    _ claim: RunClaim, _ unchanged: UnchangedInput, in session: Session
  ) async throws -> Outcome {
    do {
      try await session.run { db in
        try RunRequestStore.complete(
          claim, unchanged: unchanged.run, finding: unchanged.finding, in: db)
      }
    } catch let overtaken as RunRequestError {
      return .givenUp(FailureReport(overtaken), request: claim.request)
    }
    return .unchanged(unchanged, request: claim.request)
  }

  private func end(
    _ claim: RunClaim, after error: any Error, in session: Session
  ) async throws -> Outcome {
    let report = FailureReport(error)
    switch error {
    case RunRequestError.overtaken: return .givenUp(report, request: claim.request)
    case let error as PostgresError where error.isConnectionLoss: throw error
    case is CancellationError:
      try await release(in: session)
      return .givenUp(report, request: claim.request)
    case let error as PostgresError where error.isTransient:
      try await release(in: session)
      return .givenUp(report, request: claim.request)
    default:
      do {
        try await session.run { db in try RunRequestStore.fail(claim, report.sentence, in: db) }
      } catch let overtaken as RunRequestError {
        return .givenUp(FailureReport(overtaken), request: claim.request)
      }
      return .failed(report, request: claim.request)
    }
  }
}

/// Extends a claim's lease until it is cancelled or the claim is lost, on a connection of its own,
/// because the worker's is busy for as long as its statements take.
private struct Heartbeat: Sendable {
  let target: ConnectionTarget
  let claim: RunClaim
  let leaseSeconds: Double

  func run() async {
    while !Task.isCancelled {
      do {
        let session = try await Session.connect(target)
        do {
          while try await extend(in: session) {
            try await Task.sleep(for: .seconds(leaseSeconds / 3))
          }
          await session.close()
          return
        } catch {
          await session.close()
          throw error
        }
      } catch {
        // Whatever it is, the lease decides: a claim that is not extended is lost in time, and the
        // publication notices.
        do { try await Task.sleep(for: .seconds(leaseSeconds / 10)) } catch { return }
      }
    }
  }

  private func extend(in session: Session) async throws -> Bool {
    let (claim, leaseSeconds) = (claim, leaseSeconds)
    return try await session.run { db in
      try RunRequestStore.extend(claim, leaseSeconds: leaseSeconds, in: db)
    }
  }
}

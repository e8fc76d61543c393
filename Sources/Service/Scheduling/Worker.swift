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
    /// What a run of this input would come to is known already, so none was made.
    case unchanged(UnchangedInput, request: Int)
    /// The request cannot be fulfilled, and says so now.
    case failed(FailureReport, request: Int)
    /// Somebody else holds the request, or it waits again.
    case givenUp(FailureReport, request: Int)
    /// A shard of another worker's request is done; its answer came too late if it was not taken.
    case fitted(shard: Int, request: Int, isTaken: Bool)
    /// Another worker's request cannot be helped with here.
    case passed(FailureReport, request: Int)
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
  private let hands: ShardHands
  private let help: ShardHelp

  public init(
    name: String, target: ConnectionTarget, leaseSeconds: Double = Worker.defaultLeaseSeconds,
    progress: Progress.Channel = .silent, clock: @escaping @Sendable (_ asOf: Day?) -> ZoneClock
  ) {
    self.name = name
    self.target = target
    self.leaseSeconds = leaseSeconds
    self.clock = clock
    self.progress = progress
    hands = ShardHands(name: name, target: target, leaseSeconds: leaseSeconds)
    help = ShardHelp(hands)
  }

  /// A name that no other instance has, and not this one after its next start.
  public static func uniqueName() throws -> String {
    var host = [CChar](repeating: 0, count: 65)
    let isKnown = gethostname(&host, host.count - 1) == 0
    let name = host.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    let random = Hexadecimal.text(try RandomBytes.make(count: 4))
    return (isKnown ? String(decoding: name, as: UTF8.self) : "host") + "-\(getpid())-\(random)"
  }

  /// Carries out the request that has waited longest, or else fits a shard of one that another
  /// worker carries out; nil when there is neither.
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
    guard let claim else { return try await helpOnce(in: session) }
    let heartbeat = Heartbeat(target: target, leaseSeconds: leaseSeconds) { seconds, db in
      try RunRequestStore.extend(claim, leaseSeconds: seconds, in: db)
    }
    do {
      let summary = try await heartbeat.during {
        try await Training.train(
          clock: clock(claim.asOf), progress: progress,
          shared: ShardedForecast(claim: claim, hands: hands), in: session
        ) { run, db in
          try RunRequestStore.complete(claim, run: run, in: db)
          try ShardStore.close(claim.request, in: db)
        }
      }
      return .published(summary, request: claim.request)
    } catch let unchanged as UnchangedInput {
      return try await end(claim, unchanged, in: session)
    } catch {
      return try await end(claim, after: error, in: session)
    }
  }

  private func helpOnce(in session: Session) async throws -> Outcome? {
    switch try await help.once(in: session) {
    case nil: nil
    case .fitted(let claim):
      .fitted(shard: claim.number, request: claim.request, isTaken: true)
    case .refused(let claim):
      .fitted(shard: claim.number, request: claim.request, isTaken: false)
    case .passed(let report, let request): .passed(report, request: request)
    }
  }

  /// Prepares a session for this worker. What it held on an earlier one is nobody's but its own.
  func prepare(_ session: Session) async throws {
    let leaseSeconds = leaseSeconds
    try await session.run { db in
      try RunRequestStore.limitSilence(seconds: leaseSeconds, in: db)
    }
    try await release(in: session)
  }

  /// Gives back what this worker holds: when it stops, and after its connection was lost.
  public func release(in session: Session) async throws {
    let name = name
    _ = try await session.run { db in try RunRequestStore.release(holder: name, in: db) }
    try await hands.release(in: session)
  }

  private static let abandonment =
    "given up: \(claimLimit) times it was begun, and each time its worker went away before the end"

  private func end(
    _ claim: RunClaim, _ unchanged: UnchangedInput, in session: Session
  ) async throws -> Outcome {
    do {
      try await session.run { db in
        try db.transaction { db in
          try RunRequestStore.complete(
            claim, unchanged: unchanged.run, finding: unchanged.finding, in: db)
          try ShardStore.close(claim.request, in: db)
        }
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
        try await session.run { db in
          try db.transaction { db in
            try RunRequestStore.fail(claim, report.sentence, in: db)
            try ShardStore.close(claim.request, in: db)
          }
        }
      } catch let overtaken as RunRequestError {
        return .givenUp(FailureReport(overtaken), request: claim.request)
      }
      return .failed(report, request: claim.request)
    }
  }
}

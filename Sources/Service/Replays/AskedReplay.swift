internal import Postgres
internal import Storage

/// Carries out replays that somebody asked for, one at a time. Any number of instances may do it at
/// once: each wish has one outcome.
struct AskedReplay: Sendable {
  /// After so many claims without an end, whatever carries a replay out is not what it takes.
  static let claimLimit = 3

  let target: ConnectionTarget
  let clock: ZoneClock
  var leaseSeconds = Worker.defaultLeaseSeconds

  /// What came of the wish that has waited longest; nil when there is none, while a run is under
  /// way, and where the wish failed or somebody else has taken it over.
  func once(in session: Session) async throws -> ReplayRecord? {
    let leaseSeconds = leaseSeconds
    let claim = try await session.run { db in
      try db.transaction { db in
        try ReplayRequestStore.abandon(
          afterClaims: AskedReplay.claimLimit, AskedReplay.abandonment, in: db)
        return try ReplayRequestStore.claim(leaseSeconds: leaseSeconds, in: db)
      }
    }
    guard let claim else { return nil }
    let heartbeat = Heartbeat(target: target, leaseSeconds: leaseSeconds) { seconds, db in
      try ReplayRequestStore.extend(claim, leaseSeconds: seconds, in: db)
    }
    do {
      let record = try await heartbeat.during {
        try await ServedReplay.make(
          of: claim.run, sample: claim.sample, seed: UInt64(claim.request), clock: clock,
          in: session)
      }
      return try await keep(record, claim, in: session) ? record : nil
    } catch let error as PostgresError where error.isConnectionLoss || error.isTransient {
      throw error
    } catch let error as CancellationError {
      throw error
    } catch {
      let sentence = FailureReport(error).sentence
      try await session.run { db in try ReplayRequestStore.fail(claim, sentence, in: db) }
      return nil
    }
  }

  /// Writes the outcome down with the end of its wish, or nothing when somebody else has it.
  private func keep(
    _ record: ReplayRecord, _ claim: ReplayClaim, in session: Session
  ) async throws -> Bool {
    do {
      try await session.run { db in
        try db.transaction { db in
          let replay = try ServedReplay.keep(record, in: db)
          guard try ReplayRequestStore.complete(claim, replay: replay, in: db) else {
            throw Overtaken()
          }
        }
      }
      return true
    } catch is Overtaken { return false }
  }

  private struct Overtaken: Error {}

  private static let abandonment =
    "given up: \(claimLimit) times it was begun, and each time its worker went away before the end"
}

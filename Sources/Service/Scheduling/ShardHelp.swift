internal import Planning
internal import Postgres
internal import Storage

/// Helps with the shards of requests that other workers hold. What it takes is a shard's own
/// numbers, so its memory is bounded by a shard.
actor ShardHelp {
  enum Outcome: Sendable {
    case fitted(ShardClaim)
    /// The lease was lost before the answer was there.
    case refused(ShardClaim)
    /// This worker cannot make the request's work, and leaves it to others.
    case passed(FailureReport, request: Int)
  }

  private let hands: ShardHands
  private var passed: [Int] = []

  init(_ hands: ShardHands) { self.hands = hands }

  /// Fits one shard; nil when there is none to fit.
  func once(in session: Session) async throws -> Outcome? {
    guard let claim = try await hands.claim(of: nil, passing: passed, in: session) else {
      return nil
    }
    do {
      let bytes = try await session.run { db in try ShardStore.task(of: claim, in: db) }
      guard let bytes else { return .refused(claim) }
      let isTaken = try await hands.fit(claim, in: session) {
        do {
          return try ShardTask(bytes: bytes).answer()
        } catch is ShardAnswerError {
          throw UnreadableShard(shard: claim.number)
        }
      }
      return isTaken ? .fitted(claim) : .refused(claim)
    } catch let error as PostgresError where error.isTransient || error.isConnectionLoss {
      throw error
    } catch {
      // The request's holder will meet the same, and say so where it is asked for.
      passed.append(claim.request)
      try await hands.release(in: session)
      return .passed(FailureReport(error), request: claim.request)
    }
  }
}

/// A shard whose numbers are none.
private struct UnreadableShard: Failure {
  let shard: Int

  var code: String { "unreadable-shard" }
  var exitCode: ExitCode { .software }
  var sentence: String {
    "what shard \(shard) is to be fitted from is not what this program wrote; the worker that began"
      + " the run fits it"
  }
}

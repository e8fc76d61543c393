internal import Postgres

/// Finds out what became of a batch when the connection was lost at COMMIT's answer.
///
/// Only the key tells: on a new connection the batch is looked up by it, after the lock of the key
/// was let go, which the lost transaction held to its end. Found, its receipt is the answer; not
/// found, nothing was stored, and the batch is stored then.
enum CommitOutcome {
  /// Before each look on a new connection.
  static let pauses: [Duration] = [
    .zero, .milliseconds(100), .milliseconds(400), .seconds(1), .seconds(2),
  ]

  /// - Parameter work: one batch in one transaction, looked up by its key first; told whether it is
  ///   done once more, when the key may be another's for a moment and when what is found is the
  ///   first answer.
  /// - Throws: `PostgresError.commitOutcomeUnknown` when it could not be found out.
  static func known<R: Sendable>(
    on session: Session, _ work: @Sendable (Session, _ isOnceMore: Bool) async throws -> R
  ) async throws -> R {
    do {
      return try await work(session, false)
    } catch let unknown as PostgresError {
      guard case .commitOutcomeUnknown = unknown else { throw unknown }
      for pause in pauses {
        try await Task.sleep(for: pause)
        if let answer = try await once(session.target, work) { return answer }
      }
      throw unknown
    }
  }

  /// Nil when this connection was lost, too, or there was none.
  private static func once<R: Sendable>(
    _ target: ConnectionTarget, _ work: @Sendable (Session, Bool) async throws -> R
  ) async throws -> R? {
    do {
      let session = try await Session.connect(target)
      do {
        let answer = try await work(session, true)
        await session.close()
        return answer
      } catch {
        await session.close()
        throw error
      }
    } catch let error as PostgresError where error.isConnectionLoss || error.isTransient {
      return nil
    }
  }
}

// The three loops of the service. Each runs until its task is cancelled, on a connection of its own
// that is opened again when it was lost.

extension Scheduler {
  /// - Parameters:
  ///   - told: hears of every slot that this instance put into the queue.
  ///   - failed: hears of schedules that cannot be followed, and of the database being away.
  public func run(
    _ rounds: Rounds, told: @Sendable (Due) -> Void, failed: @Sendable (FailureReport) -> Void
  ) async {
    await rounds.run(failed: failed) { session in
      for due in try await look(in: session) {
        switch due {
        case .success(let due): told(due)
        case .failure(let failure): failed(FailureReport(failure))
        }
      }
      return false
    }
  }
}

extension Worker {
  /// - Parameters:
  ///   - told: hears how every request ended that this worker carried out.
  ///   - failed: hears of the database being away.
  public func run(
    _ rounds: Rounds, told: @Sendable (Outcome) -> Void,
    failed: @Sendable (FailureReport) -> Void
  ) async {
    await rounds.run(
      failed: failed, connected: { try await prepare($0) },
      round: { session in
        guard let outcome = try await workOnce(in: session) else { return false }
        told(outcome)
        return true
      })
  }
}

extension Mailer {
  /// - Parameters:
  ///   - told: hears what became of every message that this instance took.
  ///   - failed: hears of the database being away.
  public func run(
    _ rounds: Rounds, told: @Sendable (Delivery) -> Void,
    failed: @Sendable (FailureReport) -> Void
  ) async {
    await rounds.run(failed: failed) { session in
      guard let delivery = try await deliverOnce(in: session) else { return false }
      told(delivery)
      return true
    }
  }
}

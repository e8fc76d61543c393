internal import Postgres

/// Extends a lease until it is cancelled or the lease is lost, on a connection of its own, because
/// the worker's is busy for as long as its statements take.
struct Heartbeat: Sendable {
  let target: ConnectionTarget
  let leaseSeconds: Double
  /// Whether what is held was still there.
  let extend: @Sendable (_ leaseSeconds: Double, isolated Session) throws -> Bool

  /// Beats for as long as a piece of work takes.
  func during<R>(_ work: () async throws -> R) async rethrows -> R {
    let beating = Task { await run() }
    defer { beating.cancel() }
    return try await work()
  }

  private func run() async {
    while !Task.isCancelled {
      do {
        let session = try await Session.connect(target)
        do {
          while try await beat(in: session) {
            try await Task.sleep(for: .seconds(leaseSeconds / 3))
          }
          await session.close()
          return
        } catch {
          await session.close()
          throw error
        }
      } catch {
        // Whatever it is, the lease decides: what is not extended is lost in time, and whoever
        // holds it is refused.
        do { try await Task.sleep(for: .seconds(leaseSeconds / 10)) } catch { return }
      }
    }
  }

  private func beat(in session: Session) async throws -> Bool {
    let (extend, leaseSeconds) = (extend, leaseSeconds)
    return try await session.run { db in try extend(leaseSeconds, db) }
  }
}

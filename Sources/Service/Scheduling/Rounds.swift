public import Postgres

/// Does a piece of work again and again on a connection of its own, until its task is cancelled.
///
/// A lost connection is opened again, with growing pauses; nothing needs a restart.
public struct Rounds: Sendable {
  private let target: ConnectionTarget
  private let pause: Duration
  private let longestPause: Duration

  /// - Parameters:
  ///   - pause: between two rounds that found nothing to do.
  ///   - longestPause: between two attempts to reach a database that is away.
  public init(
    _ target: ConnectionTarget, pause: Duration, longestPause: Duration = .seconds(10)
  ) {
    self.target = target
    self.pause = pause
    self.longestPause = longestPause
  }

  /// - Parameters:
  ///   - failed: hears of every failure of a round or of connecting.
  ///   - round: one round, which says whether there may be more to do at once.
  public func run(
    failed: @Sendable (FailureReport) -> Void, connected: (Session) async throws -> Void = { _ in },
    round: (Session) async throws -> Bool
  ) async {
    var failures = 0
    while !Task.isCancelled {
      do {
        let session = try await Session.connect(target)
        do {
          try await connected(session)
          while !Task.isCancelled {
            let hasMore = try await round(session)
            failures = 0
            if !hasMore { try await Task.sleep(for: pause) }
          }
          await session.close()
        } catch {
          await session.close()
          throw error
        }
      } catch is CancellationError {
        return
      } catch {
        failures += 1
        failed(FailureReport(error))
        let wait = min(longestPause, .milliseconds(250) * (1 << min(failures, 10)))
        do { try await Task.sleep(for: wait) } catch { return }
      }
    }
  }
}

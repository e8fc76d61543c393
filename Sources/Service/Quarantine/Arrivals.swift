public import Postgres
internal import Storage

/// Replays by itself what waited for an item or a location that has come.
public enum Arrivals {
  /// Rows of one round, so that none holds up the batches of a source for long.
  static let rowsPerRound = 10_000
  /// The newest place in the commit order, and whether anything can have arrived behind a place.
  static func look(
    after place: Int64, in session: Session
  ) async throws -> (newest: Int64, any: Bool) {
    try await session.run { db in try BatchStore.arrivals(after: place, in: db) }
  }

  /// Who the rows say that settled them.
  public static let person = "arrival"

  /// One round, one transaction per batch whose rows waited; safe to repeat.
  ///
  /// - Returns: what became of the rows; nil when none were ready.
  public static func replayOnce(
    clock: ZoneClock, retention: Retention = Retention(), in session: Session
  ) async throws -> ReplaySummary? {
    let ids = try await session.run { db in
      try SettlementStore.arrived(limit: rowsPerRound, in: db)
    }
    guard !ids.isEmpty else { return nil }
    return try await Replay.run(
      ReplayRequest(.ids(ids), by: person), clock: clock, retention: retention, in: session)
  }

  /// Rounds until nothing is ready; what the command line prints of them.
  public static func replayed(
    clock: ZoneClock, retention: Retention = Retention(), in session: Session
  ) async throws -> String {
    try await replayAll(clock: clock, retention: retention, in: session).arrivalText
  }

  /// Rounds until nothing is ready.
  ///
  /// - Returns: what became of all rows.
  @discardableResult
  public static func replayAll(
    clock: ZoneClock, retention: Retention = Retention(), in session: Session
  ) async throws -> ReplaySummary {
    var summary = ReplaySummary()
    while let round = try await replayOnce(clock: clock, retention: retention, in: session) {
      summary.add(round)
    }
    return summary
  }
}

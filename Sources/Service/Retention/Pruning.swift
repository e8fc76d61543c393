public import Postgres
public import Storage

/// Drops what is older than it is kept.
public enum Pruning {
  /// What was dropped, or would be.
  public struct Report: Sendable {
    public struct Line: Hashable, Sendable {
      public let what: Prunable
      /// Nil keeps everything.
      public let keptDays: Int?
      public let rows: Int
    }

    public let lines: [Line]
    /// Whether it was only counted.
    public let isDryRun: Bool

    public var rows: Int { lines.reduce(0) { $0 + $1.rows } }
  }

  /// Another instance was at it.
  public static let nothing = Report(lines: [], isDryRun: false)

  /// - Parameter isDryRun: counts, and drops nothing.
  public static func run(
    _ retention: Retention, isDryRun: Bool = false, in session: Session
  ) async throws -> Report {
    if isDryRun { return try await count(retention, in: session) }
    guard try await session.run({ db in try PruneStore.beginPruning(in: db) }) else {
      return nothing
    }
    let outcome: Result<Report, any Error>
    do {
      outcome = .success(try await drop(retention, in: session))
    } catch {
      outcome = .failure(error)
    }
    try await session.run { db in try PruneStore.endPruning(in: db) }
    return try outcome.get()
  }

  private static func drop(_ retention: Retention, in session: Session) async throws -> Report {
    var lines: [Report.Line] = []
    for what in Prunable.allCases {
      var rows = 0
      if let days = retention.days(of: what) {
        rows =
          switch what {
          case .keys:
            try await again(in: session) { db in
              try PruneStore.releaseKeys(olderThanDays: days, in: db)
            }
          case .changes: try await dropChanges(olderThanDays: days, in: session)
          case .quarantine:
            try await again(in: session) { db in
              try PruneStore.dropSettled(olderThanDays: days, in: db)
            }
          case .forecasts:
            try await whileAny(in: session) { db in
              try PruneStore.dropForecasts(olderThanDays: days, in: db)
            }
          case .accuracy:
            try await whileAny(in: session) { db in
              try PruneStore.dropAccuracy(olderThanDays: days, in: db)
            }
          case .movements:
            try await again(in: session) { db in
              try PruneStore.dropMovements(olderThanDays: days, in: db)
            }
          }
      }
      lines.append(Report.Line(what: what, keptDays: retention.days(of: what), rows: rows))
    }
    return Report(lines: lines, isDryRun: false)
  }

  private static func dropChanges(
    olderThanDays days: Int, in session: Session
  ) async throws -> Int {
    // Said first: who reads while values go must not take what is left for all there was.
    let place = try await session.run { db in
      try db.transaction { db in
        let place = try PruneStore.place(olderThanDays: days, in: db)
        try PruneStore.raiseOldestVersion(to: place, in: db)
        return place
      }
    }
    let rows = try await again(in: session) { db in
      try PruneStore.dropChanges(through: place, in: db)
    }
    try await session.run { db in try PruneStore.droppedChanges(through: place, in: db) }
    return rows
  }

  /// Repeats short transactions until one finds nothing.
  private static func whileAny(
    in session: Session, _ step: @Sendable @escaping (isolated Session) throws -> Int?
  ) async throws -> Int {
    var rows = 0
    while let dropped = try await session.run({ db in try db.transaction { db in try step(db) } }) {
      try Task.checkCancellation()
      rows += dropped
    }
    return rows
  }

  /// Repeats short transactions until one finds less than it may drop.
  private static func again(
    in session: Session, _ step: @Sendable @escaping (isolated Session) throws -> Int
  ) async throws -> Int {
    var rows = 0
    while true {
      try Task.checkCancellation()
      let dropped = try await session.run { db in try db.transaction { db in try step(db) } }
      rows += dropped
      if dropped < PruneStore.rowsAtOnce { return rows }
    }
  }

  private static func count(_ retention: Retention, in session: Session) async throws -> Report {
    try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        let lines = try Prunable.allCases.map { what in
          let days = retention.days(of: what)
          let rows = try days.map { days in
            switch what {
            case .keys: try PruneStore.oldKeys(olderThanDays: days, in: db)
            case .changes:
              try PruneStore.oldChanges(
                through: PruneStore.place(olderThanDays: days, in: db), in: db)
            case .quarantine: try PruneStore.oldSettled(olderThanDays: days, in: db)
            case .forecasts: try PruneStore.oldForecasts(olderThanDays: days, in: db)
            case .accuracy: try PruneStore.oldAccuracy(olderThanDays: days, in: db)
            case .movements: try PruneStore.oldMovements(olderThanDays: days, in: db)
            }
          }
          return Report.Line(what: what, keptDays: days, rows: rows ?? 0)
        }
        return Report(lines: lines, isDryRun: true)
      }
    }
  }
}

extension Retention {
  /// For how many days it is kept; nil keeps everything.
  func days(of what: Prunable) -> Int? {
    switch what {
    case .keys: keyDays
    case .changes: changeDays
    case .quarantine: quarantineDays
    case .forecasts: runDays
    case .accuracy: accuracyDays
    case .movements: movementDays
    }
  }
}

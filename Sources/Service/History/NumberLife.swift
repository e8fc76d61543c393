public import Inventory
public import Postgres
public import Storage

/// The life of one number: what was told of a series and day, by whom, and what became of it.
public struct NumberLife: Sendable {
  public let item: ItemCode
  public let location: LocationCode
  public let day: Day
  /// In the order in which they came.
  public let values: [ToldDemand]

  /// - Throws: `DemandRefusal.unknownSeries` where nothing was ever told of the item at the
  ///   location.
  public static func read(
    ofItem item: ItemCode, at location: LocationCode, on day: Day, in session: Session
  ) async throws -> NumberLife {
    try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        try read(ofItem: item, at: location, on: day, in: db)
      }
    }
  }

  static func read(
    ofItem item: ItemCode, at location: LocationCode, on day: Day, in db: isolated Session
  ) throws -> NumberLife {
    let values = try DemandLifeStore.life(ofItem: item, at: location, on: day, in: db)
    if values.isEmpty, try !DatasetStore.hasSeries(item, at: location, in: db) {
      throw DemandRefusal.unknownSeries(item, location)
    }
    return NumberLife(item: item, location: location, day: day, values: values)
  }
}

extension ToldDemand {
  /// What became of it, in a few words.
  var fateText: String {
    switch fate {
    case .stands: "stands"
    case .replaced(let batch): "replaced by batch \(batch)"
    case .cameLate: "came late: a higher revision stood"
    case .lostConflict: "lost a conflict: another value of its revision stands"
    case .waits(let code): "waits in quarantine: \(code)"
    case .discarded(let batch): "discarded in batch \(batch)"
    }
  }

  /// A word for programs.
  var state: String {
    switch fate {
    case .stands: "stands"
    case .replaced: "replaced"
    case .cameLate: "late"
    case .lostConflict: "conflict"
    case .waits: "quarantine"
    case .discarded: "discarded"
    }
  }

  static let states = ["stands", "replaced", "late", "conflict", "quarantine", "discarded"]

  var replacedBy: Int? {
    if case .replaced(let batch) = fate { return batch }
    return nil
  }

  var quarantineCode: String? {
    if case .waits(let code) = fate { return code }
    return nil
  }

  /// The row as it came, fit to be shown.
  var rawText: String? { raw.map { String(decoding: $0, as: UTF8.self).shownShort } }

  /// The moment of receipt, to the second.
  var receivedAtSecond: Instant {
    Instant(microseconds: receivedAt.microseconds / 1_000_000 * 1_000_000)
  }
}

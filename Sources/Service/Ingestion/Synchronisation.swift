internal import Digests
public import Inventory
public import Postgres
public import Storage

/// One push of a file: what it is, whose it is, and how its columns are named.
public struct Push: Sendable {
  public let kind: SyncKind
  /// A path, or `-` for standard input.
  public let path: String
  public let source: SourceCode
  /// The idempotency key; nil takes the digest of all that is sent.
  public let key: String?
  public let completeThrough: Day?
  public let generatedAt: Instant?
  /// All or nothing: one bad row refuses the whole push.
  public let isStrict: Bool
  /// How its rows are written; plain takes the newest mapping of its source and kind.
  public internal(set) var mapping: ColumnMapping
  /// The version of that mapping; nil for a push that brings its own, or has none.
  var mappingVersion: Int?
  /// How many of the rows set aside the answer shows.
  public let shownRows: Int

  public init(
    kind: SyncKind, path: String, source: SourceCode, key: String? = nil,
    completeThrough: Day? = nil, generatedAt: Instant? = nil, isStrict: Bool = false,
    mapping: ColumnMapping = ColumnMapping(), shownRows: Int = 10
  ) {
    self.kind = kind
    self.path = path
    self.source = source
    self.key = key
    self.completeThrough = completeThrough
    self.generatedAt = generatedAt
    self.isStrict = isStrict
    self.mapping = mapping
    self.shownRows = shownRows
  }

  /// Whether a text can be an idempotency key: 1 to 128 of `A-Z a-z 0-9 . _ -`.
  public static func isKey(_ text: String) -> Bool {
    (1...128).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
          || ".-_".utf8.contains(byte)
      }
  }
}

/// The answer to a push: its receipt, and the first rows that were set aside.
public struct PushReceipt: Sendable {
  public let receipt: Receipt
  /// The first rows set aside, each with its sentence.
  public let firstQuarantined: [QuarantinedRow]
  /// The watermark the push asked for.
  public let completeThrough: Day?
  /// Whether there are locations whose watermark the source moves.
  public let sourceHasLocations: Bool
  /// Why all of its rows wait for a person; nil for nearly all pushes.
  public let heldBecause: String?
}

/// Applies pushes: bytes to facts to one transaction.
public enum Synchronisation {
  /// The share of quarantined rows above which a batch does not move the watermark.
  static let watermarkTolerance = 0.01

  /// - Throws: a `Failure` that says what is wrong with the push as a whole; then nothing of it is
  ///   stored.
  public static func apply(
    _ push: Push, clock: ZoneClock, retention: Retention = Retention(),
    progress: Progress.Channel = .silent, to session: Session
  ) async throws -> PushReceipt {
    try await apply(
      push, from: ByteSource.Origin(path: push.path), clock: clock, retention: retention,
      progress: progress, to: session)
  }

  /// - Parameter format: nil tells it from the content.
  static func apply(
    _ push: Push, from origin: ByteSource.Origin, format: RowFormat? = nil, clock: ZoneClock,
    retention: Retention = Retention(), progress: Progress.Channel, to session: Session
  ) async throws -> PushReceipt {
    let step = progress.step("sync \(push.kind.rawValue)", unit: "rows")
    do {
      let content = try await session.run { _ in try ReceivedContent(origin) }
      let mapped = try await session.run { db in try push.mapped(in: db) }
      let header = try await session.run { _ in
        try Synchronisation.header(of: mapped, content)
      }
      let answer = try await CommitOutcome.known(on: session) { session, isOnceMore in
        try await session.run { db in
          try db.transactionDespiteDeadlocks { db in
            switch try BatchStore.open(header, waits: isOnceMore, in: db) {
            case .repeated(let receipt):
              return try answerAgain(mapped, receipt, isFirst: isOnceMore, in: db)
            case .opened(let batch):
              try refuseFuture(mapped.completeThrough, clock: clock, in: db)
              var intake = Intake(
                mapped, batch, format: format, clock: clock, retention: retention, step: step)
              try mapped.advising { try intake.take(content, in: db) }
              return try intake.close(in: db)
            }
          }
        }
      }
      step.finish()
      return answer
    } catch {
      step.abandon()
      throw error
    }
  }

  /// Takes a source's word that a location has sent everything up to a day.
  public static func complete(
    _ location: LocationCode, through day: Day, source: SourceCode, key: String,
    clock: ZoneClock, to session: Session
  ) async throws -> Receipt {
    let sha = try SHA256()
    for part in ["complete", source.text, location.text, day.description] {
      try sha.update(Array(part.utf8) + [0])
    }
    let header = BatchHeader(
      source: source, kind: "complete", key: key, contentDigest: try sha.digest().bytes,
      generatedAt: nil, completeThrough: day)
    return try await CommitOutcome.known(on: session) { session, isOnceMore in
      try await session.run { db in
        try db.transaction { db in
          switch try BatchStore.open(header, waits: isOnceMore, in: db) {
          case .repeated(let receipt): return isOnceMore ? receipt.givenFirst : receipt
          case .opened(let batch):
            try refuseFuture(day, clock: clock, in: db)
            let moved = try BatchStore.moveWatermark(of: location, to: day, by: batch, in: db)
            var counts = RowCounts()
            if moved { counts.applied = 1 } else { counts.duplicate = 1 }
            return try BatchStore.close(batch, counts: counts, watermarkMoved: moved, in: db)
          }
        }
      }
    }
  }

  /// What is not over cannot be complete: a watermark ahead of time would make zeros of the days
  /// that nobody has sent yet.
  private static func refuseFuture(
    _ day: Day?, clock: ZoneClock, in db: isolated Session
  ) throws {
    guard let day else { return }
    let zones = [nil] + Set(try LocationStore.timeZones(in: db).values)
    guard let today = zones.map({ clock.today(zone: $0) }).max(), day > today else { return }
    throw FutureWatermark(completeThrough: day, today: today)
  }

  static func header(
    of push: Push, _ content: borrowing ReceivedContent
  ) throws -> BatchHeader {
    let sha = try SHA256()
    let parts = [
      push.kind.rawValue, push.source.text, push.mapping.canonical,
      push.completeThrough?.description ?? "", push.generatedAt?.description ?? "",
    ]
    for part in parts { try sha.update(Array(part.utf8) + [0]) }
    try sha.update(content.digest().bytes)
    let digest = try sha.digest()
    return BatchHeader(
      source: push.source, kind: push.kind.rawValue, key: push.key ?? digest.hexadecimal,
      contentDigest: digest.bytes, generatedAt: push.generatedAt,
      completeThrough: push.completeThrough, mappingVersion: push.mappingVersion)
  }

  /// The first answer again. Under a key of the sender's own it is given as it was; without one,
  /// the rows are what they are now: duplicates.
  ///
  /// - Parameter isFirst: whether the answer was lost with its connection, so that nobody has it.
  private static func answerAgain(
    _ push: Push, _ receipt: Receipt, isFirst: Bool, in db: isolated Session
  ) throws -> PushReceipt {
    let rows = try QuarantineStore.rows(
      ofBatch: receipt.batch, limit: push.shownRows, in: db)
    let isKeyed = push.key != nil || isFirst
    return PushReceipt(
      receipt: isFirst ? receipt.givenFirst : isKeyed ? receipt : receipt.allDuplicate,
      firstQuarantined: isKeyed ? rows : [], completeThrough: push.completeThrough,
      sourceHasLocations: true,
      heldBecause: try BatchStore.heldBecause(batch: receipt.batch, in: db))
  }
}

/// A push that says it is complete through a day that has not come.
public struct FutureWatermark: Error, Hashable, Sendable {
  public let completeThrough: Day
  /// The latest civil date at any location.
  public let today: Day
}

/// A strict push with rows that cannot stand.
public struct StrictRefusal: Error, Sendable {
  public let quarantined: Int
  public let received: Int
  public let first: [QuarantinedRow]
}

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
  public let mapping: ColumnMapping

  public init(
    kind: SyncKind, path: String, source: SourceCode, key: String? = nil,
    completeThrough: Day? = nil, generatedAt: Instant? = nil, isStrict: Bool = false,
    mapping: ColumnMapping = ColumnMapping()
  ) {
    self.kind = kind
    self.path = path
    self.source = source
    self.key = key
    self.completeThrough = completeThrough
    self.generatedAt = generatedAt
    self.isStrict = isStrict
    self.mapping = mapping
  }
}

/// The answer to a push: its receipt, and the first rows that were set aside.
public struct PushReceipt: Sendable {
  static let shownRows = 10

  public let receipt: Receipt
  /// The first rows set aside, each with its sentence.
  public let firstQuarantined: [QuarantinedRow]
  /// The watermark the push asked for.
  public let completeThrough: Day?
  /// Whether there are locations whose watermark the source moves.
  public let sourceHasLocations: Bool
}

/// Applies pushes: bytes to facts to one transaction.
public enum Synchronisation {
  /// The share of quarantined rows above which a batch does not move the watermark.
  static let watermarkTolerance = 0.01

  /// - Throws: a `Failure` that says what is wrong with the push as a whole; then nothing of it is
  ///   stored.
  public static func apply(
    _ push: Push, clock: ZoneClock, progress: Progress.Channel = .silent, to session: Session
  ) async throws -> PushReceipt {
    try await apply(
      push, from: ByteSource.Origin(path: push.path), clock: clock, progress: progress,
      to: session)
  }

  static func apply(
    _ push: Push, from origin: ByteSource.Origin, clock: ZoneClock, progress: Progress.Channel,
    to session: Session
  ) async throws -> PushReceipt {
    let step = progress.step("sync \(push.kind.rawValue)", unit: "rows")
    do {
      let answer = try await session.run { db in
        let content = try ReceivedContent(origin)
        let header = try header(of: push, content)
        return try db.transaction { db in
          switch try BatchStore.open(header, in: db) {
          case .repeated(let receipt):
            return try answerAgain(push, receipt, in: db)
          case .opened(let batch):
            try refuseFuture(push, clock: clock, in: db)
            var intake = try Intake(push, batch, clock: clock, step: step)
            try intake.take(content, in: db)
            return try intake.close(in: db)
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

  /// What is not over cannot be complete: a watermark ahead of time would make zeros of the days
  /// that nobody has sent yet.
  private static func refuseFuture(
    _ push: Push, clock: ZoneClock, in db: isolated Session
  ) throws {
    guard let day = push.completeThrough else { return }
    let zones = [nil] + Set(try LocationStore.timeZones(in: db).values)
    guard let today = zones.map({ clock.today(zone: $0) }).max(), day > today else { return }
    throw FutureWatermark(completeThrough: day, today: today)
  }

  private static func header(
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
      completeThrough: push.completeThrough)
  }

  /// The first answer again. Under a key of the sender's own it is given as it was; without one,
  /// the rows are what they are now: duplicates.
  private static func answerAgain(
    _ push: Push, _ receipt: Receipt, in db: isolated Session
  ) throws -> PushReceipt {
    let rows = try QuarantineStore.rows(
      ofBatch: receipt.batch, limit: PushReceipt.shownRows, in: db)
    let isKeyed = push.key != nil
    return PushReceipt(
      receipt: isKeyed ? receipt : receipt.allDuplicate,
      firstQuarantined: isKeyed ? rows : [], completeThrough: push.completeThrough,
      sourceHasLocations: true)
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

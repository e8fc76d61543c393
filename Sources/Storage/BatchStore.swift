internal import Digests
public import Inventory
public import Postgres

/// What a source says of one push, before its first row.
public struct BatchHeader: Sendable {
  public let source: SourceCode
  /// What the rows are: `demand`, `items`, ...
  public let kind: String
  /// The idempotency key: 1 to 128 of `A-Z a-z 0-9 . _ -`, unique within the source.
  public let key: String
  /// SHA-256 of what makes the push what it is: kind, mapping and content.
  public let contentDigest: [UInt8]
  /// The revision of facts that bring none.
  public let generatedAt: Instant?
  public let completeThrough: Day?
  /// The version of its source's mapping with which the rows are read; nil for none.
  public let mappingVersion: Int?

  public init(
    source: SourceCode, kind: String, key: String, contentDigest: [UInt8], generatedAt: Instant?,
    completeThrough: Day?, mappingVersion: Int? = nil
  ) {
    self.source = source
    self.kind = kind
    self.key = key
    self.contentDigest = contentDigest
    self.generatedAt = generatedAt
    self.completeThrough = completeThrough
    self.mappingVersion = mappingVersion
  }
}

/// What became of the rows of a batch: received = applied + duplicate + stale + quarantined.
public struct RowCounts: Hashable, Sendable {
  public var applied = 0
  public var duplicate = 0
  public var stale = 0
  public var quarantined = 0

  public init() {}

  public static func + (left: RowCounts, right: RowCounts) -> RowCounts {
    var sum = left
    sum.applied += right.applied
    sum.duplicate += right.duplicate
    sum.stale += right.stale
    sum.quarantined += right.quarantined
    return sum
  }

  public var received: Int { applied + duplicate + stale + quarantined }

  mutating func count(_ resolution: Resolution) {
    switch resolution {
    case .applied, .conflict(incomingStands: true): applied += 1
    case .duplicate: duplicate += 1
    case .stale: stale += 1
    case .conflict(incomingStands: false): quarantined += 1
    }
  }
}

/// The answer to a batch, as it was given first.
public struct Receipt: Hashable, Sendable {
  public let batch: Int
  public let counts: RowCounts
  /// Whether the locations' watermarks moved.
  public let watermarkMoved: Bool
  /// Whether the batch had been received before, with the same key and content.
  public let isRepeated: Bool
  /// The version of its source's mapping with which the rows were read; nil for none.
  public var mappingVersion: Int?

  /// The receipt as it was when the batch was stored.
  public var givenFirst: Receipt {
    Receipt(
      batch: batch, counts: counts, watermarkMoved: watermarkMoved, isRepeated: false,
      mappingVersion: mappingVersion)
  }

  /// The receipt of sending the same rows once more.
  public var allDuplicate: Receipt {
    var counts = RowCounts()
    counts.duplicate = self.counts.received
    return Receipt(
      batch: batch, counts: counts, watermarkMoved: false, isRepeated: true,
      mappingVersion: mappingVersion)
  }
}

/// A batch between its first row and its last, inside one transaction.
public struct OpenBatch: Sendable {
  public let id: Int32
  let source: Int32
  let header: BatchHeader
  /// Where it stands in the order of receipt.
  var receipt: ReceiptOrder

  init(id: Int32, source: Int32, header: BatchHeader) {
    self.id = id
    self.source = source
    self.header = header
    receipt = ReceiptOrder(of: id)
  }
}

public enum BatchError: Error, Hashable, Sendable {
  /// The key was used before, for other content.
  case keyReused(key: String, batch: Int)
  /// The same push is being applied at this moment.
  case underWay(key: String)
  /// A location that is not known, or has no demand of this source.
  case noSuchLocation(LocationCode)
  /// The locations belong to other sources.
  case foreignLocations([LocationCode], owner: SourceCode)
  /// The source counts its revisions in the other kind.
  case mixedRevisions(Revision.Kind)
  /// The locations' demand or stock is told in the other of two ways.
  case toldOtherwise([LocationCode], told: Told, fromMovements: Bool)

  public enum Told: String, Hashable, Sendable { case demand, stock }
}

/// Batches and their receipts. Every method runs inside the caller's transaction.
public enum BatchStore {
  public enum Opening: Sendable {
    case opened(OpenBatch)
    case repeated(Receipt)
  }

  /// Two-part advisory locks; the first part says what is locked.
  private static let sourceLock: Int32 = 0x514D_0001
  private static let placeLock: Int32 = 0x514D_0002

  /// Begins a batch, or finds the answer it was given before.
  ///
  /// Waits for another batch of the same source: batches of one source follow each other, so no
  /// series is ever written by two at once.
  ///
  /// - Parameter waits: whether to wait for a batch of the same key that is being applied, some
  ///   seconds long, instead of saying so: the one whose connection was lost.
  public static func open(
    _ header: BatchHeader, waits: Bool = false, in db: isolated Session
  ) throws -> Opening {
    let source = try sourceID(header.source, in: db)
    try lock("\(source)/\(header.key)", waits: waits, in: db)
    try db.execute("SELECT pg_advisory_xact_lock(\(sourceLock), \(source))")
    if let known = try receipt(source: source, header: header, in: db) { return .repeated(known) }
    let inserted = try db.rows(
      """
      INSERT INTO batch (source_id, kind, key, content_digest, generated_at, complete_through,
        mapping_version)
      VALUES (\(source), \(header.kind), \(header.key), \(header.contentDigest),
        \(header.generatedAt), \(header.completeThrough), \(header.mappingVersion))
      RETURNING batch_id, set_config('quartermaster.batch', batch_id::text, true)
      """)
    return .opened(OpenBatch(id: try inserted[0][0], source: source, header: header))
  }

  /// Ends a batch: notes its receipt and takes its place in the commit order, the last thing before
  /// COMMIT because the lock holds up every other batch.
  public static func close(
    _ batch: OpenBatch, counts: RowCounts, watermarkMoved: Bool, in db: isolated Session
  ) throws -> Receipt {
    try db.execute("SELECT pg_advisory_xact_lock(\(placeLock), 0)")
    try db.execute(
      """
      UPDATE batch SET received = \(counts.received), applied = \(counts.applied),
        duplicate = \(counts.duplicate), stale = \(counts.stale),
        quarantined = \(counts.quarantined), watermark_moved = \(watermarkMoved),
        place = (SELECT coalesce(max(place), 0) + 1 FROM batch)
      WHERE batch_id = \(batch.id)
      """)
    return Receipt(
      batch: Int(batch.id), counts: counts, watermarkMoved: watermarkMoved, isRepeated: false,
      mappingVersion: batch.header.mappingVersion)
  }

  /// Whether facts of the source may carry revisions of these kinds; the first one decides.
  static func claimRevisions(
    _ kinds: Set<Revision.Kind>, for batch: OpenBatch, in db: isolated Session
  ) throws {
    guard let kind = kinds.first else { return }
    try db.execute(
      """
      UPDATE source SET revision_kind = \(kind.rawValue)
      WHERE source_id = \(batch.source) AND revision_kind IS NULL
      """)
    let known: String = try db.rows(
      "SELECT revision_kind FROM source WHERE source_id = \(batch.source)")[0][0]
    for kind in kinds where kind.rawValue != known { throw BatchError.mixedRevisions(kind) }
  }

  /// Moves the watermarks of all locations whose demand the source writes, and of those it claims
  /// later. Never back.
  public static func moveWatermarks(
    of batch: OpenBatch, to day: Day, in db: isolated Session
  ) throws -> Bool {
    try db.execute(
      """
      UPDATE source SET complete_through = \(day)
      WHERE source_id = \(batch.source) AND coalesce(complete_through < \(day), true)
      """)
    let moved = try db.execute(
      """
      INSERT INTO watermark (location_id, batch_id, complete_through)
      SELECT l.location_id, \(batch.id), \(day) FROM location l
      WHERE l.demand_source_id = \(batch.source) AND NOT EXISTS (
        SELECT FROM watermark w
        WHERE w.location_id = l.location_id AND w.complete_through >= \(day))
      ON CONFLICT (location_id, batch_id) DO UPDATE
        SET complete_through = excluded.complete_through
      """)
    return moved > 0
  }

  /// Moves the watermark of one location whose demand the source writes. Never back.
  ///
  /// - Throws: `BatchError.foreignLocations`, `BatchError.noSuchLocation`.
  public static func moveWatermark(
    of location: LocationCode, to day: Day, by batch: OpenBatch, in db: isolated Session
  ) throws -> Bool {
    let known = try db.rows(
      """
      SELECT l.location_id, l.demand_source_id, s.code::text
      FROM location l LEFT JOIN source s ON s.source_id = l.demand_source_id
      WHERE l.code = \(location)
      """)
    guard let row = known.first, let owner: Int32 = try row[1] else {
      throw BatchError.noSuchLocation(location)
    }
    guard owner == batch.source else {
      throw BatchError.foreignLocations([location], owner: try row[2])
    }
    let id: Int32 = try row[0]
    return try db.execute(
      """
      INSERT INTO watermark (location_id, batch_id, complete_through)
      SELECT \(id), \(batch.id), \(day) WHERE NOT EXISTS (
        SELECT FROM watermark w WHERE w.location_id = \(id) AND w.complete_through >= \(day))
      """) > 0
  }

  /// Whether there are locations whose demand the source writes.
  public static func hasLocations(
    _ batch: OpenBatch, in db: isolated Session
  ) throws -> Bool {
    try !db.rows("SELECT FROM location WHERE demand_source_id = \(batch.source) LIMIT 1").isEmpty
  }

  /// The version of all data: the highest place in the commit order, 0 when there is none.
  public static func version(in db: isolated Session) throws -> Int64 {
    try db.rows("SELECT coalesce(max(place), 0) FROM batch")[0][0]
  }

  /// The keys of every source's batches, in the order in which they came.
  public static func keys(in db: isolated Session) throws -> [SourceCode: [String]] {
    let rows = try db.rows(
      "SELECT s.code, b.key FROM batch b JOIN source s USING (source_id) ORDER BY b.batch_id")
    var keys: [SourceCode: [String]] = [:]
    for row in rows { keys[try row[0], default: []].append(try row[1]) }
    return keys
  }

  private static func lock(_ key: String, waits: Bool, in db: isolated Session) throws {
    if waits {
      try db.execute("SELECT set_config('lock_timeout', '5s', true)")
      try db.execute("SELECT pg_advisory_xact_lock(hashtextextended(\(key), 0))")
      try db.execute("SELECT set_config('lock_timeout', '0', true)")
      return
    }
    let isFree: Bool = try db.rows(
      "SELECT pg_try_advisory_xact_lock(hashtextextended(\(key), 0))")[0][0]
    guard isFree else {
      throw BatchError.underWay(key: String(key.drop { $0 != "/" }.dropFirst()))
    }
  }

  /// Looked for before it is added: adding waits for whoever is changing the source's row, and a
  /// push whose key is taken must hear of that at once.
  private static func sourceID(_ code: SourceCode, in db: isolated Session) throws -> Int32 {
    let find: SQL = "SELECT source_id FROM source WHERE code = \(code)"
    if let known = try db.rows(find).first { return try known[0] }
    try db.execute("INSERT INTO source (code) VALUES (\(code)) ON CONFLICT (code) DO NOTHING")
    return try db.rows(find)[0][0]
  }

  private static func receipt(
    source: Int32, header: BatchHeader, in db: isolated Session
  ) throws -> Receipt? {
    let found = try db.rows(
      """
      SELECT batch_id, content_digest, applied, duplicate, stale, quarantined, watermark_moved,
        mapping_version
      FROM batch
      WHERE source_id = \(source) AND key = \(header.key) AND key_released_at IS NULL
      """)
    guard let row = found.first else { return nil }
    let batch: Int = try row[0]
    let digest: [UInt8] = try row[1]
    guard digest == header.contentDigest else {
      throw BatchError.keyReused(key: header.key, batch: batch)
    }
    var counts = RowCounts()
    counts.applied = try row[2]
    counts.duplicate = try row[3]
    counts.stale = try row[4]
    counts.quarantined = try row[5]
    return Receipt(
      batch: batch, counts: counts, watermarkMoved: try row[6], isRepeated: true,
      mappingVersion: try row[7])
  }
}

public import Inventory
public import Planning
public import Postgres

/// What is written down about a run besides its forecasts.
public struct RunRecord: Sendable {
  public struct Region: Hashable, Sendable {
    public enum State: String, Sendable { case trained, stale, absent }

    public let region: RegionCode
    public let state: State
    public let completeThrough: Day?
    public let carriedFrom: Int?
    public let reason: String

    public init(
      region: RegionCode, state: State, completeThrough: Day?, carriedFrom: Int? = nil,
      reason: String
    ) {
      self.region = region
      self.state = state
      self.completeThrough = completeThrough
      self.carriedFrom = carriedFrom
      self.reason = reason
    }
  }

  public var datasetVersion: Int64
  public var contentDigest: [UInt8]
  public var asOf: Day
  public var origin: Day
  public var horizon: Int
  public var quantiles: [Double]
  public var series: Int
  public var observations: Int
  public var codeVersion: String
  /// What the BLAS chose its kernels for: other cores give other last bits.
  public var processorCore: String
  public var startedAt: Instant
  public var regions: [Region]
  /// The version of the configuration that it was made by.
  public var configuration: Int?
  /// Cores that it was spread over.
  public var threads: Int
  /// The run that it was held against; nil before the first.
  public var comparedWith: Int?
  /// The locks that it held, each with how many days of series.
  public var locks: [Int: Int] = [:]
  /// The share of `comparedWith` in its forecasts; nil where nothing was blended.
  public var blendWeight: Double?
  /// In a sentence, where past origins chose it.
  public var blendFinding: String?
  /// How sums and series were made to agree.
  public var reconciliation = ForecastSettings.Reconciliation.bottomUp
  public var reconciliationFinding: String?

  public init(
    datasetVersion: Int64, contentDigest: [UInt8], asOf: Day, origin: Day, horizon: Int,
    quantiles: [Double], series: Int, observations: Int, codeVersion: String,
    processorCore: String, startedAt: Instant, regions: [Region], configuration: Int? = nil,
    threads: Int = 1, comparedWith: Int? = nil
  ) {
    self.configuration = configuration
    self.threads = threads
    self.comparedWith = comparedWith
    self.datasetVersion = datasetVersion
    self.contentDigest = contentDigest
    self.asOf = asOf
    self.origin = origin
    self.horizon = horizon
    self.quantiles = quantiles
    self.series = series
    self.observations = observations
    self.codeVersion = codeVersion
    self.processorCore = processorCore
    self.startedAt = startedAt
    self.regions = regions
  }
}

/// The run whose forecasts readers see.
public struct PublishedRun: Hashable, Sendable {
  public let run: Int
  public let datasetVersion: Int64
  public let asOf: Day
  public let origin: Day
  public let horizon: Int
  public let quantiles: [Double]
  public let series: Int
  public let publishedAt: Instant
  /// Grows with every publication, so that whoever compared with one sees whether it still stands.
  public let publication: Int
}

/// A run as it is listed.
public struct FinishedRun: Hashable, Sendable {
  public let run: Int
  public let datasetVersion: Int64
  public let asOf: Day
  public let origin: Day
  public let horizon: Int
  public let series: Int
  public let observations: Int
  public let startedAt: Instant
  public let finishedAt: Instant
  /// Whether readers see it.
  public let isPublished: Bool
  public let state: RunState
  public let comparedWith: Int?
  public let configuration: Int?
  public let codeVersion: String
  public let processorCore: String
  /// Nil for runs older than its record.
  public let threads: Int?
  public let contentDigest: [UInt8]
  /// Whether its forecasts went with age.
  public let isDropped: Bool
  /// The share of `comparedWith` in its forecasts; nil where nothing was blended.
  public let blendWeight: Double?
  public let blendFinding: String?
  public let reconciliation: ForecastSettings.Reconciliation
  public let reconciliationFinding: String?
}

/// What became of a run.
public enum RunState: String, CaseIterable, Hashable, Sendable {
  /// Readers were given it, now or earlier.
  case published
  /// The gate refused it.
  case refused
}

/// Runs and which of them is published.
public enum RunStore {
  static let trainingLock: Int32 = 0x514D_0003

  /// Waits until no other session has begun training, and keeps others and all claims of requests
  /// waiting until the session ends or `endTraining`: a run that began later must not be overtaken
  /// by an older one.
  public static func beginTraining(in db: isolated Session) throws {
    try db.execute("SELECT pg_advisory_lock(\(trainingLock), 0)")
  }

  public static func endTraining(in db: isolated Session) throws {
    try db.execute("SELECT pg_advisory_unlock(\(trainingLock), 0)")
  }

  /// Stores a run with its forecasts and flags and makes it the one that readers see, all or
  /// nothing: call it inside one transaction.
  public static func publish(
    _ record: RunRecord, _ forecasts: [PublishedForecast], flags: [Flag], reason: String,
    in db: isolated Session
  ) throws -> Int {
    let run = try store(record, forecasts, flags: flags, as: .published, in: db)
    try publish(run, reason: reason, by: RunStore.program, in: db)
    return run
  }

  /// Who publishes when no person does.
  public static let program = "quartermaster"

  /// Stores a run with its forecasts and flags, which nobody sees by that. Call it inside one
  /// transaction.
  ///
  /// - Parameter wapes: errors of nodes, which are kept with their forecasts.
  public static func store(
    _ record: RunRecord, _ forecasts: [PublishedForecast], flags: [Flag], as state: RunState,
    wapes: [Node: Double] = [:], in db: isolated Session
  ) throws -> Int {
    let run = try insert(record, as: state, in: db)
    try insert(record.regions, run: run, in: db)
    try ForecastLockStore.insert(record.locks, run: run, in: db)
    let nodes = try ForecastStore.insert(forecasts, run: run, wapes: wapes, in: db)
    try FlagStore.insert(flags, run: run, nodes: nodes, in: db)
    return Int(run)
  }

  /// Makes a run the one that readers see.
  public static func publish(
    _ run: Int, reason: String, by person: String, in db: isolated Session
  ) throws {
    try db.execute(
      """
      INSERT INTO publication (run_id, reason, published_by)
      VALUES (\(Int32(run)), \(reason), \(person))
      """)
    try db.execute("UPDATE run SET state = 'published' WHERE run_id = \(run)")
  }

  /// The run in use, or nil before the first one.
  public static func published(in db: isolated Session) throws -> PublishedRun? {
    let rows = try db.rows(
      """
      SELECT r.run_id, r.dataset_version, r.as_of, r.origin, r.horizon, r.quantiles, r.series,
        p.published_at, p.publication_id
      FROM publication p JOIN run r USING (run_id) ORDER BY p.publication_id DESC LIMIT 1
      """)
    return try rows.first.map { row in
      PublishedRun(
        run: try row[0], datasetVersion: try row[1], asOf: try row[2], origin: try row[3],
        horizon: try row[4], quantiles: try row[5], series: try row[6], publishedAt: try row[7],
        publication: try row[8])
    }
  }

  /// Runs from the newest on, before a run.
  public static func runs(
    before run: Int?, limit: Int, in db: isolated Session
  ) throws -> [FinishedRun] {
    try db.rows(
      """
      SELECT r.run_id, r.dataset_version, r.as_of, r.origin, r.horizon, r.series, r.observations,
        r.started_at, r.finished_at,
        coalesce(
          r.run_id = (SELECT run_id FROM publication ORDER BY publication_id DESC LIMIT 1), false),
        r.state, r.compared_with, r.configuration_version, r.code_version, r.processor_core,
        r.threads, r.content_digest, r.forecasts_dropped_at IS NOT NULL, r.blend_weight,
        r.blend_finding, r.reconciliation, r.reconciliation_finding
      FROM run r WHERE \(run)::bigint IS NULL OR r.run_id < \(run)
      ORDER BY r.run_id DESC LIMIT \(limit)
      """
    ).map(finished)
  }

  public static func run(_ run: Int, in db: isolated Session) throws -> FinishedRun? {
    try runs(before: run + 1, limit: 1, in: db).first.flatMap { $0.run == run ? $0 : nil }
  }

  private static func finished(_ row: Row) throws -> FinishedRun {
    let state: String = try row[10]
    let reconciliation: String = try row[20]
    guard let state = RunState(rawValue: state),
      let reconciliation = ForecastSettings.Reconciliation(rawValue: reconciliation)
    else {
      throw StorageError.unknownWord(table: "run")
    }
    return FinishedRun(
      run: try row[0], datasetVersion: try row[1], asOf: try row[2], origin: try row[3],
      horizon: try row[4], series: try row[5], observations: try row[6], startedAt: try row[7],
      finishedAt: try row[8], isPublished: try row[9], state: state, comparedWith: try row[11],
      configuration: try row[12], codeVersion: try row[13], processorCore: try row[14],
      threads: try row[15], contentDigest: try row[16], isDropped: try row[17],
      blendWeight: try row[18], blendFinding: try row[19], reconciliation: reconciliation,
      reconciliationFinding: try row[21])
  }

  /// The last day that a run has seen; nil when there is no such run.
  public static func origin(ofRun run: Int, in db: isolated Session) throws -> Day? {
    try db.rows("SELECT origin FROM run WHERE run_id = \(run)").first.map { try $0[0] }
  }

  /// The day that was today for a run; nil when there is no such run.
  public static func asOf(ofRun run: Int, in db: isolated Session) throws -> Day? {
    try db.rows("SELECT as_of FROM run WHERE run_id = \(run)").first.map { try $0[0] }
  }

  /// What a run did with each region.
  public static func regions(ofRun run: Int, in db: isolated Session) throws -> [RunRecord.Region] {
    try db.rows(
      """
      SELECT region::text, state, complete_through, carried_from, reason FROM run_region
      WHERE run_id = \(run) ORDER BY region
      """
    ).compactMap { row in
      let state: String = try row[1]
      return try RunRecord.Region.State(rawValue: state).map { state in
        try RunRecord.Region(
          region: row[0], state: state, completeThrough: row[2], carriedFrom: row[3],
          reason: row[4])
      }
    }
  }

  private static func insert(
    _ record: RunRecord, as state: RunState, in db: isolated Session
  ) throws -> Int32 {
    try db.rows(
      """
      INSERT INTO run (dataset_version, content_digest, as_of, origin, horizon, quantiles, series,
        observations, code_version, processor_core, started_at, finished_at, state, compared_with,
        configuration_version, threads, blend_weight, blend_finding, reconciliation,
        reconciliation_finding)
      VALUES (\(record.datasetVersion), \(record.contentDigest), \(record.asOf),
        \(record.origin), \(record.horizon), \(record.quantiles), \(record.series),
        \(record.observations), \(record.codeVersion), \(record.processorCore),
        \(record.startedAt), clock_timestamp(), \(state.rawValue),
        \(record.comparedWith.map { Int32($0) }), \(record.configuration.map { Int32($0) }),
        \(Int32(record.threads)), \(record.blendWeight), \(record.blendFinding),
        \(record.reconciliation.rawValue), \(record.reconciliationFinding))
      RETURNING run_id
      """)[0][0]
  }

  private static func insert(
    _ regions: [RunRecord.Region], run: Int32, in db: isolated Session
  ) throws {
    for region in regions {
      try db.execute(
        """
        INSERT INTO run_region (run_id, region, state, complete_through, carried_from, reason)
        VALUES (\(run), \(region.region), \(region.state.rawValue), \(region.completeThrough),
          \(region.carriedFrom.map { Int32($0) }), \(region.reason))
        """)
    }
  }
}

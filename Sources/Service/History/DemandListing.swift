public import Inventory
public import Planning
public import Postgres
public import Storage

/// The demand of one series day by day: what was told, and what a day is without.
public struct DemandListing: Sendable {
  /// More than anybody looks at, and little to hold.
  static let limitDays = 3_660
  static let defaultDays = 28

  public let item: ItemCode
  public let location: LocationCode
  public let region: RegionCode?
  /// The place in the commit order that was read.
  public let version: Int64
  public let completeThrough: Day?
  public let days: [DemandDay]

  /// What is asked for.
  public struct Query: Hashable, Sendable {
    public var item: ItemCode
    public var location: LocationCode
    /// Nil begins 28 days before the end.
    public var from: Day?
    /// Nil ends with the last day that is complete or told.
    public var through: Day?
    /// Nil reads the data as it stands.
    public var version: Int64?

    public init(
      item: ItemCode, location: LocationCode, from: Day? = nil, through: Day? = nil,
      version: Int64? = nil
    ) {
      self.item = item
      self.location = location
      self.from = from
      self.through = through
      self.version = version
    }
  }

  /// - Throws: `DemandRefusal`, `DatasetVersionError`.
  public static func read(
    _ query: Query, clock: ZoneClock, in session: Session
  ) async throws -> DemandListing {
    try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        try read(query, clock: clock, in: db)
      }
    }
  }

  static func read(
    _ query: Query, clock: ZoneClock, in db: isolated Session
  ) throws -> DemandListing {
    if let from = query.from, let through = query.through { try check(from, through) }
    let today = clock.today(zone: nil)
    let found = try DatasetStore.record(
      ofItem: query.item, at: query.location, through: max(query.through ?? today, today),
      version: query.version.map { .at($0) } ?? .newest,
      civilDay: { clock.day(of: $0, zone: $1) }, in: db)
    guard let (record, version) = found else {
      throw DemandRefusal.unknownSeries(query.item, query.location)
    }
    let told = [record.completeThrough, record.lastToldDay].compactMap { $0 }.max()
    let through = query.through ?? max(told ?? record.start, query.from ?? record.start)
    let from = query.from ?? through - (defaultDays - 1)
    try check(from, through)
    return DemandListing(
      item: query.item, location: query.location, region: record.series.region, version: version,
      completeThrough: record.completeThrough, days: record.days(in: from...through))
  }

  private static func check(_ from: Day, _ through: Day) throws {
    guard from <= through else { throw DemandRefusal.endsBeforeBeginning(from, through) }
    guard through - from < limitDays else { throw DemandRefusal.tooManyDays(through - from + 1) }
  }
}

/// Why there is no demand to show.
public enum DemandRefusal: Error, Hashable, Sendable {
  case unknownSeries(ItemCode, LocationCode)
  case endsBeforeBeginning(Day, Day)
  case tooManyDays(Int)
}

extension DemandRefusal: Failure {
  public var code: String {
    switch self {
    case .unknownSeries: "unknown-series"
    case .endsBeforeBeginning: "ends-before-beginning"
    case .tooManyDays: "too-many-days"
    }
  }

  public var exitCode: ExitCode {
    switch self {
    case .unknownSeries: .data
    case .endsBeforeBeginning, .tooManyDays: .usage
    }
  }

  public var sentence: String {
    switch self {
    case .unknownSeries(let item, let location):
      "item '\(item)' has neither demand nor stock at location '\(location)'"
    case .endsBeforeBeginning(let from, let through):
      "the days end on \(through), before they begin on \(from)"
    case .tooManyDays(let count):
      "\(count.grouped) days are asked for; at most \(DemandListing.limitDays.grouped) are shown"
        + " at once"
    }
  }
}

extension DatasetVersionError: Failure {
  public var code: String {
    switch self {
    case .notYet: "unknown-version"
    case .notKept: "version-not-kept"
    }
  }

  public var exitCode: ExitCode { .data }

  public var sentence: String {
    switch self {
    case .notYet(let asked, let newest):
      "there is no dataset version \(asked) yet: the newest is \(newest)"
    case .notKept(let asked, let oldest):
      "dataset version \(asked) cannot be read back: what was replaced is kept from version"
        + " \(oldest) on"
    }
  }
}

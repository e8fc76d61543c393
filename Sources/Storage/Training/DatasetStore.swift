internal import Digests
public import Inventory
public import Planning
public import Postgres

/// A location as training and status see it.
public struct LocationState: Hashable, Sendable {
  public let code: LocationCode
  public let region: RegionCode
  public let timeZone: String?
  public let freshness: Freshness
  public let completeThrough: Day?
}

/// What one run sees: an immutable place in the commit order, and the data as of it.
public struct Dataset: Sendable {
  public let version: Int64
  public let histories: [DemandHistory]
  public let events: [CalendarEvent]
  public let prices: [Price]
  public let observations: Int
  /// SHA-256 over all of it: every series' codes, first day, values and stockouts, then events and
  /// prices. Equal whenever the version is read, whatever came after it.
  public let contentDigest: [UInt8]

  /// The same with some of its histories, or less of them.
  public func with(_ histories: [DemandHistory]) -> Dataset {
    Dataset(
      version: version, histories: histories, events: events, prices: prices,
      observations: observations, contentDigest: contentDigest)
  }
}

/// Reads what training needs, inside one repeatable-read transaction.
public enum DatasetStore {
  /// The civil date of a moment in a time zone (nil: the deployment's).
  public typealias CivilDay = (Instant, _ timeZone: String?) -> Day

  /// The locations that have demand, with their watermarks.
  public static func locations(
    at version: DatasetVersion = .newest, in db: isolated Session
  ) throws -> [LocationState] {
    try db.rows(
      """
      SELECT l.code::text, l.region::text, l.time_zone, l.freshness_minutes,
        (SELECT max(w.complete_through) FROM \(version.rows(of: "watermark")) w
          WHERE w.location_id = l.location_id)
      FROM \(version.rows(of: "location")) l WHERE l.demand_source_id IS NOT NULL
      ORDER BY l.region, l.code
      """
    ).map { row in
      LocationState(
        code: try row[0], region: try row[1], timeZone: try row[2],
        freshness: Freshness(minutes: try row[3]), completeThrough: try row[4])
    }
  }

  /// The histories of the regions' series up to a day through which all of them are complete.
  ///
  /// - Throws: `DatasetVersionError` when the version is not there, or not any more.
  public static func dataset(
    ofRegions regions: [RegionCode], through origin: Day, version: DatasetVersion = .newest,
    civilDay: CivilDay, in db: isolated Session
  ) throws -> Dataset {
    let (place, version) = try version.resolved(in: db)
    let reading = HistoryReading(scope: .regions(regions), last: origin, version: version)
    var outlines = try reading.outlines(unsaid: 0, in: db)
    blank(&outlines, try reading.waitingDays(in: db))
    try reading.fill(&outlines, in: db)
    blank(&outlines, try reading.waitingMovements(in: db))
    let stockouts = try reading.stockouts(civilDay, in: db)
    let histories = outlines.map { $0.history(stockouts: stockouts[$0.id] ?? []) }
    var events = try calendar(
      from: outlines.map(\.start).min() ?? origin, through: origin + closureDays, at: version,
      in: db)
    events += closures(outlines, after: origin)
    let prices = try PriceStore.prices(at: version, in: db)
    return Dataset(
      version: place, histories: histories, events: events, prices: prices,
      observations: histories.reduce(0) { $0 + $1.values.count },
      contentDigest: try digest(histories, events, prices))
  }

  /// Whether anything was ever told of an item at a location.
  public static func hasSeries(
    _ item: ItemCode, at location: LocationCode, in db: isolated Session
  ) throws -> Bool {
    try SeriesStore.find(item, at: location, in: db) != nil
  }

  /// All that is known of one series, up to a day at least; nil where there is no such series at
  /// the version.
  ///
  /// - Throws: `DatasetVersionError`.
  public static func record(
    ofItem item: ItemCode, at location: LocationCode, through last: Day,
    version: DatasetVersion = .newest, civilDay: CivilDay, in db: isolated Session
  ) throws -> (record: SeriesRecord, version: Int64)? {
    let (place, version) = try version.resolved(in: db)
    guard let id = try SeriesStore.find(item, at: location, in: db) else { return nil }
    let reading = HistoryReading(scope: .series(id), last: last, version: version)
    var outlines = try reading.outlines(unsaid: .nan, in: db)
    guard !outlines.isEmpty else { return nil }
    try reading.fill(&outlines, in: db)
    let movements = try reading.waitingMovements(in: db)
    blank(&outlines, movements)
    let outline = outlines[0]
    let state = try locations(at: version, in: db).first { $0.code == location }
    let record = SeriesRecord(
      series: outline.series, start: outline.start, told: outline.values,
      waiting: (try reading.waitingDays(in: db)[id] ?? []).union(movements[id] ?? []),
      stockouts: Set(try reading.stockouts(civilDay, in: db)[id] ?? []),
      completeThrough: state?.completeThrough,
      events: try calendar(from: outline.start, through: last, at: version, in: db))
    return (record, place)
  }

  /// A day whose row waits in quarantine is missing, unless another row tells it: that is filled
  /// in afterwards. A day whose sale or return waits is missing whatever other lines tell.
  private static func blank(
    _ outlines: inout [HistoryReading.Outline], _ waiting: [Int32: Set<Day>]
  ) {
    guard !waiting.isEmpty else { return }
    for position in outlines.indices {
      for day in waiting[outlines[position].id] ?? [] {
        outlines[position].set(.nan, on: day)
      }
    }
  }

  /// How far beyond the origin closures are known: over every horizon that is trained.
  private static let closureDays = 400

  /// The calendar with the weekly closures of a span of days.
  private static func calendar(
    from first: Day, through last: Day, at version: DatasetVersion, in db: isolated Session
  ) throws -> [CalendarEvent] {
    let events = try CalendarStore.events(at: version, in: db)
    let opening = OpeningCalendar(
      try LocationStore.locations(at: version, in: db), events: events)
    return events + opening.closures(in: min(first, last)...last)
  }

  /// An item that has ended is not sold from the day after on.
  private static func closures(
    _ outlines: [HistoryReading.Outline], after origin: Day
  ) -> [CalendarEvent] {
    var ended: [ItemCode: Day] = [:]
    for outline in outlines {
      guard let item = outline.series.item, let day = outline.ended else { continue }
      ended[item] = day
    }
    return ended.sorted { $0.key < $1.key }.flatMap { item, day -> [CalendarEvent] in
      let first = max(day, origin) + 1
      guard first <= origin + closureDays else { return [] }
      return (first...origin + closureDays).map {
        CalendarEvent(day: $0, name: "ended", kind: .closed, scope: .init(item: item))
      }
    }
  }

  private static func digest(
    _ histories: [DemandHistory], _ events: [CalendarEvent], _ prices: [Price]
  ) throws -> [UInt8] {
    let sha = try SHA256()
    for history in histories {
      var fields = CanonicalFields()
      fields.put(history.series.item)
      fields.put(history.series.location)
      fields.put(history.series.region)
      fields.put(history.series.category)
      fields.put(history.start)
      try sha.update(fields.bytes)
      try sha.update(history.values.withUnsafeBytes { Array($0) })
      try sha.update(history.stockouts.withUnsafeBytes { Array($0) })
    }
    for event in events { try sha.update(canonical(event)) }
    for price in prices { try sha.update(canonical(price)) }
    return try sha.digest().bytes
  }

  private static func canonical(_ event: CalendarEvent) -> [UInt8] {
    var fields = CanonicalFields()
    fields.put(event.day)
    fields.put(event.name)
    fields.put(event.kind.rawValue)
    fields.put(event.scope.region)
    fields.put(event.scope.location)
    fields.put(event.scope.item)
    fields.put(event.scope.category)
    return fields.bytes
  }

  /// "1.50" and "1.5" are the same price.
  private static func canonical(_ price: Price) -> [UInt8] {
    var fields = CanonicalFields()
    fields.put(price.item)
    fields.put(price.location)
    fields.put(price.region)
    fields.put(price.from)
    fields.put(Double(price.amount))
    return fields.bytes + [price.isPromotion ? 1 : 0]
  }
}

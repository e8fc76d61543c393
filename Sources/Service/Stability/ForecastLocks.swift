public import Inventory
internal import Planning
public import Postgres
public import Storage

/// Locking near days of the forecast in use, each change with its line in the audit.
public enum ForecastLocks {
  /// What is locked; all nil is the whole company.
  public struct Scope: Hashable, Sendable {
    public var region: RegionCode?
    public var location: LocationCode?
    public var item: ItemCode?

    public init(
      region: RegionCode? = nil, location: LocationCode? = nil, item: ItemCode? = nil
    ) {
      self.region = region
      self.location = location
      self.item = item
    }
  }

  /// Up to when, today being the first day.
  public enum Until: Hashable, Sendable {
    case day(Day)
    case days(Int)
  }

  public struct Locked: Sendable {
    public let record: ForecastLockRecord
    /// How many series it holds.
    public let series: Int
  }

  /// Locks what the forecast in use says from today on.
  ///
  /// - Throws: `ForecastLockRefusal`.
  public static func lock(
    _ scope: Scope, until: Until, reason: String, by person: String, clock: ZoneClock,
    in session: Session
  ) async throws -> Locked {
    let today = clock.today(zone: nil)
    let last =
      switch until {
      case .day(let day): day
      case .days(let count): today + (count - 1)
      }
    guard last >= today else { throw ForecastLockRefusal.dayInThePast(last, today: today) }
    return try await session.run { db in
      try db.transaction { db in
        try RegistryStore.holdPublication(in: db)
        guard let run = try RunStore.published(in: db) else {
          throw ReportRefusal.notTrainedYet
        }
        guard last <= run.origin + run.horizon else {
          throw ForecastLockRefusal.beyondHorizon(
            last, run: run.run, last: run.origin + run.horizon)
        }
        let series = try series(of: scope, in: run, db)
        let lock = try ForecastLockStore.insert(
          region: scope.region, location: scope.location, item: scope.item, days: today...last,
          run: run.run, by: person, reason: reason, in: db)
        guard let record = try ForecastLockStore.lock(lock, in: db) else {
          throw ForecastLockRefusal.unknownLock(lock)
        }
        try AuditStore.append(
          actor: person, action: "forecast-locked", subject: "\(record.subject): \(reason)",
          in: db)
        return Locked(record: record, series: series)
      }
    }
  }

  /// Lets the next run say what it finds.
  ///
  /// - Throws: `ForecastLockRefusal`.
  public static func unlock(
    _ lock: Int, reason: String, by person: String, in session: Session
  ) async throws -> ForecastLockRecord {
    try await session.run { db in
      try db.transaction { db in
        try RegistryStore.holdPublication(in: db)
        guard let record = try ForecastLockStore.lock(lock, in: db) else {
          throw ForecastLockRefusal.unknownLock(lock)
        }
        if let unlocked = record.unlocked {
          throw ForecastLockRefusal.unlockedAlready(lock, by: unlocked.by)
        }
        _ = try ForecastLockStore.unlock(lock, by: person, reason: reason, in: db)
        try AuditStore.append(
          actor: person, action: "forecast-unlocked", subject: "\(record.subject): \(reason)",
          in: db)
        return try ForecastLockStore.lock(lock, in: db) ?? record
      }
    }
  }

  /// Locks, the newest first.
  ///
  /// - Parameter ended: also those that have ended or were taken away.
  public static func list(
    ended: Bool = false, limit: Int = 1_000, clock: ZoneClock, in session: Session
  ) async throws -> [ForecastLockRecord] {
    let today = clock.today(zone: nil)
    return try await session.run { db in
      ended
        ? try ForecastLockStore.history(limit: limit, in: db)
        : try ForecastLockStore.live(from: today, in: db).reversed()
    }
  }

  /// How many series of the run a lock would hold.
  private static func series(
    of scope: Scope, in run: PublishedRun, _ db: isolated Session
  ) throws -> Int {
    if let region = scope.region {
      let known = try PlannerStore.regions(in: db)
      guard known.contains(region) else { throw UnknownRegion(region: region, known: known) }
    }
    if let location = scope.location {
      guard let home = try LocationStore.region(of: location, in: db) else {
        throw ForecastLockRefusal.unknownLocation(
          location,
          nearest: NearestName.of(
            location.text, in: try LocationStore.locations(in: db).map(\.code.text)))
      }
      if let region = scope.region, region != home {
        throw ForecastLockRefusal.elsewhere(location, region: home, not: region)
      }
    }
    if let item = scope.item {
      let known = try ItemStore.items(in: db).map(\.code)
      guard known.contains(item) else {
        throw ForecastLockRefusal.unknownItem(
          item, nearest: NearestName.of(item.text, in: known.map(\.text)))
      }
    }
    let count = try ForecastStore.seriesCount(
      ofRun: run.run, region: scope.region, location: scope.location, item: scope.item, in: db)
    guard count > 0 else { throw ForecastLockRefusal.nothingForecast(scope, run: run.run) }
    return count
  }
}

/// Why a lock is neither set nor taken away.
public enum ForecastLockRefusal: Error, Hashable, Sendable {
  case dayInThePast(Day, today: Day)
  case beyondHorizon(Day, run: Int, last: Day)
  case unknownLocation(LocationCode, nearest: String?)
  case unknownItem(ItemCode, nearest: String?)
  case elsewhere(LocationCode, region: RegionCode, not: RegionCode)
  /// The place is known, and the forecast in use has no series there.
  case nothingForecast(ForecastLocks.Scope, run: Int)
  case unknownLock(Int)
  case unlockedAlready(Int, by: String)
}

extension ForecastLockRefusal: Failure {
  public var code: String {
    switch self {
    case .dayInThePast: "day-in-the-past"
    case .beyondHorizon: "beyond-the-horizon"
    case .unknownLocation: "unknown-location"
    case .unknownItem: "unknown-item"
    case .elsewhere: "location-elsewhere"
    case .nothingForecast: "nothing-forecast"
    case .unknownLock: "unknown-lock"
    case .unlockedAlready: "unlocked-already"
    }
  }

  public var exitCode: ExitCode { .data }

  public var sentence: String {
    switch self {
    case .dayInThePast(let day, let today):
      "\(day) is past: today is \(today), the first day that can be locked; nothing was locked"
    case .beyondHorizon(let day, let run, let last):
      "run \(run), which is in use, forecasts up to \(last), and \(day) is later; nothing was"
        + " locked"
    case .unknownLocation(let code, let nearest):
      "there is no location '\(code)'" + ForecastLockRefusal.hint(nearest) + "; nothing was locked"
    case .unknownItem(let code, let nearest):
      "there is no item '\(code)'" + ForecastLockRefusal.hint(nearest) + "; nothing was locked"
    case .elsewhere(let location, let home, let region):
      "location '\(location)' is in region '\(home)', not in '\(region)'; nothing was locked"
    case .nothingForecast(let scope, let run):
      "run \(run), which is in use, forecasts nothing of \(scope.words); nothing was locked"
    case .unknownLock(let lock):
      "there is no lock \(lock); 'quartermaster forecast locks' shows those there are"
    case .unlockedAlready(let lock, let person): "lock \(lock) was taken away by \(person) before"
    }
  }

  private static func hint(_ nearest: String?) -> String {
    nearest.map { "; did you mean '\($0)'?" } ?? ""
  }
}

extension ForecastLocks.Scope {
  /// `item 'OATS' at location 'LEEDS'`; the whole company where nothing is named.
  var words: String {
    let places = [
      item.map { "item '\($0)'" }, location.map { "location '\($0)'" },
      region.map { "region '\($0)'" },
    ].compactMap { $0 }
    return places.isEmpty ? "the whole company" : places.joined(separator: " in ")
  }
}

extension ForecastLockRecord {
  var scope: ForecastLocks.Scope {
    ForecastLocks.Scope(region: lock.region, location: lock.location, item: lock.item)
  }

  var subject: String {
    "lock \(lock.id): \(scope.words), \(lock.firstDay) to \(lock.lastDay), as run \(lock.run) said"
  }
}

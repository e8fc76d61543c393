public import Inventory

/// How far a location has reported, and how far it promised to.
public struct LocationFreshness: Hashable, Sendable {
  public let location: LocationCode
  public let region: RegionCode
  /// The location's watermark; nil while it has never said up to which day it is complete.
  public let completeThrough: Day?
  /// The last day whose data is promised by now.
  public let due: Day

  public init(location: LocationCode, region: RegionCode, completeThrough: Day?, due: Day) {
    self.location = location
    self.region = region
    self.completeThrough = completeThrough
    self.due = due
  }

  /// Behind its promised freshness.
  public var isStale: Bool { completeThrough.map { $0 < due } ?? true }

  /// Days behind the promise; 0 when fresh, nil when nothing was ever complete.
  public var daysBehind: Int? { completeThrough.map { max(0, due - $0) } }
}

extension Freshness {
  /// The last day whose data must be there, at a location's local time.
  ///
  /// - Parameter localMinutes: civil minutes at the location since 1970-01-01T00:00 there.
  ///
  /// A day is due when its end, plus the freshness, is not after now.
  public func due(localMinutes: Int) -> Day {
    let minutesPerDay = 1440
    let shifted = localMinutes - minutes
    let started = shifted / minutesPerDay - (shifted % minutesPerDay < 0 ? 1 : 0)
    return Day(ordinal: Int32(started - 1))
  }

  /// The last day whose data must be there when a day has just ended.
  public func due(atEndOf day: Day) -> Day { due(localMinutes: (Int(day.ordinal) + 1) * 1440) }
}

/// Which regions a run trains, and from which origin: one for all.
public struct TrainingScope: Hashable, Sendable {
  /// A region that keeps its last good forecast, and the location that holds it back.
  public struct Behind: Hashable, Sendable {
    public let region: RegionCode
    public let location: LocationCode
    public let completeThrough: Day?
    public let due: Day
  }

  /// The last day through which every trained region is complete; nil when none can be trained.
  public let origin: Day?
  public let trained: [RegionCode]
  public let behind: [Behind]

  /// A region is as complete as its slowest location, and stale if any of them is.
  public init(locations: [LocationFreshness], asOf: Day) {
    var slowest: [RegionCode: LocationFreshness] = [:]
    var stale: [RegionCode: LocationFreshness] = [:]
    for location in locations {
      let region = location.region
      if precedes(location, slowest[region]) { slowest[region] = location }
      if location.isStale, precedes(location, stale[region]) { stale[region] = location }
    }
    let regions = slowest.keys.sorted()
    trained = regions.filter { stale[$0] == nil }
    behind = regions.compactMap { region in
      stale[region].map {
        Behind(
          region: region, location: $0.location, completeThrough: $0.completeThrough, due: $0.due)
      }
    }
    origin = trained.compactMap { slowest[$0]?.completeThrough }.min().map { min($0, asOf) }
  }
}

/// Whether the location holds its region back more than the one known so far.
private func precedes(_ location: LocationFreshness, _ known: LocationFreshness?) -> Bool {
  guard let known else { return true }
  let days = (location.completeThrough ?? .earliest, known.completeThrough ?? .earliest)
  return days.0 == days.1 ? location.location < known.location : days.0 < days.1
}

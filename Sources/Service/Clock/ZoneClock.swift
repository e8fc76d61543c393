internal import Foundation
public import Inventory
internal import Planning

/// Now, and civil dates in time zones: the one place that does zone arithmetic.
///
/// With a day given as now, the present moment is the end of that day in every zone, so that old
/// data can be loaded, trained and reported as if it were then.
public struct ZoneClock: Sendable {
  /// The end of this day is now; nil takes the machine's clock.
  public let asOf: Day?
  /// The zone of locations that have none of their own.
  public let deploymentZone: String
  private let machineNow: Instant

  /// - Parameter deploymentZone: an IANA name; nil takes the machine's zone.
  public init(asOf: Day? = nil, deploymentZone: String? = nil) {
    self.asOf = asOf
    self.deploymentZone = deploymentZone ?? TimeZone.current.identifier
    let seconds = Date().timeIntervalSince1970
    machineNow = Instant(microseconds: Int64(seconds * 1_000_000))
  }

  /// The machine's clock, whatever day is taken for today.
  var machine: ZoneClock { ZoneClock(asOf: nil, deploymentZone: deploymentZone) }

  /// The same clock as it stands by now: one that is kept stands still.
  var current: ZoneClock { ZoneClock(asOf: asOf, deploymentZone: deploymentZone) }

  /// The present moment; with `asOf`, the end of that day in the deployment's zone.
  public var now: Instant { asOf.map { startOfDay($0 + 1, zone: nil) } ?? machineNow }

  /// The civil date of a moment.
  public func day(of instant: Instant, zone: String?) -> Day {
    let local = instant.microseconds + offset(at: instant, zone) * 1_000_000
    return Instant(microseconds: local).day
  }

  /// The civil date now.
  public func today(zone: String?) -> Day { asOf ?? day(of: machineNow, zone: zone) }

  /// The last day whose data a location has promised by now.
  public func due(_ freshness: Freshness, zone: String?) -> Day {
    if let asOf { return freshness.due(atEndOf: asOf) }
    let local = machineNow.microseconds / 1_000_000 + offset(at: machineNow, zone)
    return freshness.due(localMinutes: Int(local / 60))
  }

  /// The first moment of a day. Where daylight saving skips midnight, the moment it skips to.
  public func startOfDay(_ day: Day, zone: String?) -> Instant {
    let civil = Int64(day.ordinal) * 86_400
    let guess = Instant(microseconds: civil * 1_000_000)
    let first = Instant(microseconds: (civil - offset(at: guess, zone)) * 1_000_000)
    return Instant(microseconds: (civil - offset(at: first, zone)) * 1_000_000)
  }

  /// The moment when clocks show so many seconds since midnight. Where they show it twice, the
  /// first; where daylight saving skips it, as far beyond the gap as it lies within.
  public func instant(of day: Day, second: Int, zone: String?) -> Instant {
    let civil = Int64(day.ordinal) * 86_400 + Int64(second)
    let day: Int64 = 86_400
    // Zones change their offset months apart: the day before and the day after know both.
    let offsets = [civil - day, civil + day].map { moment in
      offset(at: Instant(microseconds: moment * 1_000_000), zone)
    }
    let moments = offsets.map { Instant(microseconds: (civil - $0) * 1_000_000) }
    let shown = zip(moments, offsets).filter { offset(at: $0, zone) == $1 }.map(\.0)
    return shown.min() ?? moments[0]
  }

  /// The last microsecond of a day.
  public func endOfDay(_ day: Day, zone: String?) -> Instant {
    Instant(microseconds: startOfDay(day + 1, zone: zone).microseconds - 1)
  }

  /// How many seconds east of Greenwich a zone's clocks are, as a function of the moment.
  public func secondsEast(zone: String?) -> (Instant) -> Int {
    let zone = timeZone(zone)
    return { instant in
      zone.secondsFromGMT(
        for: Date(timeIntervalSince1970: Double(instant.microseconds) / 1_000_000))
    }
  }

  /// Whether there is a zone of this IANA name.
  public static func knows(zone: String) -> Bool {
    // Abbreviations such as EST are read too, and mean an offset without daylight saving.
    TimeZone(identifier: zone) != nil && (zone.contains("/") || zone == "UTC" || zone == "GMT")
  }

  /// Seconds east of Greenwich.
  private func offset(at instant: Instant, _ zone: String?) -> Int64 {
    Int64(secondsEast(zone: zone)(instant))
  }

  private func timeZone(_ name: String?) -> TimeZone {
    TimeZone(identifier: name ?? deploymentZone) ?? .gmt
  }
}

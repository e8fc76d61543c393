/// PostgreSQL counts dates and times from 2000-01-01, this program from 1970-01-01: the only place
/// where one becomes the other.
@usableFromInline enum Epoch {
  /// Days from 1970-01-01 to 2000-01-01.
  @usableFromInline static let days: Int32 = 10_957
  /// Microseconds between the same midnights, UTC.
  @usableFromInline static let microseconds: Int64 = 10_957 * 86_400_000_000
}

/// A `date`, in days since 1970-01-01. `infinity` is refused on reading.
public struct PostgresDate: Hashable, Sendable {
  public let daysSince1970: Int32

  /// Not checked: PostgreSQL refuses days before 4714 BC.
  public init(daysSince1970: Int32) { self.daysSince1970 = daysSince1970 }

  init?(wire: Int32) {
    guard wire != .max, wire != .min, wire <= .max - Epoch.days else { return nil }
    daysSince1970 = wire + Epoch.days
  }

  var wire: Int32 { daysSince1970 - Epoch.days }
}

/// A `timestamptz`, in microseconds since 1970-01-01T00:00:00Z. `infinity` is refused on reading.
public struct PostgresTimestamp: Hashable, Sendable {
  public let microsecondsSince1970: Int64

  public init(microsecondsSince1970: Int64) {
    self.microsecondsSince1970 = microsecondsSince1970
  }

  init?(wire: Int64) {
    guard wire != .max, wire != .min, wire <= .max - Epoch.microseconds else { return nil }
    microsecondsSince1970 = wire + Epoch.microseconds
  }

  var wire: Int64 { microsecondsSince1970 - Epoch.microseconds }
}

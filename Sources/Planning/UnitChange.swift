internal import Glibc
public import Inventory

/// Whether a source counts in other units than before: packs where it counted pieces, or pieces
/// where it counted packs.
///
/// An item *jumped* when what is pushed of it, p, stands to what is usual, u, as its pack size k or
/// as 1/k:
///
///     | ln(p/u) ∓ ln k | <= min(ln 1.5, ln k / 2)
///
/// and p lies outside the usual range, and p/u is nearer to k than to the *common factor*: the
/// median of p/u over the other items, which a season, a weekday or a promotion moves as well. A
/// change is suspected when at least 20 % of the items that have a pack size, and no fewer than 5,
/// jumped in one direction.
///
/// What does not hold: with packs of two and no other items beside them, a season that doubles all
/// sales looks the same, and a person has to look.
public enum UnitChange {
  /// The share of items from which on a change is suspected.
  public static let share = 0.2
  /// As many items must have jumped.
  public static let leastItems = 5
  /// Days with demand that say what is usual.
  public static let leastDays = 5

  /// One item, as it was and as it is pushed.
  public struct Measure: Hashable, Sendable {
    public let item: ItemCode
    /// Units in a pack; 1 or less for an item that has none, which shows the common factor.
    public let packSize: Double
    /// Median of the days with demand.
    public let usual: Double
    /// The tenth and ninetieth percentile of those days.
    public let usualRange: ClosedRange<Double>
    /// Median of the days pushed.
    public let pushed: Double

    /// - Parameters:
    ///   - usual: quantities of days with demand, `leastDays` or more.
    ///   - pushed: quantities above zero, one or more.
    public init(item: ItemCode, packSize: Double, usual: [Double], pushed: [Double]) {
      let sorted = usual.sorted()
      self.item = item
      self.packSize = packSize
      self.usual = UnitChange.median(sorted)
      usualRange = sorted[sorted.count / 10]...sorted[sorted.count * 9 / 10]
      self.pushed = UnitChange.median(pushed.sorted())
    }

    var factor: Double { log(pushed / usual) }

    /// 1 or -1 for an item near its pack size or its inverse.
    var direction: Double? {
      guard packSize > 1 else { return nil }
      let pack = log(packSize)
      let tolerance = min(log(1.5), pack / 2)
      if abs(factor - pack) <= tolerance, pushed > usualRange.upperBound { return 1 }
      if abs(factor + pack) <= tolerance, pushed < usualRange.lowerBound { return -1 }
      return nil
    }
  }

  /// What speaks for a change.
  public struct Suspicion: Error, Hashable, Sendable {
    /// Items that jumped.
    public let jumped: Int
    /// Items that have a pack size and a history to compare with.
    public let measured: Int
    /// The item that jumped nearest to its pack size.
    public let example: Measure

    /// Jumped items in a hundred.
    public var percent: Int { jumped * 100 / measured }
  }

  public static func suspicion(_ measures: [Measure]) -> Suspicion? {
    let packed = measures.count { $0.packSize > 1 }
    let least = max(leastItems, Int((Double(packed) * share).rounded(.up)))
    guard packed >= least else { return nil }
    let others = measures.filter { $0.direction == nil }.map(\.factor).sorted()
    let common = others.count >= leastItems ? median(others) : 0
    for direction in [1.0, -1.0] {
      let jumped = measures.filter { measure in
        guard measure.direction == direction else { return false }
        return distance(measure, direction) < abs(measure.factor - common)
      }
      guard jumped.count >= least,
        let example = jumped.min(by: { distance($0, direction) < distance($1, direction) })
      else { continue }
      return Suspicion(jumped: jumped.count, measured: packed, example: example)
    }
    return nil
  }

  private static func distance(_ measure: Measure, _ direction: Double) -> Double {
    abs(measure.factor - direction * log(measure.packSize))
  }

  private static func median(_ sorted: [Double]) -> Double {
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}

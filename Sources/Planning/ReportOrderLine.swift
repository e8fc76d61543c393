public import Inventory

/// What procurement is told about one item at one location, or summed over a region.
///
/// Amounts are units unless their name says days. Nil means unknown, never zero.
public struct OrderLine: Hashable, Sendable {
  /// A series (`item-location`) or the sum over its region (`item-region`).
  public let node: Node
  public var itemName: String?
  public var unit: String?
  public var supplier: String?
  public var unitCost: String?

  /// The forecast's rung; of a sum, the lowest of its parts.
  public var tier: Tier
  /// The last day its data covers; of a sum, the earliest.
  public var completeThrough: Day?
  public var isStale = false

  /// Nil where the terms do not say it, and on sums whose parts differ.
  public var serviceLevel: Double?
  public var leadTimeDays: Amount?
  public var leadTimeDeviationDays: Amount?
  public var reviewPeriodDays: Amount?

  /// The days that `forecast` sums over, from the day after the report's: lead time + review
  /// period, or the horizon where there is no lead time. Nil on sums whose parts differ.
  public var forecastDays: Amount?
  /// Mean demand over those days; a sum's is the sum of its parts'.
  public var forecast: Amount
  /// One for each of the report's quantiles. Each node has its own; they do not add.
  public var quantiles: [Amount]?

  public var onHand: Amount?
  public var onOrder: Amount?
  public var reserved: Amount?
  public var inventoryPosition: Amount?
  public var stockAsOf: Instant?

  public var safetyStock: Amount?
  public var reorderPoint: Amount?
  public var orderUpTo: Amount?
  public var suggestedOrder: Amount?
  /// Days until mean demand has consumed what is on hand and not reserved, rounded down to a tenth;
  /// 999 where it lasts that long or longer.
  public var daysOfSupply: Amount?

  public var notes: [Note] = []
  /// Of a sum, whether one of its parts is urgent: what the others hold does not help there.
  var hasUrgentPart = false

  /// What a reader must know about a line's figures.
  public enum Note: Hashable, Sendable {
    case noStockRecord
    /// What was sold since the count is not taken off.
    case stockCounted(daysBefore: Int)
    case noLeadTime
    /// Lead time and review period are longer than three years.
    case intervalTooLong
    case dailyReviewAssumed
    /// Days of the sum that lie beyond the forecast, filled with the mean of its last season.
    case forecastExtended(days: Int)
    /// Days of the sum whose forecast is locked.
    case locked(days: Int)
    /// Parts of a sum for which nothing is suggested because something is unknown.
    case partsWithoutSuggestion(Int, of: Int)
  }

  public static let longestDaysOfSupply = 999.0

  /// There is something to order.
  public var isToOrder: Bool { suggestedOrder.map { $0 > .zero } ?? false }

  /// There is something to order, and even ordered now it arrives after the stock has run out. A
  /// sum is urgent with any of its parts.
  public var isUrgent: Bool {
    hasUrgentPart || (isToOrder && (slackDays.map { $0 < .zero } ?? false))
  }

  /// Days of supply − lead time: how long the order can wait.
  var slackDays: Amount? {
    guard let daysOfSupply, let leadTimeDays else { return nil }
    return daysOfSupply - leadTimeDays
  }

  /// What is to be ordered comes first, what is unknown last; within each the least slack first,
  /// ties by item and location.
  func isMoreUrgent(than other: OrderLine) -> Bool {
    if urgencyClass != other.urgencyClass { return urgencyClass < other.urgencyClass }
    if let slack = slackDays, let otherSlack = other.slackDays, slack != otherSlack {
      return slack < otherSlack
    }
    return isBefore(other)
  }

  private var urgencyClass: Int {
    if isToOrder { return 0 }
    return slackDays != nil && suggestedOrder != nil ? 1 : 2
  }

  private func isBefore(_ other: OrderLine) -> Bool {
    let (items, locations) = ((node.item, other.node.item), (node.location, other.node.location))
    guard items.0 == items.1 else { return isOrdered(items.0, items.1) }
    return isOrdered(locations.0, locations.1)
  }
}

/// Codes bytewise, none before any.
private func isOrdered<Thing>(_ left: Code<Thing>?, _ right: Code<Thing>?) -> Bool {
  guard let left, let right else { return left == nil && right != nil }
  return left < right
}

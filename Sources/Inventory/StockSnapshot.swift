/// What a location held of an item at the end of a moment's count.
public struct StockSnapshot: Hashable, Sendable {
  public let asOf: Instant
  public var onHand: Double
  public var onOrder: Double
  public var reserved: Double

  public init(asOf: Instant, onHand: Double, onOrder: Double = 0, reserved: Double = 0) {
    self.asOf = asOf
    self.onHand = onHand
    self.onOrder = onOrder
    self.reserved = reserved
  }

  /// On hand + on order − reserved. Backorders are a negative on hand.
  public var inventoryPosition: Double { onHand + onOrder - reserved }
}

/// What an item costs its buyers from a day on, until the next price of the same scope: everywhere,
/// or in one region, or at one location. The narrowest scope holds.
public struct Price: Hashable, Sendable {
  public let item: ItemCode
  public let from: Day
  public let location: LocationCode?
  public let region: RegionCode?
  /// Text of a decimal number, so that no digit of money is lost.
  public var amount: String
  /// A promotion: a price for a while, that customers are told of.
  public var isPromotion: Bool

  public init(
    item: ItemCode, from: Day, amount: String, location: LocationCode? = nil,
    region: RegionCode? = nil, isPromotion: Bool = false
  ) {
    self.item = item
    self.from = from
    self.location = location
    self.region = region
    self.amount = amount
    self.isPromotion = isPromotion
  }
}

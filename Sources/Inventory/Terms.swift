/// How an item is bought, for one location or (nil) for all.
public struct Terms: Hashable, Sendable {
  public let item: ItemCode
  public let location: LocationCode?
  public var supplier: String?
  public var leadTimeDays: Double?
  public var leadTimeDeviationDays: Double?
  public var reviewPeriodDays: Double?
  public var minimumOrderQuantity: Double?
  public var orderMultiple: Double?
  /// Text of a decimal number, so that no digit of money is lost.
  public var unitCost: String?
  /// Probability of no stockout in a lead time and review period, above 0.5 and below 1.
  public var serviceLevel: Double

  public static let defaultServiceLevel = 0.95

  public init(
    item: ItemCode, location: LocationCode? = nil, supplier: String? = nil,
    leadTimeDays: Double? = nil, leadTimeDeviationDays: Double? = nil,
    reviewPeriodDays: Double? = nil, minimumOrderQuantity: Double? = nil,
    orderMultiple: Double? = nil, unitCost: String? = nil,
    serviceLevel: Double = Terms.defaultServiceLevel
  ) {
    self.item = item
    self.location = location
    self.supplier = supplier
    self.leadTimeDays = leadTimeDays
    self.leadTimeDeviationDays = leadTimeDeviationDays
    self.reviewPeriodDays = reviewPeriodDays
    self.minimumOrderQuantity = minimumOrderQuantity
    self.orderMultiple = orderMultiple
    self.unitCost = unitCost
    self.serviceLevel = serviceLevel
  }
}

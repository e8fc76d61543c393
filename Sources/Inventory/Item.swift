/// A thing that is stocked and ordered (SKU).
public struct Item: Hashable, Sendable {
  public let code: ItemCode
  public var name: String?
  public var category: CategoryCode?
  public var unit: String?
  /// Units per pack, at least 1.
  public var packSize: Double?
  public var launched: Day?
  public var ended: Day?
  /// The item whose demand this one takes over.
  public var predecessor: ItemCode?

  public init(
    code: ItemCode, name: String? = nil, category: CategoryCode? = nil, unit: String? = nil,
    packSize: Double? = nil, launched: Day? = nil, ended: Day? = nil, predecessor: ItemCode? = nil
  ) {
    self.code = code
    self.name = name
    self.category = category
    self.unit = unit
    self.packSize = packSize
    self.launched = launched
    self.ended = ended
    self.predecessor = predecessor
  }
}

/// One item at one location, with the groups it is summed into.
///
/// A part is nil where the data does not say it: a file with only days and quantities has one
/// series without any name.
public struct Series: Hashable, Sendable {
  public let item: ItemCode?
  public let location: LocationCode?
  public let region: RegionCode?
  public let category: CategoryCode?

  public init(
    item: ItemCode?, location: LocationCode?, region: RegionCode?, category: CategoryCode?
  ) {
    self.item = item
    self.location = location
    self.region = region
    self.category = category
  }
}

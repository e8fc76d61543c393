/// Something known in advance that moves demand on one day, for all or part of the retailer.
public struct CalendarEvent: Hashable, Sendable {
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    case holiday, event, promotion, payday, closed, open
  }

  /// What the event applies to; nil means everything.
  public struct Scope: Hashable, Sendable {
    public var region: RegionCode?
    public var location: LocationCode?
    public var item: ItemCode?
    public var category: CategoryCode?

    public static let everything = Scope()

    public init(
      region: RegionCode? = nil, location: LocationCode? = nil, item: ItemCode? = nil,
      category: CategoryCode? = nil
    ) {
      self.region = region
      self.location = location
      self.item = item
      self.category = category
    }

    /// Whether the series lies within the scope.
    public func covers(_ series: Series) -> Bool {
      (region == nil || region == series.region)
        && (location == nil || location == series.location)
        && (item == nil || item == series.item)
        && (category == nil || category == series.category)
    }
  }

  public let day: Day
  public let name: String
  public let kind: Kind
  public let scope: Scope

  public init(day: Day, name: String, kind: Kind = .event, scope: Scope = .everything) {
    self.day = day
    self.name = name
    self.kind = kind
    self.scope = scope
  }
}

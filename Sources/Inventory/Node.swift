/// The nine sums that are forecast: {item, category, all} x {location, region, all}.
public enum Level: String, CaseIterable, Hashable, Sendable, Comparable {
  case total
  case region
  case location
  case category
  case item
  case categoryRegion = "category-region"
  case itemRegion = "item-region"
  case categoryLocation = "category-location"
  case itemLocation = "item-location"

  public var keepsItem: Bool { self == .item || self == .itemRegion || self == .itemLocation }
  public var keepsCategory: Bool {
    keepsItem || self == .category || self == .categoryRegion || self == .categoryLocation
  }
  public var keepsLocation: Bool {
    self == .location || self == .categoryLocation || self == .itemLocation
  }
  public var keepsRegion: Bool {
    keepsLocation || self == .region || self == .categoryRegion || self == .itemRegion
  }

  /// Whether a node of this level holds all of a node of the other, and may hold more.
  public func sumsUp(_ other: Level) -> Bool {
    self != other && (!keepsItem || other.keepsItem) && (!keepsCategory || other.keepsCategory)
      && (!keepsLocation || other.keepsLocation) && (!keepsRegion || other.keepsRegion)
  }

  /// From the coarsest to the finest.
  public static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }

  private var rank: Int { Level.allCases.firstIndex(of: self) ?? 0 }
}

/// A series or a sum of series.
///
/// A level's own parts are kept, with the groups they belong to (an item's category, a location's
/// region); the others are nil.
public struct Node: Hashable, Sendable {
  public let level: Level
  public let item: ItemCode?
  public let location: LocationCode?
  public let region: RegionCode?
  public let category: CategoryCode?

  /// The node of a level into which a series is summed.
  public init(_ level: Level, of series: Series) {
    self.level = level
    item = level.keepsItem ? series.item : nil
    location = level.keepsLocation ? series.location : nil
    region = level.keepsRegion ? series.region : nil
    category = level.keepsCategory ? series.category : nil
  }
}

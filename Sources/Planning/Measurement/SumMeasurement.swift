internal import Forecasting
public import Inventory

/// Published forecasts of sums beside the demand that came afterwards, so many days ahead.
///
/// A sum's day counts where parts that usually make up nine tenths of it are known; what the others
/// would probably have been is filled in, as it is when sums are forecast. Regions are added one
/// after the other, so that no more than one of them need be in memory.
public struct SumMeasurement: Sendable {
  /// Nodes that are measured together.
  public struct Group: Hashable, Sendable {
    public let level: Level
    /// Nil where the level spans regions.
    public let region: RegionCode?
    public let category: CategoryCode?
    /// Days ahead of the origin, from 1 on.
    public let lead: Int

    public init(level: Level, region: RegionCode?, category: CategoryCode?, lead: Int) {
      self.level = level
      self.region = region
      self.category = category
      self.lead = lead
    }
  }

  /// Sums within a region.
  public static let regional = Level.allCases.filter { $0.keepsRegion && $0 != .itemLocation }
  /// Sums over regions, and the level of a region whose nodes they add up.
  public static let spanning: [(level: Level, parts: Level)] = [
    (.total, .region), (.category, .categoryRegion), (.item, .itemRegion),
  ]
  private static let daysPerWeek = 7

  private let last: Day
  private let keepsRegional: Bool
  /// Of the days of `RecentActuals` up to the last, NaN where a sum is not known.
  private var actuals: [Node: [Double]] = [:]

  /// - Parameters:
  ///   - last: the last day that has arrived.
  ///   - spanning: whether sums over regions are measured, or those within each.
  public init(through last: Day, spanning: Bool) {
    self.last = last
    keepsRegional = !spanning
  }

  /// Adds a region's series.
  ///
  /// - Parameters:
  ///   - histories: with the days after the origins.
  ///   - events: the calendar of those days.
  public mutating func add(_ histories: [DemandHistory], events: [CalendarEvent]) {
    let recent = RecentActuals(histories, events: events, origin: last)
    let levels = keepsRegional ? Self.regional : Self.spanning.map(\.parts)
    for level in levels {
      var seen: Set<Node> = []
      for series in recent.hierarchy.series {
        let node = Node(level, of: series)
        // A level that groups the series like another stands under that one's name.
        guard seen.insert(node).inserted, let place = recent.hierarchy.node(level, of: series),
          let history = recent.nodes[recent.hierarchy.nodes[place]]
        else { continue }
        keep(aligned(history, next: recent.next), of: node, series)
      }
    }
  }

  private mutating func keep(_ values: [Double], of node: Node, _ series: Series) {
    guard !keepsRegional else {
      actuals[node] = values
      return
    }
    for (level, parts) in Self.spanning where parts == node.level {
      let sum = Node(level, of: series)
      guard let others = actuals[sum] else {
        actuals[sum] = values
        continue
      }
      actuals[sum] = zip(others, values).map(+)
    }
  }

  /// Over all days that are looked at; a part that has not begun contributes nothing.
  private func aligned(_ history: NodeHistory, next: Int) -> [Double] {
    Array(repeating: 0, count: max(0, RecentActuals.days - history.values.count))
      + history.values.suffix(RecentActuals.days)
  }

  /// - Parameters:
  ///   - forecasts: of a run; those of other nodes are left out.
  ///   - probabilities: of the forecasts' quantiles.
  ///   - origin: the last day that the forecasts have seen.
  ///   - leads: how many days ahead are measured.
  public func sums(
    of forecasts: [PublishedForecast], probabilities: [Double], origin: Day, leads: Int
  ) -> [Group: AccuracySums] {
    let next = RecentActuals.days - (last - origin)
    guard next > 0, leads > 0 else { return [:] }
    var sums: [Group: AccuracySums] = [:]
    for forecast in forecasts {
      let node = forecast.node
      // What a region carried over is measured in the run that made it.
      guard let values = actuals[node], !(keepsRegional && forecast.isStale) else { continue }
      let seen = Array(values.prefix(next).drop { $0 == 0 })
      let changes = ForecastMeasurement.changes(seen)
      let naive = SeasonalNaive.forecast(seen, season: Self.daysPerWeek, horizon: leads)?.means
      for lead in 1...leads {
        let (offset, place) = (next + lead - 1, origin + lead - forecast.firstDay)
        guard values.indices.contains(offset), values[offset].isFinite,
          forecast.means.indices.contains(place)
        else { continue }
        let group = Group(
          level: node.level, region: node.region, category: node.category, lead: lead)
        sums[group, default: AccuracySums()].add(
          values[offset], mean: Double(forecast.means[place]) / Coherence.thousandths,
          quantiles: zip(forecast.quantiles, probabilities).lazy.map {
            (value: $0[place], probability: $1)
          }, changes: changes, naive: naive?[lead - 1])
      }
    }
    return sums
  }
}

public import Forecasting
public import Inventory

/// Published forecasts of series beside the demand that came afterwards, so many days ahead.
///
/// A day counts where its demand is known: missing and closed days do not, nor stockouts, whose
/// demand is a lower bound.
public struct ForecastMeasurement: Sendable {
  /// Series that are measured together.
  public struct Group: Hashable, Sendable {
    /// Days ahead of the origin, from 1 on.
    public let lead: Int
    public let category: CategoryCode?
    /// By the history up to the origin; nil for what never sold.
    public let demandClass: DemandClass?

    public init(lead: Int, category: CategoryCode?, demandClass: DemandClass?) {
      self.lead = lead
      self.category = category
      self.demandClass = demandClass
    }
  }

  private static let daysPerWeek = 7

  private let histories: [Node: DemandHistory]
  private let closed: ClosedDays
  private let grid: BucketGrid

  /// - Parameters:
  ///   - histories: of the series that are measured, with the days after the origins.
  ///   - events: the calendar of those days.
  public init(_ histories: [DemandHistory], events: [CalendarEvent]) {
    self.histories = Dictionary(
      histories.map { (Node(.itemLocation, of: $0.series), $0) },
      uniquingKeysWith: { first, _ in first })
    grid = BucketGrid(.day, namedBy: histories.first?.start ?? .earliest)
    closed = ClosedDays(events.filter { $0.kind == .closed }, grid: grid)
  }

  /// - Parameters:
  ///   - forecasts: of series; those of sums and of unknown series are left out.
  ///   - probabilities: of the forecasts' quantiles.
  ///   - origin: the last day that the forecasts have seen.
  ///   - leads: how many days ahead are measured.
  public func sums(
    of forecasts: [PublishedForecast], probabilities: [Double], origin: Day, leads: Int
  ) -> [Group: AccuracySums] {
    var sums: [Group: AccuracySums] = [:]
    for forecast in forecasts {
      guard let history = histories[forecast.node] else { continue }
      let known = KnownDays(history, closed: closed, grid: grid)
      let seen = known.values(through: origin)
      let demandClass = DemandClass(seen)
      let changes = ForecastMeasurement.changes(seen)
      let naive = SeasonalNaive.forecast(
        Array(seen), season: ForecastMeasurement.daysPerWeek, horizon: leads)?.means
      for lead in 1...max(leads, 1) where lead <= leads {
        let day = origin + lead
        let place = day - forecast.firstDay
        guard forecast.means.indices.contains(place), let demand = known.value(on: day) else {
          continue
        }
        let group = Group(
          lead: lead, category: forecast.node.category ?? history.series.category,
          demandClass: demandClass)
        sums[group, default: AccuracySums()].add(
          demand, mean: Double(forecast.means[place]) / Coherence.thousandths,
          quantiles: zip(forecast.quantiles, probabilities).lazy.map {
            (value: $0[place], probability: $1)
          }, changes: changes, naive: naive?[lead - 1])
      }
    }
    return sums
  }

  /// The mean squared change from day to day; nil where nothing changes.
  static func changes(_ values: some Collection<Double>) -> Double? {
    var (sum, count) = (0.0, 0)
    for (one, next) in zip(values, values.dropFirst()) {
      let change = next - one
      guard change.isFinite else { continue }
      sum += change * change
      count += 1
    }
    return sum > 0 ? sum / Double(count) : nil
  }
}

/// A series' demand, NaN where it is not known.
private struct KnownDays {
  private let start: Day
  private let values: [Double]

  init(_ history: DemandHistory, closed: ClosedDays, grid: BucketGrid) {
    start = history.start
    var values = history.values
    for place in history.stockouts { values[place] = .nan }
    let first = grid.position(of: history.start)
    for position in closed.positions(for: history.series)
    where values.indices.contains(position - first) {
      values[position - first] = .nan
    }
    self.values = values
  }

  func values(through last: Day) -> ArraySlice<Double> {
    values.prefix(max(0, last - start + 1))
  }

  func value(on day: Day) -> Double? {
    let place = day - start
    return values.indices.contains(place) && values[place].isFinite ? values[place] : nil
  }
}

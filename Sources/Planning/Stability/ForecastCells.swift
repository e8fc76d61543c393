internal import Forecasting
internal import Inventory

/// A node's numbers, day by day, apart from who made them.
struct ForecastCells {
  let node: Node
  let firstDay: Day
  /// Thousandths of a unit per day.
  var means: [Int64]
  /// Units, one row per quantile.
  var quantiles: [[Double]]
  let spread: DemandSpread
  /// The lock that holds each day, 0 where none does; empty where no day is locked.
  var locks: [Int]

  mutating func setQuantiles(_ column: [Double], at lead: Int) {
    for (row, value) in column.enumerated() { quantiles[row][lead] = value }
  }

  func quantiles(at lead: Int) -> [Double] { quantiles.map { $0[lead] } }
}

/// Puts what earlier runs said into days of series, whole or in part, and lets the sums follow.
///
/// A series' day becomes (1 − w) new + w earlier, mean and quantiles alike, rounded to thousandths;
/// w = 1 is the earlier one bit for bit. A sum's mean is the sum of its series, as ever. Its
/// quantiles are mixed as theirs where all of them were, by one weight from one run, and that run's
/// sum had just these series; else they are drawn from its own spread around the mean that it has
/// got.
struct CellMixture {
  /// What becomes of a series' day.
  struct Share: Hashable {
    /// Of `sources`.
    let source: Int
    let weight: Double
    /// 0 for none.
    let lock: Int
  }

  let sources: [EarlierForecasts]
  /// The probabilities of the cells' quantiles.
  let probabilities: [Double]

  /// - Parameters:
  ///   - cells: of series and of sums of just these series.
  ///   - shares: a series' shares by day; empty where it stays as it is.
  func mix(_ cells: inout [ForecastCells], shares: (ForecastCells) -> [Share?]) {
    var tallies = SumTallies()
    for place in cells.indices where cells[place].node.level == .itemLocation {
      let changes = shares(cells[place]).enumerated().compactMap { lead, share in
        share.flatMap { mix(&cells[place], $0, at: lead) }
      }
      tallies.add(changes, to: cells[place].node, days: cells[place].means.count)
    }
    for place in cells.indices where cells[place].node.level != .itemLocation {
      if let tally = tallies[cells[place].node] { follow(&cells[place], tally) }
    }
  }

  /// Nil where the earlier run has no such day.
  private func mix(
    _ cells: inout ForecastCells, _ share: Share, at lead: Int
  ) -> SumTallies.Change? {
    guard let (earlier, place) = earlier(cells.node, share, cells.firstDay + lead) else {
      return nil
    }
    let before = cells.means[lead]
    cells.means[lead] = CellMixture.mixed(before, earlier.means[place], share.weight)
    let column = sources[share.source].quantiles(probabilities, of: earlier, at: place)
    cells.setQuantiles(
      CellMixture.mixed(cells.quantiles(at: lead), column, share.weight), at: lead)
    if share.lock > 0 {
      if cells.locks.isEmpty { cells.locks = cells.means.map { _ in 0 } }
      cells.locks[lead] = share.lock
    }
    return SumTallies.Change(
      lead: lead, share: share, run: sources[share.source].run, earlier: earlier.means[place],
      thousandths: cells.means[lead] - before)
  }

  private func follow(_ cells: inout ForecastCells, _ tally: SumTallies.Tally) {
    for lead in cells.means.indices where tally.days[lead].members > 0 {
      let change = tally.days[lead]
      let before = cells.quantiles(at: lead)
      cells.means[lead] += change.thousandths
      if change.isAlike, change.members == tally.members, let share = change.share,
        let (earlier, place) = earlier(cells.node, share, cells.firstDay + lead),
        earlier.means[place] == change.earlier
      {
        let column = sources[share.source].quantiles(probabilities, of: earlier, at: place)
        cells.setQuantiles(CellMixture.mixed(before, column, share.weight), at: lead)
      } else if change.thousandths != 0 {
        cells.setQuantiles(
          cells.spread.quantiles(
            probabilities, mean: Double(cells.means[lead]) / Coherence.thousandths,
            lead: lead + 1), at: lead)
      }
    }
  }

  private func earlier(
    _ node: Node, _ share: Share, _ day: Day
  ) -> (PublishedForecast, place: Int)? {
    guard let forecast = sources[share.source].forecast(of: node) else { return nil }
    let place = day - forecast.firstDay
    return forecast.means.indices.contains(place) ? (forecast, place) : nil
  }

  private static func mixed(_ new: Int64, _ earlier: Int64, _ weight: Double) -> Int64 {
    weight == 1
      ? earlier : Int64(((1 - weight) * Double(new) + weight * Double(earlier)).rounded())
  }

  private static func mixed(
    _ new: [Double], _ earlier: [Double], _ weight: Double
  ) -> [Double] {
    weight == 1 ? earlier : zip(new, earlier).map { (1 - weight) * $0 + weight * $1 }
  }
}

internal import Glibc
internal import Inventory

/// What prices do to demand: history is divided by exp(e x_t) before any fit, forecasts are
/// multiplied by it, as far as prices ahead are known.
struct PriceEffects {
  /// Least change of ln price between four weeks before and after that tells anything.
  static let leastChange = 0.005

  private struct Priced {
    let series: Int
    /// x_t over history and horizon of the grid.
    let index: [Double]
  }

  /// Factors of buckets ahead, by position, for each series that has any.
  private(set) var factorsAhead: [Int: [Int: Double]] = [:]
  /// The elasticities in use.
  let elasticity: PriceElasticity

  init(
    _ series: inout [PreparedSeries], prices: [Price], grid: BucketGrid, next: Int, horizon: Int
  ) {
    let table = PriceTable(prices)
    let perWeek = grid.bucket == .day ? 7 : 1
    guard !table.isEmpty, grid.bucket != .month, let first = series.map(\.start).min() else {
      elasticity = PriceElasticity([], heldOutFrom: next)
      return
    }
    let priced = series.indices.compactMap { position in
      PriceEffects.index(
        of: series[position].series, table, grid: grid, first: first, next: next,
        horizon: horizon, perWeek: perWeek
      ).map { Priced(series: position, index: $0) }
    }
    let sums = PriceEffects.categorySums(series, first: first, next: next)
    var evidence: [PriceElasticity.Evidence] = []
    for one in priced {
      evidence += PriceEffects.evidence(
        one, series[one.series], category: sums[series[one.series].series.category] ?? [],
        first: first, window: 4 * perWeek)
    }
    let year = Int(grid.bucket.perYear)
    let heldOut = next - min(year, (next - first) / 3)
    elasticity = PriceElasticity(evidence, heldOutFrom: heldOut)
    let inUse = elasticity.ofCategory
    for one in priced {
      guard let elasticity = inUse[series[one.series].series.category] else { continue }
      for offset in series[one.series].values.indices {
        let x = one.index[series[one.series].start - first + offset]
        if x != 0 { series[one.series].values[offset] /= exp(elasticity * x) }
      }
      for position in next..<next + horizon where one.index[position - first] != 0 {
        factorsAhead[one.series, default: [:]][position] =
          exp(elasticity * one.index[position - first])
      }
    }
  }

  private static func index(
    of series: Series, _ table: PriceTable, grid: BucketGrid, first: Int, next: Int, horizon: Int,
    perWeek: Int
  ) -> [Double]? {
    let days = grid.firstDay(at: first)...grid.days(at: next + horizon - 1).upperBound
    guard let daily = table.logarithms(for: series, days: days) else { return nil }
    var logarithms = daily
    if perWeek == 1 {
      logarithms = stride(from: 0, to: daily.count - 6, by: 7).map { start in
        let known = daily[start..<start + 7].filter { !$0.isNaN }
        return known.isEmpty ? .nan : known.reduce(0, +) / Double(known.count)
      }
    }
    let index = PriceIndex.relative(logarithms, window: PriceIndex.weeks * perWeek)
    return index.contains { $0 != 0 } ? index : nil
  }

  /// What a category sold in each bucket, and how many of its series were known then.
  private static func categorySums(
    _ series: [PreparedSeries], first: Int, next: Int
  ) -> [CategoryCode?: [(units: Double, usual: Double)]] {
    var sums: [CategoryCode?: [(units: Double, usual: Double)]] = [:]
    for one in series where !one.ended {
      var sum =
        sums.removeValue(forKey: one.series.category)
        ?? Array(repeating: (units: 0, usual: 0), count: next - first)
      for (offset, value) in one.values.enumerated() where !value.isNaN {
        sum[one.start - first + offset].units += value
        sum[one.start - first + offset].usual += one.usualLevel
      }
      sums[one.series.category] = sum
    }
    return sums
  }

  /// The price changes of a series that are far enough apart.
  private static func evidence(
    _ priced: Priced, _ series: PreparedSeries, category: [(units: Double, usual: Double)],
    first: Int, window: Int
  ) -> [PriceElasticity.Evidence] {
    let shift = series.start - first
    var found: [PriceElasticity.Evidence] = []
    var offset = window
    while offset + window <= series.values.count {
      let before = Stretch(offset - window..<offset, series, priced.index, category, shift)
      let after = Stretch(offset..<offset + window, series, priced.index, category, shift)
      guard abs(priced.index[shift + offset] - priced.index[shift + offset - 1]) > leastChange,
        let before, let after, abs(after.price - before.price) > leastChange
      else {
        offset += 1
        continue
      }
      let drift = PriceElasticity.driftPerMonth
      found.append(
        PriceElasticity.Evidence(
          category: series.series.category, position: series.start + offset,
          change: log(after.rate / before.rate) - log(after.market / before.market),
          price: after.price - before.price,
          variance: 1 / before.units + 1 / after.units + 2 * drift * drift))
      offset += window
    }
    return found
  }

  /// Four weeks of a series: what it sold a bucket, what its category did, and x_t.
  private struct Stretch {
    let units: Double
    let rate: Double
    let market: Double
    let price: Double

    init?(
      _ range: Range<Int>, _ series: PreparedSeries, _ index: [Double],
      _ category: [(units: Double, usual: Double)], _ shift: Int
    ) {
      var (units, known, prices, market, usual) = (0.0, 0.0, 0.0, 0.0, 0.0)
      for offset in range where !series.values[offset].isNaN {
        units += series.values[offset]
        known += 1
        prices += index[shift + offset]
        market += category[shift + offset].units
        usual += category[shift + offset].usual
      }
      // A handful of units tells nothing of a price.
      guard known * 2 >= Double(range.count), units >= 20, usual > 0, market > 0 else {
        return nil
      }
      self.units = units
      rate = units / known
      self.market = market / usual
      price = prices / known
    }
  }
}

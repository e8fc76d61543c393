internal import Forecasting
internal import Inventory
internal import Planning

/// Every forecast of a backtest as CSV beside what happened: one line per origin, node and bucket,
/// and one for the sum of all buckets, whose quantiles are those of sample paths.
struct BacktestWriter: ~Copyable {
  private static let paths = 1000

  private var sink: ByteSink
  private var cells = ForecastWriter()

  /// - Parameter path: of the file; it appears when `finish()` has written all of it.
  init(path: String, quantiles: [Double]) throws {
    var sink = try ByteSink(path: path)
    try sink.append(BacktestWriter.header(quantiles).utf8)
    self.sink = sink
  }

  static func header(_ quantiles: [Double]) -> String {
    let columns = [
      "origin", "level", "item", "location", "region", "category", "day", "lead", "actual", "mean",
    ]
    return (columns + quantiles.map { "q\($0)" }).joined(separator: ",") + "\n"
  }

  mutating func write(_ table: ForecastTable, beside accuracy: AccuracyTable) throws {
    let days = table.days.map(\.description)
    for node in table.nodes {
      let name = Array("\(table.origin),".utf8) + cells.name(node.node)
      let demand = accuracy.demand(of: node.node, after: table.origin, buckets: days.count)
      for lead in days.indices {
        try write(
          name, "\(days[lead]),\(lead + 1)", demand[lead], node.means[lead],
          node.quantiles.map { $0[lead] })
      }
      guard let last = days.last, days.count > 1 else { continue }
      try write(
        name, "\(last),1-\(days.count)", demand.reduce(0, +), node.means.reduce(0, +),
        totals(of: node, table.settings.quantiles, origin: table.origin))
    }
  }

  consuming func finish() throws { try sink.finish() }

  /// Quantiles of the demand of all buckets together: variances of days must not be added.
  private func totals(of node: NodeForecast, _ quantiles: [Double], origin: Day) -> [Double] {
    var seed = StableHash()
    seed.combine(node.node.name)
    seed.combine(Int64(origin.ordinal))
    let totals = node.spread.sampleTotals(
      means: node.means.map { Double($0) / 1000 }, paths: BacktestWriter.paths, seed: seed.value
    )
    .sorted()
    return quantiles.map { totals[Int($0 * Double(totals.count))] }
  }

  private mutating func write(
    _ name: [UInt8], _ place: String, _ demand: Double, _ mean: Int64, _ quantiles: [Double]
  ) throws {
    let comma = UInt8(ascii: ",")
    cells.line.removeAll(keepingCapacity: true)
    cells.line.append(contentsOf: name)
    cells.line.append(contentsOf: place.utf8)
    cells.line.append(comma)
    if !demand.isNaN {
      cells.append(thousandths: Int64((demand * 1000).rounded()), trimming: true)
    }
    cells.line.append(comma)
    cells.append(thousandths: mean, trimming: false)
    for quantile in quantiles {
      cells.line.append(comma)
      cells.append(thousandths: Int64((quantile * 1000).rounded()), trimming: true)
    }
    cells.line.append(UInt8(ascii: "\n"))
    try sink.append(cells.line)
  }
}

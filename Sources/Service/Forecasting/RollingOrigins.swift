internal import Inventory
public import Planning

/// Forecasts a file from several past origins and measures them against what came after.
///
/// `backtest FILE --horizon H --origins N --step S`: the last origin lies one horizon before the
/// file's end, each earlier one a step before it. The intervals measured are those between the
/// outermost quantiles.
public struct RollingOrigins: Sendable {
  public let options: ForecastFilter.Options
  public let count: Int
  /// Buckets between two origins.
  public let step: Int
  /// A file of item, location, region, category (as far as the series have them) and quantity, the
  /// weight; nil weighs by demand.
  public let weights: String?
  public let grouping: AccuracyTable.Grouping
  /// Whether each origin fits anew; else the first one's coefficients stand and levels move on.
  public let refits: Bool

  /// - Parameter options: every forecast goes to their `output`, beside what happened; nil keeps
  ///   the table alone.
  public init(
    _ options: ForecastFilter.Options, count: Int, step: Int, weights: String? = nil,
    by grouping: AccuracyTable.Grouping = .level, refits: Bool = true
  ) {
    self.refits = refits
    self.grouping = grouping
    self.options = options
    self.count = count
    self.step = step
    self.weights = weights
  }

  /// Measures, and draws one node.
  ///
  /// - Parameter progress: called as each origin is done.
  public func draw(
    _ wanted: ExplainedNode, progress: (() -> Void)? = nil
  ) throws -> (accuracy: AccuracyTable, chart: BacktestChart) {
    var tables: [ForecastTable] = []
    let accuracy = try run { table in
      // Of all nodes of all origins only the one that is drawn is worth its memory.
      tables.append(
        ForecastTable(
          origin: table.origin, settings: table.settings, days: table.days,
          nodes: table.nodes.filter { wanted.covers($0.node) }))
      progress?()
    }
    let found = tables.last?.nodes.min { $0.node.level < $1.node.level }
    guard let found,
      let chart = BacktestChart(
        found.node, tables: tables.filter { $0.nodes.contains { $0.node == found.node } },
        step: step, accuracy: accuracy)
    else { throw NothingToDraw(levels: accuracy.levels) }
    return (accuracy, chart)
  }

  /// - Parameter progress: called with each table as its origin is done.
  public func run(progress: ((ForecastTable) -> Void)? = nil) throws -> AccuracyTable {
    let events = try options.calendar.map { try CalendarFile.events($0) } ?? []
    let prices = try options.prices.map { try PriceFile.prices($0) } ?? []
    let bucket = options.settings.bucket
    let buckets = try FileBuckets(
      DemandFile(options.file, bucket: bucket, mapping: options.mapping), bucket: bucket,
      isComplete: options.isComplete, name: options.file)
    let grid = BucketGrid(bucket, following: buckets.histories.map(\.start))
    let last = grid.position(of: buckets.origin)
    let first = buckets.histories.map { grid.position(of: $0.start) }.min() ?? last
    let needed = options.settings.horizon + (count - 1) * step + 1
    guard last - first >= needed else {
      throw ForecastInputFailure.historyTooShort(buckets: last - first + 1, needed: needed + 1)
    }
    var accuracy = AccuracyTable(
      buckets.histories, bucket: bucket, last: buckets.origin,
      weights: try weights.map { try weightsOfSeries($0, buckets.histories.map(\.series)) },
      by: grouping)
    var kept: KeptFits?
    var writer: BacktestWriter?
    if let output = options.output {
      writer = try BacktestWriter(path: output, quantiles: options.settings.quantiles)
    }
    for number in (0..<count).reversed() {
      let origin = grid.name(at: last - options.settings.horizon - number * step)
      let known = buckets.histories.filter { $0.start <= origin }
      let table = try Forecaster.forecast(
        histories: known, events: events, prices: prices, origin: origin,
        settings: options.settings, keeping: kept, keepsFits: !refits && kept == nil)
      kept = kept ?? table.fits
      accuracy.add(table)
      try writer?.write(table, beside: accuracy)
      progress?(table)
    }
    try writer?.finish()
    return accuracy
  }

  /// A row weighs every series that has all the codes it names.
  private func weightsOfSeries(_ path: String, _ series: [Series]) throws -> [Series: Double] {
    var reader = try RowReader(
      ByteSource(.init(path: path)), columns: [.item, .location, .region, .category, .quantity],
      required: [.quantity], mapping: ColumnMapping())
    var weightOf: [[String]: Double] = [:]
    while true {
      switch try reader.next() {
      case .end:
        let present = reader.present
        return Dictionary(
          uniqueKeysWithValues: series.map { one in
            let names = [
              present.contains(.item) ? one.item?.text ?? "" : "",
              present.contains(.location) ? one.location?.text ?? "" : "",
              present.contains(.region) ? one.region?.text ?? "" : "",
              present.contains(.category) ? one.category?.text ?? "" : "",
            ]
            return (one, weightOf[names] ?? 0)
          })
      case .malformed(let problem):
        throw failure(reader, .malformed(problem), reader.raw)
      case .row:
        let field = reader.field(4)
        guard let weight = DecimalNumber.read(field), weight >= 0, weight.isFinite else {
          throw failure(reader, .outOfRange(.quantity, .notNegative), field)
        }
        weightOf[(0..<4).map { String(decoding: reader.field($0), as: UTF8.self) }] = weight
      }
    }
  }

  private func failure(
    _ reader: borrowing RowReader, _ reason: RejectionReason, _ found: UnsafeRawBufferPointer
  ) -> ForecastInputFailure {
    .row(
      file: weights ?? "",
      Rejection(line: reader.line, reason: reason, found: found, raw: Array(reader.raw)))
  }
}

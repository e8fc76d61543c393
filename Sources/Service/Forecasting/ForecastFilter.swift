public import Inventory
public import Planning

/// The engine as a filter: a file of demand in, a file of forecasts out, no database.
public struct ForecastFilter: Sendable {
  public struct Options: Sendable {
    /// A path, or `-` for standard input.
    public var file: String
    /// A calendar in the format of `sync calendar`.
    public var calendar: String?
    /// Prices in the format of `sync prices`.
    public var prices: String?
    public var settings: ForecastSettings
    /// Gaps inside a series, and days after its last row up to the file's last, are zero demand.
    public var isComplete: Bool
    /// Nil is standard output.
    public var output: String?
    public var mapping: ColumnMapping

    public init(
      file: String, calendar: String? = nil, prices: String? = nil,
      settings: ForecastSettings = ForecastSettings(), isComplete: Bool = false,
      output: String? = nil, mapping: ColumnMapping = ColumnMapping()
    ) {
      self.file = file
      self.calendar = calendar
      self.prices = prices
      self.settings = settings
      self.isComplete = isComplete
      self.output = output
      self.mapping = mapping
    }
  }

  /// What was done, for the closing line.
  public struct Summary: Hashable, Sendable {
    public var rows = 0
    public var series = 0
    public var nodes = 0
    /// The day that names the last bucket of history.
    public var origin = Day.earliest
    /// Negative quantities, read as 0.
    public var negatives = 0
    /// Rows without a quantity, read as missing.
    public var emptyQuantities = 0
    /// Weeks or months at the file's ends that it covers only in part, left out.
    public var partialBuckets = 0
    /// How many nodes stand on each rung.
    public var tiers: [Tier: Int] = [:]
  }

  public let options: Options

  public init(_ options: Options) { self.options = options }

  /// Reads, forecasts and writes; on failure the output does not appear.
  public func run(progress: Progress.Channel = .silent) throws -> Summary {
    try checkQuantiles()
    var sink = try ByteSink(path: options.output)
    let (table, summary) = try forecast(progress: progress)
    try ForecastWriter.write(table, to: &sink)
    try sink.finish()
    return summary
  }

  /// Reads and forecasts.
  public func forecast(
    progress: Progress.Channel = .silent, explaining isExplained: (Node) -> Bool = { _ in false }
  ) throws -> (table: ForecastTable, summary: Summary) {
    let (_, table, summary) = try forecastWithHistories(progress, isExplained)
    return (table, summary)
  }

  func forecastWithHistories(
    _ progress: Progress.Channel, _ isExplained: (Node) -> Bool
  ) throws -> (histories: [DemandHistory], table: ForecastTable, summary: Summary) {
    let events = try options.calendar.map { try CalendarFile.events($0) } ?? []
    let prices = try options.prices.map { try PriceFile.prices($0) } ?? []
    let (buckets, read) = try read(progress)
    var summary = read
    let step = progress.step("Forecasting", unit: "nodes")
    var told = 0
    let table: ForecastTable
    do {
      table = try Forecaster.forecast(
        histories: buckets.histories, events: events, prices: prices, origin: buckets.origin,
        settings: options.settings,
        progress: { done, all in
          step.expect(all)
          step.advance(by: done - told)
          told = done
        }, explaining: isExplained)
    } catch {
      step.abandon()
      throw error
    }
    step.finish()
    summary.nodes = table.nodes.count
    for node in table.nodes { summary.tiers[node.tier, default: 0] += 1 }
    return (buckets.histories, table, summary)
  }

  private func read(_ progress: Progress.Channel) throws -> (FileBuckets, Summary) {
    let step = progress.step("Reading \(options.file)", unit: "bytes")
    var told = 0
    let file: DemandFile
    do {
      file = try DemandFile(
        options.file, bucket: options.settings.bucket, mapping: options.mapping
      ) { read, all in
        if let all { step.expect(all) }
        step.advance(by: read - told)
        told = read
      }
    } catch {
      step.abandon()
      throw error
    }
    step.finish()
    var summary = Summary()
    summary.rows = file.rowCount
    summary.negatives = file.negativeCount
    summary.emptyQuantities = file.emptyQuantityCount
    let buckets = try FileBuckets(
      file, bucket: options.settings.bucket, isComplete: options.isComplete, name: options.file)
    summary.partialBuckets = buckets.partialCount
    summary.origin = buckets.origin
    summary.series = buckets.histories.count
    return (buckets, summary)
  }

  private func checkQuantiles() throws {
    let quantiles = options.settings.quantiles
    let areInside = quantiles.allSatisfy { $0 > 0 && $0 < 1 }
    guard areInside, zip(quantiles, quantiles.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw ForecastInputFailure.quantilesNotAscending(quantiles)
    }
  }
}

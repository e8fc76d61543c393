public import Inventory
public import Planning

/// The engine as a filter: a file of demand in, a file of forecasts out, no database.
public struct ForecastFilter: Sendable {
  public struct Options: Sendable {
    /// A path, or `-` for standard input.
    public var file: String
    /// A calendar in the format of `sync calendar`.
    public var calendar: String?
    public var settings: ForecastSettings
    /// Gaps inside a series, and days after its last row up to the file's last, are zero demand.
    public var isComplete: Bool
    /// Nil is standard output.
    public var output: String?
    public var mapping: ColumnMapping

    public init(
      file: String, calendar: String? = nil, settings: ForecastSettings = ForecastSettings(),
      isComplete: Bool = false, output: String? = nil, mapping: ColumnMapping = ColumnMapping()
    ) {
      self.file = file
      self.calendar = calendar
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

  public enum Stage: String, Sendable { case read, forecast, write }
  /// Told of a stage, how much of it is done, and of how much where that is known.
  public typealias Progress = (_ stage: Stage, _ done: Int, _ of: Int?) -> Void

  public let options: Options

  public init(_ options: Options) { self.options = options }

  /// Reads, forecasts and writes; on failure the output does not appear.
  public func run(progress: Progress? = nil) throws -> Summary {
    try checkQuantiles()
    var sink = try ByteSink(path: options.output)
    let (table, summary) = try forecast(progress: progress)
    progress?(.write, 0, table.nodes.count)
    try ForecastWriter.write(table, to: &sink)
    try sink.finish()
    return summary
  }

  /// Reads and forecasts.
  public func forecast(
    progress: Progress? = nil
  ) throws -> (table: ForecastTable, summary: Summary) {
    let events = try options.calendar.map { try CalendarFile.events($0) } ?? []
    let file = try DemandFile(
      options.file, bucket: options.settings.bucket, mapping: options.mapping
    ) { read, all in progress?(.read, read, all) }
    var summary = Summary()
    summary.rows = file.rowCount
    summary.negatives = file.negativeCount
    summary.emptyQuantities = file.emptyQuantityCount
    let buckets = try FileBuckets(
      file, bucket: options.settings.bucket, isComplete: options.isComplete, name: options.file)
    summary.partialBuckets = buckets.partialCount
    summary.origin = buckets.origin
    summary.series = buckets.histories.count
    let table = try Forecaster.forecast(
      histories: buckets.histories, events: events, origin: buckets.origin,
      settings: options.settings
    ) { done, all in progress?(.forecast, done, all) }
    summary.nodes = table.nodes.count
    for node in table.nodes { summary.tiers[node.tier, default: 0] += 1 }
    return (table, summary)
  }

  private func checkQuantiles() throws {
    let quantiles = options.settings.quantiles
    let areInside = quantiles.allSatisfy { $0 > 0 && $0 < 1 }
    guard areInside, zip(quantiles, quantiles.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw ForecastInputFailure.quantilesNotAscending(quantiles)
    }
  }
}

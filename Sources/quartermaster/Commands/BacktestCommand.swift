import Inventory
import Planning
import Service

/// `backtest FILE`: forecasts from past origins, measured against what came after.
struct BacktestCommand: RunnableCommand, Hashable {
  let file: String
  let settings: ForecastSettings
  let origins: Int
  /// Buckets between two origins.
  let step: Int
  let calendar: String?
  let prices: String?
  let weights: String?
  /// A path for every forecast; nil for none.
  let output: String?
  /// A path for a drawing of `drawn`; nil for none.
  let chart: String?
  let drawn: ExplainedNode
  let isComplete: Bool
  let grouping: AccuracyTable.Grouping
  let format: AccuracyFormat
  let mapping: ColumnMapping
  /// Whether each origin fits anew.
  let refits: Bool

  static let grammar = Grammar(
    name: "backtest",
    summary: "Measure forecasts of a file against what came after",
    details: """
      The last origin lies one horizon before the file's end, each earlier one a step before it; \
      no forecast sees a day after its origin. Prints WRMSSE, MASE, WAPE, bias, sMAPE, the mean \
      pinball loss of nine quantiles in shares of demand, and the share of days inside the \
      outermost of them.
      """,
    positionals: [.demandFile],
    options: [
      .horizon,
      .init(name: "origins", value: "N", help: "how many origins; default 4"),
      .init(name: "step", value: "S", help: "buckets between two origins; default the horizon"),
      .bucket, .calendar, .prices,
      .init(
        name: "weights", value: "FILE",
        help: "what series weigh: item, location, region, category, quantity; default demand"),
      .method, .reconcile, .complete,
      .init(
        name: "refit", value: "BOOL",
        help: "false keeps the first origin's coefficients, levels move on; default true"),
      .init(
        name: "by", value: "GROUP",
        help: "level; or class or lead, of the series alone; default level"),
      .init(name: "format", value: "FORMAT", help: "table or json; default table"),
      .init(
        name: "output", value: "FILE",
        help: "also write every forecast beside what happened (CSV)"),
      .init(
        name: "chart", value: "FILE",
        help: "also draw what was sold, and over it the forecasts of each origin (SVG)"),
      .init(
        name: "node", value: "NODE",
        help: "what --chart draws: total (the default), or as item=PAN-103,location=C-03"),
      .map, .ignore,
    ],
    examples: [
      .init(
        commandLine: "quartermaster backtest sales.csv --horizon 28 --origins 6",
        effect: "measures six forecasts of four weeks each"),
      .init(
        commandLine: "quartermaster backtest sales.csv --horizon 14 --chart pan.svg"
          + " --node item=PAN-103,location=C-03",
        effect: "draws four forecasts of one series over what it sold"),
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    file = arguments.positionals[0]
    guard let horizon = try Self.count("horizon", arguments) else {
      throw .missingOption("horizon", grammar: Self.grammar)
    }
    settings = ForecastSettings(
      horizon: horizon, bucket: try arguments.choice("bucket", of: Bucket.self) ?? .day,
      quantiles: [0.025] + ForecastSettings.defaultQuantiles,
      choice: try arguments.choice("method", of: ForecastSettings.Choice.self) ?? .auto,
      reconciliation: try arguments.choice(
        "reconcile", of: ForecastSettings.Reconciliation.self) ?? .bottomUp)
    origins = try Self.count("origins", arguments) ?? 4
    step = try Self.count("step", arguments) ?? horizon
    calendar = arguments.text("calendar")
    prices = arguments.text("prices")
    weights = arguments.text("weights")
    output = arguments.text("output")
    chart = arguments.text("chart")
    let node = try arguments.value("node", "total, or parts as item=PAN-103,location=C-03") {
      ExplainedNode($0)
    }
    if chart == nil, node != nil { throw .misplacedOption("node", "goes with --chart") }
    drawn = node ?? .total
    isComplete = arguments.has("complete")
    grouping = try arguments.choice("by", of: AccuracyTable.Grouping.self) ?? .level
    format = try arguments.choice("format", of: AccuracyFormat.self) ?? .table
    mapping = try ColumnMapping(arguments)
    refits = try arguments.value("refit", "true or false") { Bool($0) } ?? true
  }

  private static func count(
    _ name: String, _ arguments: Arguments
  ) throws(UsageFailure) -> Int? {
    let limits = "a whole number from 1 to \(ForecastCommand.horizons.upperBound)"
    return try arguments.value(name, limits) { text in
      Int(text).flatMap { ForecastCommand.horizons.contains($0) ? $0 : nil }
    }
  }

  func run(in surroundings: Surroundings) async throws {
    let origins = RollingOrigins(
      ForecastFilter.Options(
        file: file, calendar: calendar, prices: prices, settings: settings,
        isComplete: isComplete, output: output, mapping: mapping), count: origins, step: step,
      weights: weights, by: grouping, refits: refits)
    let progress = surroundings.progress.step("backtest", unit: "origins", total: self.origins)
    let accuracy: AccuracyTable
    if let chart {
      let drawing = try origins.draw(drawn) { progress.advance(by: 1) }
      try drawing.chart.write(to: chart)
      accuracy = drawing.accuracy
    } else {
      accuracy = try origins.run { _ in progress.advance(by: 1) }
    }
    progress.finish()
    try surroundings.output.write(format.text(of: accuracy))
  }
}

import Inventory
import Planning
import Service

/// `forecast FILE`: the engine as a filter, file in, file out, without a database.
struct ForecastCommand: Command, Hashable {
  /// A path; "-" for standard input.
  let file: String
  let settings: ForecastSettings
  /// A path to known events; nil for none.
  let calendar: String?
  /// A path to known prices; nil for none.
  let prices: String?
  /// Days without a row are zero demand, not missing.
  let isComplete: Bool
  /// A path; nil for standard output.
  let output: String?
  let mapping: ColumnMapping
  /// The forecast to take apart; nil writes all forecasts.
  let explained: ExplainedNode?
  /// How it is written; nil is a table to read, or CSV for a file.
  let format: ExplanationFormat?
  /// A path for a drawing of the explained forecast; nil for none.
  let chart: String?

  static let horizons = 1...1096

  static let grammar = Grammar(
    name: "forecast",
    summary: "Forecast a file of demand into a file, without a database",
    details: """
      Reads item, location, region, category, day and quantity; the last two are required. Writes \
      one row for each node and day: level, item, location, region, category, day, mean, and one \
      column per quantile. Sums that would only repeat another level are left out.
      """,
    positionals: [.demandFile],
    options: [
      .horizon, .bucket, .calendar, .prices,
      .init(
        name: "quantiles", value: "Q,...",
        help: "default 0.05,0.1,0.25,0.5,0.75,0.9,0.95,0.975"),
      .method, .reconcile, .complete,
      .init(name: "output", value: "FILE", help: "default standard output"),
      .init(
        name: "explain", value: "NODE",
        help: "tell what one forecast is made of: total, or as item=PAN-103,location=C-03"),
      .init(
        name: "format", value: "FORMAT",
        help: "with --explain: table, csv or json; default table, to a file csv"),
      .init(
        name: "chart", value: "FILE",
        help: "with --explain: draw history, forecast and quantiles (SVG)"),
      .map, .ignore,
    ],
    examples: [
      .init(
        commandLine: "quartermaster forecast sales.csv --horizon 28 --output forecast.csv",
        effect: "forecasts four weeks of every series and sum"),
      .init(
        commandLine: "quartermaster forecast sales.csv.gz --horizon 8 --bucket week"
          + " --map day=date,quantity=units",
        effect: "forecasts eight weeks from a file with other column names"),
      .init(
        commandLine: "quartermaster forecast sales.csv --horizon 14"
          + " --explain item=PAN-103,location=C-03 --chart pan.svg",
        effect: "says day by day what level, week, year and events add to one forecast"),
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    file = arguments.positionals[0]
    let limits = "a whole number from \(Self.horizons.lowerBound) to \(Self.horizons.upperBound)"
    let horizon = try arguments.value("horizon", limits) { text in
      Int(text).flatMap { Self.horizons.contains($0) ? $0 : nil }
    }
    guard let horizon else { throw .missingOption("horizon", grammar: Self.grammar) }
    settings = ForecastSettings(
      horizon: horizon,
      bucket: try arguments.choice("bucket", of: Bucket.self) ?? .day,
      quantiles: try arguments.value(
        "quantiles", "different numbers between 0 and 1, as 0.1,0.5,0.9", Self.quantiles)
        ?? ForecastSettings.defaultQuantiles,
      choice: try arguments.choice("method", of: ForecastSettings.Choice.self) ?? .auto,
      reconciliation: try arguments.choice(
        "reconcile", of: ForecastSettings.Reconciliation.self) ?? .bottomUp)
    calendar = arguments.text("calendar")
    prices = arguments.text("prices")
    isComplete = arguments.has("complete")
    output = arguments.text("output")
    mapping = try ColumnMapping(arguments)
    explained = try arguments.value(
      "explain", "total, or parts as item=PAN-103,location=C-03"
    ) { ExplainedNode($0) }
    chart = arguments.text("chart")
    format = try arguments.choice("format", of: ExplanationFormat.self)
    if format != nil, explained == nil {
      throw .misplacedOption("format", "goes with --explain")
    }
    if chart != nil, explained == nil { throw .misplacedOption("chart", "goes with --explain") }
  }

  private static func quantiles(_ text: String) -> [Double]? {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    let quantiles = numbers.compactMap { $0 }.filter { $0 > 0 && $0 < 1 }.sorted()
    guard quantiles.count == numbers.count, Set(quantiles).count == quantiles.count else {
      return nil
    }
    return quantiles
  }
}

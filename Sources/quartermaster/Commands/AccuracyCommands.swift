import Inventory
import Planning
import Service

/// `report accuracy`: published forecasts against the demand that came afterwards.
struct AccuracyReportCommand: RunnableCommand, Hashable {
  let request: AccuracyReport.Request
  let isMeasured: Bool
  let format: ReportFormat
  let database: String?

  static let grammar = Grammar(
    name: "report accuracy",
    summary: "Say how far published forecasts were from what was sold afterwards",
    details: """
      Of each day that has arrived since it was forecast, for items at locations: WAPE beside that \
      of repeating the last week, what the forecast added to it, bias (above 0 too high), RMSSE, \
      pinball loss, coverage of the outermost quantiles, and the tracking signal. The service \
      measures what has arrived by itself. Published sums, as those of a region, have figures of \
      their own: --level.
      """,
    options: [
      .init(
        name: "by", value: "GROUP", help: "region, category, class, lead or run; default region"),
      .init(
        name: "level", value: "LEVEL",
        help: "item-location, or sums: total, region, location, category, item, category-region,"
          + " item-region or category-location; default item-location"),
      .init(name: "region", value: "REGION", help: "of one region; default all"),
      .init(name: "run", value: "N", help: "of one run; default all published ones"),
      .init(name: "from", value: "DAY", help: "the first day; default 28 days"),
      .init(name: "to", value: "DAY", help: "the last day; default the last measured"),
      .init(name: "leads", value: "N", help: "days at most so many ahead; default all"),
      .init(name: "measure", help: "measure first what has arrived"),
      .init(name: "format", value: "FORMAT", help: "table, csv or json; default table"),
      .database,
    ],
    examples: [
      .init(
        commandLine: "quartermaster report accuracy", effect: "tells each region's last 4 weeks"),
      .init(
        commandLine: "quartermaster report accuracy --region CA --by lead --format csv",
        effect: "prints a region's figures for each day ahead"),
      .init(
        commandLine: "quartermaster report accuracy --level region",
        effect: "tells how far each region's total was off"),
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    var request = AccuracyReport.Request()
    request.by = try arguments.choice("by", of: AccuracyGrouping.self) ?? .region
    request.level = try arguments.choice("level", of: Level.self) ?? .itemLocation
    request.region = try arguments.value("region", Expected.code) { RegionCode($0) }
    request.run = try arguments.run()
    request.from = try arguments.value("from", Expected.day) { Day($0) }
    request.through = try arguments.value("to", Expected.day) { Day($0) }
    request.longestLead = try arguments.value("leads", Expected.count) { text in
      Int(text).flatMap { (1...Int(Int32.max)).contains($0) ? $0 : nil }
    }
    self.request = request
    isMeasured = arguments.has("measure")
    format = try arguments.choice("format", of: ReportFormat.self) ?? .table
    database = arguments.text("database")
  }

  func run(in surroundings: Surroundings) async throws {
    let report = try await Database.use(database, environment: surroundings.environment) {
      if isMeasured { _ = try await Measuring.run(clock: surroundings.clock(), in: $0) }
      return try await AccuracyReport.read(request, in: $0)
    }
    try surroundings.output.write(report.text(format, width: surroundings.output.width))
  }
}

/// `report stability`: how much forecasts move from run to run.
struct StabilityReportCommand: RunnableCommand, Hashable {
  let request: StabilityReport.Request
  let format: ReportFormat
  let database: String?

  static let grammar = Grammar(
    name: "report stability",
    summary: "Say how much forecasts moved from each published run to the next",
    details: """
      Churn is the sum of what each item's days at each location moved, up or down, over what was \
      forecast before, on the days that both runs cover; shift is by how much their sum moved. A \
      region that kept its forecast has none.
      """,
    options: [
      .init(name: "by", value: "GROUP", help: "region, lead or run; default region"),
      .init(name: "region", value: "REGION", help: "of one region; default all"),
      .init(
        name: "pairs", value: "N", help: "of the newest so many pairs of runs; default 28"),
      .init(name: "format", value: "FORMAT", help: "table, csv or json; default table"),
      .database,
    ],
    examples: [
      .init(
        commandLine: "quartermaster report stability --region CA --by lead",
        effect: "tells how much a region's forecasts moved, by days ahead")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    var request = StabilityReport.Request()
    request.pairs =
      try arguments.value("pairs", "a whole number from 1 to 10000") { text in
        Int(text).flatMap { (1...10_000).contains($0) ? $0 : nil }
      } ?? request.pairs
    request.by = try arguments.choice("by", of: ChurnGrouping.self) ?? .region
    request.region = try arguments.value("region", Expected.code) { RegionCode($0) }
    self.request = request
    format = try arguments.choice("format", of: ReportFormat.self) ?? .table
    database = arguments.text("database")
  }

  func run(in surroundings: Surroundings) async throws {
    let report = try await Database.use(database, environment: surroundings.environment) {
      try await StabilityReport.read(request, in: $0)
    }
    try surroundings.output.write(report.text(format, width: surroundings.output.width))
  }
}

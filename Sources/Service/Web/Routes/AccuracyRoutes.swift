internal import HTTP
internal import Inventory
internal import Planning
internal import Postgres
internal import Storage

/// How good published forecasts were, and how much they move.
struct AccuracyRoutes: RouteGroup {
  let api: API

  private static let region = Parameter<RegionCode>.code("region", "Of this region only.")
  private static let format = Parameter<String>.choice(
    "format", ["json", "csv"], "Goes before what `Accept` says.")
  private static let by = Parameter<String>.choice(
    "by", AccuracyGrouping.allCases.map(\.rawValue), fallback: "region",
    "What a line puts together.")
  private static let level = Parameter<String>.choice(
    "level", Level.allCases.map(\.rawValue), fallback: Level.itemLocation.rawValue,
    "Items at locations, or published sums of them.")
  private static let run = Parameter<Int>.integer(
    "run", 1...Int(Int32.max), "Of this run; without it, of all published ones.")
  private static let from = Parameter<Day>.day("from", "The first day that was forecast.")
  private static let to = Parameter<Day>.day("to", "The last day that was forecast.")
  private static let leads = Parameter<Int>.integer(
    "leads", 1...Int(Int32.max), "Days at most so many ahead.")
  private static let churnBy = Parameter<String>.choice(
    "by", ChurnGrouping.allCases.map(\.rawValue), fallback: "region",
    "What a line puts together.")
  private static let pairs = Parameter<Int>.integer(
    "pairs", 1...10_000, fallback: 28, "Of the newest so many pairs of runs.")

  private static let content = [
    ("application/json", Schema(value: ["type": "object"])), ("text/csv", Schema.text()),
  ]

  private static let accuracy = Operation(
    "getAccuracyReport", "How far published forecasts were from what was sold afterwards",
    tag: API.tags.reports, access: .read,
    parameters: [
      by.facts, level.facts, region.facts, run.facts, from.facts, to.facts, leads.facts,
      format.facts,
    ], outcomes: [.content("The report.", content)])

  private static let stability = Operation(
    "getStabilityReport", "How much forecasts moved from each published run to the next",
    tag: API.tags.reports, access: .read,
    parameters: [churnBy.facts, region.facts, pairs.facts, format.facts],
    outcomes: [.content("The report.", content)])

  func add(to routes: inout RouteTable) {
    routes.on(.get, "/v1/reports/accuracy", AccuracyRoutes.accuracy) { call in
      var request = AccuracyReport.Request()
      request.by = call.value(AccuracyRoutes.by).flatMap(AccuracyGrouping.init) ?? .region
      request.level = call.value(AccuracyRoutes.level).flatMap(Level.init) ?? .itemLocation
      request.visible = try call.knownCaller().visibleRegions
      request.region = try call.visible(call.value(AccuracyRoutes.region))
      request.run = call.value(AccuracyRoutes.run)
      request.from = call.value(AccuracyRoutes.from)
      request.through = call.value(AccuracyRoutes.to)
      request.longestLead = call.value(AccuracyRoutes.leads)
      let asked = request
      let report = try await AccuracyRoutes.found(call, asked.region) {
        try await api.pool.use { try await AccuracyReport.read(asked, in: $0) }
      }
      return try AccuracyRoutes.answer(call) { report.text($0) }
    }
    routes.on(.get, "/v1/reports/stability", AccuracyRoutes.stability) { call in
      var request = StabilityReport.Request()
      request.by = call.value(AccuracyRoutes.churnBy).flatMap(ChurnGrouping.init) ?? .region
      request.visible = try call.knownCaller().visibleRegions
      request.region = try call.visible(call.value(AccuracyRoutes.region))
      request.pairs = call.value(AccuracyRoutes.pairs) ?? request.pairs
      let asked = request
      let report = try await AccuracyRoutes.found(call, asked.region) {
        try await api.pool.use { try await StabilityReport.read(asked, in: $0) }
      }
      return try AccuracyRoutes.answer(call) { report.text($0) }
    }
  }

  /// What is not there is 404; the sentences of the command line name regions that are not every
  /// caller's to know.
  private static func found<R: Sendable>(
    _ call: WebCall, _ region: RegionCode?, _ read: () async throws -> R
  ) async throws -> R {
    do {
      return try await read()
    } catch ReportRefusal.unknownRegion {
      throw WebRefusal.objectUnknown("region '\(region?.text ?? "")'")
    } catch FlagListingRefusal.unknownRun(let run) {
      throw WebRefusal.objectUnknown("run \(run)")
    }
  }

  private static func answer(
    _ call: WebCall, _ text: (ReportFormat) -> String
  ) throws -> Response {
    let isCSV: Bool
    if let named = call.value(format) {
      isCSV = named == "csv"
    } else {
      isCSV = try call.preferred(among: ["application/json", "text/csv"]) == "text/csv"
    }
    let bytes = Array(text(isCSV ? .csv : .json).utf8)
    return isCSV ? .content(bytes, type: "text/csv; charset=utf-8") : .json(bytes)
  }
}

internal import HTTP
internal import Inventory
internal import Postgres
internal import Storage

/// What procurement pulls.
struct ReportRoutes: RouteGroup {
  let api: API
  let cache = ReportCache()

  private static let region = Parameter<RegionCode>.code(
    "region", required: true, "The region that orders.")
  private static let format = Parameter<String>.choice(
    "format", ["json", "csv"], "Goes before what `Accept` says.")
  private static let asOf = Parameter<Day>.day("as_of", "The day taken for today.")

  private static let operation = Operation(
    "getProcurementReport", "What a region should order, and how sure that is",
    tag: API.tags.reports, access: .read,
    parameters: [region.facts, format.facts, asOf.facts],
    outcomes: [
      .content(
        "The report.",
        [("application/json", Schema(value: ["type": "object"])), ("text/csv", .text())])
    ])

  func add(to routes: inout RouteTable) {
    routes.on(.get, "/v1/reports/procurement", ReportRoutes.operation) { call in
      let asked = try call.required(ReportRoutes.region)
      guard let region = try call.visible(asked) else {
        throw WebRefusal.objectUnknown("region '\(asked)'")
      }
      let format = try ReportRoutes.format(call)
      let clock = api.clock(asOf: call.value(ReportRoutes.asOf))
      let bytes: [UInt8]
      do {
        bytes = try await api.pool.use { session in
          try await cache.report(region: region, format: format, clock: clock, in: session)
        }
      } catch ReportRefusal.unknownRegion {
        // Its sentence names the regions there are, which are not every caller's to know.
        throw WebRefusal.objectUnknown("region '\(region)'")
      }
      return format == .csv
        ? .content(bytes, type: "text/csv; charset=utf-8") : .json(bytes)
    }
  }

  private static func format(_ call: WebCall) throws -> ReportFormat {
    if let named = call.value(ReportRoutes.format) { return named == "csv" ? .csv : .json }
    return try call.preferred(among: ["application/json", "text/csv"]) == "text/csv" ? .csv : .json
  }
}

/// Reports as they were last made: drawing sample paths costs more than everything else of one.
///
/// A report is made again when a run was published, a batch came in, or an hour has passed, for
/// freshness changes with time alone.
actor ReportCache {
  private struct Basis: Hashable {
    let region: RegionCode
    let format: ReportFormat
    let asOf: Day?
    let hour: Int64
    let run: Int?
    let version: Int64
  }

  static let limit = 64

  private var made: [Basis: [UInt8]] = [:]
  private var order: [Basis] = []

  func report(
    region: RegionCode, format: ReportFormat, clock: ZoneClock, in session: Session
  ) async throws -> [UInt8] {
    let (run, version) = try await session.run { db in
      (try RunStore.published(in: db)?.run, try BatchStore.version(in: db))
    }
    let basis = Basis(
      region: region, format: format, asOf: clock.asOf,
      hour: clock.now.microseconds / 3_600_000_000, run: run, version: version)
    if let bytes = made[basis] { return bytes }
    let report = try await ProcurementReporting.report(region: region, clock: clock, in: session)
    let bytes = Array(format.text(of: report).utf8)
    remember(bytes, basis)
    return bytes
  }

  private func remember(_ bytes: [UInt8], _ basis: Basis) {
    if made.updateValue(bytes, forKey: basis) == nil { order.append(basis) }
    while order.count > ReportCache.limit { made[order.removeFirst()] = nil }
  }
}

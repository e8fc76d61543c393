public import Inventory
public import Planning
public import Postgres
public import Storage

/// How far published forecasts were from the demand that came afterwards.
public struct AccuracyReport: Sendable {
  static let defaultDays = 28

  public let query: AccuracyQuery
  public let lines: [AccuracyLine]

  /// What is asked for; nil days are the last 28 that were measured.
  public struct Request: Hashable, Sendable {
    public var by = AccuracyGrouping.region
    /// Items at locations, or published sums of them.
    public var level = Level.itemLocation
    public var visible: [RegionCode]?
    public var region: RegionCode?
    public var run: Int?
    public var from: Day?
    public var through: Day?
    public var longestLead: Int?

    public init() {}
  }

  /// - Throws: `AccuracyRefusal`.
  public static func read(_ request: Request, in session: Session) async throws -> AccuracyReport {
    if let refusal = request.refusal { throw refusal }
    return try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        if let run = request.run, try RunStore.basis(ofRun: run, in: db) == nil {
          throw FlagListingRefusal.unknownRun(run)
        }
        if let region = request.region { try check(region, in: db) }
        let regions = request.region.map { [$0] } ?? request.visible
        let last = try AccuracyStore.lastDay(inRegions: regions, in: db)
        guard let through = request.through ?? last else { throw AccuracyRefusal.nothingArrived }
        let from = request.from ?? (request.run == nil ? through - (defaultDays - 1) : .earliest)
        guard from <= through else { throw DemandRefusal.endsBeforeBeginning(from, through) }
        var query = AccuracyQuery(from: from, through: through)
        (query.by, query.visible, query.region) = (request.by, request.visible, request.region)
        query.level = request.level
        (query.run, query.longestLead) = (request.run, request.longestLead)
        let lines = try AccuracyStore.lines(query, in: db)
        if lines.isEmpty, let run = request.run, try AccuracyStore.isDropped(run: run, in: db) {
          throw AccuracyRefusal.dropped(run: run)
        }
        return AccuracyReport(query: query, lines: lines)
      }
    }
  }

  static func check(_ region: RegionCode, in db: isolated Session) throws {
    let known = Set(try DatasetStore.locations(in: db).map(\.region))
    guard known.contains(region) else {
      throw ReportRefusal.unknownRegion(region, known: known.sorted())
    }
  }

  /// - Parameter width: of the terminal that shows a table; nil when none does.
  public func text(_ format: ReportFormat, width: Int? = nil) -> String {
    figures.text(format, width: width)
  }

  private var figures: FigureReport {
    let span =
      query.from == .earliest ? "through \(query.through)" : "\(query.from) to \(query.through)"
    let whose = query.run.map { "run \($0)" } ?? "published runs"
    let sums = query.level == .itemLocation ? "" : ", level \(query.level.rawValue),"
    return FigureReport(
      title: "Forecasts of \(whose)\(sums) against what was sold, \(span)",
      empty: "No day of these has arrived after it was forecast.", facts: facts,
      columns: [
        .init(name: query.by.rawValue, kind: .text), .init(name: "days", kind: .count, keep: 3),
        .init(name: "observations", kind: .count, keep: 2),
        .init(name: "demand", kind: .number, keep: 4), .init(name: "wape", kind: .ratio),
        .init(name: "naive_wape", kind: .ratio, keep: 7),
        .init(name: "value_added", kind: .ratio, keep: 8), .init(name: "bias", kind: .ratio),
        .init(name: "rmsse", kind: .number), .init(name: "pinball", kind: .ratio, keep: 6),
        .init(name: "coverage", kind: .ratio), .init(name: "tracking_signal", kind: .number),
      ], lines: lines.map(figures))
  }

  private var facts: JSONValue {
    [
      "by": .string(query.by.rawValue), "level": .string(query.level.rawValue),
      "region": query.region.map { .string($0.text) } ?? .null,
      "run": query.run.map(JSONValue.integer) ?? .null,
      "from": query.from == .earliest ? .null : .string(query.from.description),
      "to": .string(query.through.description),
      "leads": query.longestLead.map(JSONValue.integer) ?? .null,
    ]
  }

  private func figures(_ line: AccuracyLine) -> [JSONValue] {
    let sums = line.sums
    return [
      .string(query.by == .region && !query.level.keepsRegion ? "all regions" : line.group),
      .integer(line.days), .integer(sums.observations),
      .figure(sums.demand), .figure(sums.wape), .figure(sums.naiveWAPE),
      .figure(sums.valueAdded), .figure(sums.bias), .figure(sums.rmsse), .figure(sums.pinball),
      .figure(sums.coverage), .figure(line.trackingSignal),
    ]
  }
}

/// Why there is no accuracy to report.
public enum AccuracyRefusal: Error, Hashable, Sendable {
  /// No published forecast has a day that has arrived since and was measured.
  case nothingArrived
  /// They went with age.
  case dropped(run: Int)
  /// The level's sums are not told apart by that.
  case notOfLevel(Level, what: String)
}

extension AccuracyReport.Request {
  fileprivate var refusal: AccuracyRefusal? {
    if by == .demandClass, level != .itemLocation { return .notOfLevel(level, what: "class") }
    if by == .category, !level.keepsCategory { return .notOfLevel(level, what: "category") }
    return region != nil && !level.keepsRegion ? .notOfLevel(level, what: "region") : nil
  }
}

extension AccuracyRefusal: Failure {
  public var code: String {
    switch self {
    case .nothingArrived: "nothing-arrived"
    case .dropped: "accuracy-dropped"
    case .notOfLevel: "not-of-level"
    }
  }

  public var exitCode: ExitCode { .data }

  public var sentence: String {
    switch self {
    case .nothingArrived:
      "no day that was forecast has arrived and been measured yet; the service measures by itself,"
        + " 'quartermaster report accuracy --measure' at once"
    case .dropped(let run):
      "how far run \(run) was from what was sold is not kept any more: it went with age"
    case .notOfLevel(let level, let what):
      "sums of level '\(level.rawValue)' are not told apart by \(what)"
    }
  }
}

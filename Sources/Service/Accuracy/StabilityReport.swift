public import Inventory
public import Planning
public import Postgres
public import Storage

/// How much forecasts moved from one published run to the next.
public struct StabilityReport: Sendable {
  public let query: ChurnQuery
  public let lines: [ChurnLine]

  /// What is asked for; nil leaves a part open.
  public struct Request: Hashable, Sendable {
    public var by = ChurnGrouping.region
    public var visible: [RegionCode]?
    public var region: RegionCode?
    /// The newest so many pairs of runs.
    public var pairs = 28

    public init() {}
  }

  /// - Throws: `ReportRefusal` without the region.
  public static func read(_ request: Request, in session: Session) async throws -> StabilityReport {
    var asked = ChurnQuery(pairs: request.pairs)
    (asked.by, asked.visible, asked.region) = (request.by, request.visible, request.region)
    let query = asked
    return try await session.run { db in
      try db.transaction { db in
        // A pair is compared once; a reader who comes before the service does it himself.
        while let pair = try ChurnStore.uncompared(in: db) {
          try ChurnStore.compare(run: pair.run, previous: pair.previous, in: db)
        }
        if let region = query.region { try AccuracyReport.check(region, in: db) }
        return StabilityReport(query: query, lines: try ChurnStore.lines(query, in: db))
      }
    }
  }

  /// - Parameter width: of the terminal that shows a table; nil when none does.
  public func text(_ format: ReportFormat, width: Int? = nil) -> String {
    FigureReport(
      title: "How much forecasts moved from each published run to the next, the last"
        + " \(query.pairs.grouped) pairs at most",
      empty: "There are no two published runs whose days overlap yet.",
      facts: [
        "by": .string(query.by.rawValue),
        "region": query.region.map { .string($0.text) } ?? .null,
        "pairs": .integer(query.pairs),
      ],
      columns: [
        .init(name: query.by.rawValue, kind: .text), .init(name: "pairs", kind: .count),
        .init(name: "churn", kind: .ratio), .init(name: "shift", kind: .ratio),
        .init(name: "previous", kind: .number), .init(name: "present", kind: .number),
      ],
      lines: lines.map { line in
        [
          .string(line.group), .integer(line.pairs), .figure(line.churn), .figure(line.shift),
          .figure(Double(line.previous) / 1000), .figure(Double(line.present) / 1000),
        ]
      }
    ).text(format, width: width)
  }
}

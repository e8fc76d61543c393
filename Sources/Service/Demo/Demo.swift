public import Inventory
public import Planning
public import Postgres
internal import Storage

/// Another retailer's data is in the way of the generated one.
public struct DemoInTheWay: Error, Hashable, Sendable {}

/// The generated retailer, brought up to yesterday, trained and reported.
public struct Demo: Sendable {
  /// The report of one region.
  public let report: ProcurementReport
  public let summary: String
  /// Every region, for what to try next.
  public let regions: [RegionCode]

  /// Syncs the days that are missing, trains if anything came, and reports the first region.
  ///
  /// - Throws: `DemoInTheWay` when the database holds data that is not the generated retailer's.
  public static func run(
    clock: ZoneClock, progress: Progress.Channel = .silent, in session: Session
  ) async throws -> Demo {
    let synced = try await lastSyncedDay(in: session)
    let through = clock.today(zone: nil) - 1
    let batches = try GeneratedRetailer().batches(through: through, after: synced)
    let news = try await sync(batches, clock: clock, progress: progress, to: session)
    let published = try await session.run { db in try RunStore.published(in: db) }
    var lines: [String] = []
    if let synced, news.pushes == 0 {
      lines.append("the retailer is there, with data through \(synced)")
    } else {
      lines.append(
        "\(news.rows.grouped) rows in \(news.pushes.grouped) pushes, data through \(through)")
    }
    if published == nil || news.pushes > 0 {
      lines.append(
        try await Training.run(clock: clock, progress: progress, in: session).text)
    }
    let states = try await session.run { db in try DatasetStore.locations(in: db) }
    let regions = Set(states.map(\.region)).sorted()
    guard let region = regions.first else { throw TrainingRefusal.noDemand }
    return Demo(
      report: try await ProcurementReporting.report(region: region, clock: clock, in: session),
      summary: lines.joined(separator: "\n"), regions: regions)
  }

  /// What is planted in the data, day by day, for those who want to find it.
  public static func truth(through: Day) throws -> [UInt8] {
    try GeneratedRetailer().truth(from: through - 1100, through: through)
  }

  /// The day through which all locations have sent everything; nil before each has sent once.
  ///
  /// A load that broke off is taken up again: what came before is known by its keys.
  private static func lastSyncedDay(in session: Session) async throws -> Day? {
    let locations = try GeneratedRetailer().locationCount
    return try await session.run { db in
      let isOurs =
        try SourceCode(GeneratedRetailer.headOffice)
        .map { try !BatchStore.keys(ofSource: $0, in: db).isEmpty } ?? false
      if try BatchStore.count(in: db) > 0, !isOurs { throw DemoInTheWay() }
      let complete = try DatasetStore.locations(in: db).compactMap(\.completeThrough)
      return complete.count == locations ? complete.min() : nil
    }
  }

  private static func sync(
    _ batches: [SyncBatch], clock: ZoneClock, progress: Progress.Channel, to session: Session
  ) async throws -> (rows: Int, pushes: Int) {
    let step = progress.step("sync", unit: "pushes", total: batches.count)
    var news = (rows: 0, pushes: 0)
    do {
      for batch in batches {
        let push = Push(
          kind: batch.kind, path: batch.key, source: batch.source, key: batch.key,
          completeThrough: batch.completeThrough, generatedAt: batch.generatedAt,
          mapping: batch.mapping)
        let receipt = try await Synchronisation.apply(
          push, from: .chunks([batch.bytes]), clock: clock, progress: .silent, to: session)
        if !receipt.receipt.isRepeated {
          news.rows += receipt.receipt.counts.received
          news.pushes += 1
        }
        step.advance(by: 1)
      }
    } catch {
      step.abandon()
      throw error
    }
    step.finish()
    return news
  }
}

extension DemoInTheWay: Failure {
  public var code: String { "demo-in-the-way" }
  public var exitCode: ExitCode { .configuration }

  public var sentence: String {
    "the database holds data of its own, which the generated retailer must not mix with: give the"
      + " demo another QUARTERMASTER_HOME or --database"
  }
}

extension Demo {
  private static let shownLines = 15

  /// The beginning of the report: its most urgent lines.
  public var reportText: String {
    let lines = ReportFormat.table.text(of: report).split(
      separator: "\n", omittingEmptySubsequences: false)
    let rule = lines.firstIndex { $0.hasPrefix("---") } ?? 0
    let shown = lines.prefix(rule + 1 + Demo.shownLines)
    let rest = report.lines.count - Demo.shownLines
    let more = rest > 0 ? "... and \(rest.grouped) more, and the sums over the region\n" : ""
    return shown.joined(separator: "\n") + "\n" + more
  }

  /// What to try next, once the report was read.
  public var next: String {
    let other = regions.dropFirst().first ?? report.basis.region
    return """

      What to try next, with .build/release/quartermaster:
        quartermaster report procurement --region \(other)
        quartermaster status
        quartermaster report procurement --region \(report.basis.region) --format csv > orders.csv
        quartermaster help sync      # then send your own files, with a QUARTERMASTER_HOME of their own

      """
  }
}

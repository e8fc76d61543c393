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

  /// Syncs what is missing, trains if there is anything new, and reports the first region.
  ///
  /// A demo that was stopped half-way is taken up again: what it had begun to send is sent to its
  /// end, before the days since.
  ///
  /// - Throws: `DemoInTheWay` when the database holds data that is not the generated retailer's.
  public static func run(
    clock: ZoneClock, progress: Progress.Channel = .silent, in session: Session
  ) async throws -> Demo {
    let stand = try await session.run { db in try Stand.read(in: db) }
    let through = clock.today(zone: nil) - 1
    let batches = try stand.missing(through: through)
    let news = try await sync(batches, clock: clock, progress: progress, to: session)
    var lines: [String] = []
    if let last = stand.begun.last, news.pushes == 0 {
      lines.append("the retailer is there, with data through \(last)")
    } else {
      lines.append(
        "\(news.rows.grouped) rows in \(news.pushes.grouped) pushes, data through \(through)")
    }
    if !stand.isTrained || news.pushes > 0 {
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

/// What of the retailer a database holds.
private struct Stand: Sendable {
  /// The last days of what was sent, script by script; the last script may be unfinished.
  let begun: [Day]
  /// The keys of all pushes.
  let keys: [SourceCode: Set<String>]
  /// Whether the forecasts in use have seen all that was sent.
  let isTrained: Bool

  static func read(in db: isolated Session) throws -> Stand {
    let retailer = try GeneratedRetailer()
    let keys = try BatchStore.keys(in: db)
    let office = SourceCode(GeneratedRetailer.headOffice).flatMap { keys[$0] } ?? []
    guard keys.isEmpty || !office.isEmpty else { throw DemoInTheWay() }
    return Stand(
      begun: retailer.throughDays(ofKeys: office).sorted(), keys: keys.mapValues(Set.init),
      isTrained: try RunStore.published(in: db)?.datasetVersion == BatchStore.version(in: db))
  }

  /// The pushes that bring the database up to a day. A run comes after all pushes, so that without
  /// a run that saw them some of the last script's may be missing.
  func missing(through: Day) throws -> [SyncBatch] {
    let retailer = try GeneratedRetailer()
    var batches: [SyncBatch] = []
    if let last = begun.last, !isTrained {
      batches = try retailer.batches(through: last, after: begun.dropLast().last)
        .filter { keys[$0.source]?.contains($0.key) != true }
    }
    return batches + (try retailer.batches(through: through, after: begun.last))
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

  /// The beginning of the report, its most urgent lines, for a terminal of a width.
  public func reportText(width: Int?) -> String {
    let lines = ReportFormat.table.text(of: report, width: width).split(
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

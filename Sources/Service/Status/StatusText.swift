internal import Inventory
internal import Planning
internal import Storage

extension Status {
  private static let width = 100

  /// What the command line prints of it.
  public var text: String {
    guard !locations.isEmpty else {
      return "no demand yet: send some with 'quartermaster sync demand FILE'\n"
    }
    let stale = locations.count(where: \.isStale)
    var lines = [
      "As of \(asOf): \(locations.count.grouped) locations, \(stale.grouped) stale",
      lastRun,
    ]
    if let cost { lines.append("  it took \(cost.sentence)") }
    if let replay { lines.append("  \(replay.sentence)") }
    lines += openRequests
    lines += runRegions.filter { $0.state != .trained }.map {
      let state = $0.state == .stale ? "keeps an earlier forecast" : "has none"
      return "  \($0.region) \(state): \($0.reason)"
    }
    if let underWay { lines.append(sentence(underWay.request, underWay.progress)) }
    if let flags = flags.listed { lines.append("Flags: \(flags)") }
    if quarantinedRows > 0 {
      lines.append(
        "\(QuarantineFormat.rows(quarantinedRows)) in quarantine: 'quartermaster quarantine list'")
    }
    if outbox.queued > 0 {
      let reason = canMail ? "" : ", because QUARTERMASTER_SMTP_URL is not set"
      lines.append("Mail to planners: \(outbox.queued.grouped) queued\(reason)")
    }
    lines += missing
    return lines.joined(separator: "\n") + "\n\n" + table + "\n" + storage
  }

  /// Locations that left days out, the longest gap first.
  private var missing: [String] {
    gaps.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.prefix(10).map {
      "  \($0) sent nothing for \($1.map(\.description).listed)"
    } + (gaps.count > 10 ? ["  and \(gaps.count - 10) more locations with gaps"] : [])
  }

  private var lastRun: String {
    guard let run else { return "No run yet: 'quartermaster train' makes one" }
    let published = Instant(microseconds: run.publishedAt.microseconds / 1_000_000 * 1_000_000)
    return "Run \(run.run) of \(published): origin \(run.origin), \(run.series.grouped)"
      + " series, dataset version \(run.datasetVersion)"
  }

  private func sentence(_ request: RunRequest, _ progress: ShardProgress?) -> String {
    guard let progress else { return "Request \(request.id) is carried out" }
    let left = progress.secondsLeft.map { ", about \(Int($0.rounded(.up)).grouped) s to go" } ?? ""
    return "Request \(request.id) is carried out: \(progress.nodesDone.grouped) of"
      + " \(progress.nodes.grouped) nodes fitted, in \(progress.shardsDone) of"
      + " \(progress.shards) shards, by \(progress.workers) workers\(left)"
  }

  private var table: String {
    func column(_ heading: String, _ cells: [String], isLeft: Bool = true) -> AlignedTable.Column {
      AlignedTable.Column(
        heading: heading, cells: cells, isLeft: isLeft, keep: AlignedTable.alwaysKept,
        ruleAfter: nil)
    }
    return AlignedTable(
      columns: [
        column("region", locations.map(\.region.text)),
        column("location", locations.map(\.location.text)),
        column("complete-through", locations.map { $0.completeThrough?.description ?? "never" }),
        column("due", locations.map(\.due.description)),
        column(
          "days-behind", locations.map { $0.daysBehind.map(String.init) ?? "?" }, isLeft: false),
        column(
          "gaps", locations.map { (gaps[$0.location]?.count ?? 0).grouped }, isLeft: false),
        column("state", locations.map { $0.isStale ? "STALE" : "fresh" }),
      ], width: Status.width
    ).text
  }
}

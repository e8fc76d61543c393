internal import Inventory
internal import Planning

// What a refused run is to each region: a check of one region is no other region's fault.

extension RunRefusal {
  /// One of what failed in all regions together, if anything did, then one for each region in which
  /// a check failed.
  var flags: [Flag] {
    let regions = Set(failed.compactMap(\.region)).sorted()
    return (failed.contains { $0.region == nil } ? [flag(of: nil)] : [])
      + regions.map { flag(of: $0) }
  }

  /// What a region's planners are told: its own failure and everybody's, or that others kept the
  /// run from being published.
  func flags(toldIn region: RegionCode) -> [Flag] {
    let own = flags.filter { $0.region == nil || $0.region == region }
    return own.isEmpty ? [flag(because: "checks failed in \(others)", of: nil)] : own
  }

  /// What went wrong, for who sees only some regions.
  func reason(seenIn regions: [RegionCode]) -> String {
    GateVerdict(failed.filter { $0.region.map(regions.contains) ?? true }).reason
      ?? "checks failed in other regions"
  }

  private var others: String {
    Set(failed.compactMap(\.region)).sorted().map(\.text).listed
  }

  private func flag(of region: RegionCode?) -> Flag {
    flag(because: GateVerdict(failed.filter { $0.region == region }).reason ?? reason, of: region)
  }

  private func flag(because reason: String, of region: RegionCode?) -> Flag {
    Flag(
      rule: .refusedRun, severity: .warning, region: region, node: nil, expected: nil, found: nil,
      message: "Run \(run) was not published: \(reason); \(consequence).")
  }

  private var consequence: String {
    champion.map { "the forecast of run \($0) stays in use" } ?? "there is no forecast yet"
  }
}

extension RunRefusal: Failure {
  public var code: String { "run-refused" }
  public var exitCode: ExitCode { .failure }

  public var sentence: String { "run \(run) was not published: \(reason); \(consequence)" }
}

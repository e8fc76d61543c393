internal import Digests
internal import Inventory
internal import Planning
internal import Storage

/// A run as the API tells it.
struct RunAnswer: Encodable, Sendable {
  struct Region: Encodable, Sendable {
    let region: String
    let state: String
    let completeThrough: String?
    let carriedFrom: Int?
    let reason: String
    let wape: Double?

    private enum CodingKeys: String, CodingKey {
      case region, state, reason, wape
      case completeThrough = "complete_through"
      case carriedFrom = "carried_from"
    }
  }

  struct Check: Encodable, Sendable {
    let check: String
    let region: String?
    let leads: String?
    let limit: Double?
    let figure: Double?
    let passed: Bool
    let finding: String
  }

  struct Configuration: Encodable, Sendable {
    let version: Int
    let sha256: String
  }

  struct Published: Encodable, Sendable {
    let at: String
    let by: String
    let reason: String
  }

  struct Asked: Encodable, Sendable {
    let request: Int
    let cause: String
    let reason: String
  }

  struct Cost: Encodable, Sendable {
    let wallSeconds: Double
    let cpuSeconds: Double
    let peakMemoryBytes: Int64
    let rowsRead: Int64

    private enum CodingKeys: String, CodingKey {
      case wallSeconds = "wall_seconds"
      case cpuSeconds = "cpu_seconds"
      case peakMemoryBytes = "peak_memory_bytes"
      case rowsRead = "rows_read"
    }
  }

  struct Gain: Encodable, Sendable {
    let overChampion: Double?
    let overNaive: Double?

    private enum CodingKeys: String, CodingKey {
      case overChampion = "over_champion"
      case overNaive = "over_naive"
    }
  }

  let run: Int
  let state: String
  let comparedWith: Int?
  let codeVersion: String
  let processorCore: String
  let threads: Int?
  let contentDigest: String
  var configuration: Configuration?
  var checks: [Check]?
  var publications: [Published]?
  var request: Asked?
  var cost: Cost?
  var gain: Gain?
  let datasetVersion: Int64
  let asOf: String
  let origin: String
  let horizonDays: Int
  let series: Int
  let observations: Int
  let startedAt: String
  let finishedAt: String
  let isPublished: Bool
  var regions: [Region]?
  var locks: [Int]?
  let blendWeight: Double?
  let blendFinding: String?
  let reconciliation: String
  let reconciliationFinding: String?

  private enum CodingKeys: String, CodingKey {
    case run, state, origin, series, observations, regions, threads, configuration, checks
    case publications, request, cost, gain, locks, reconciliation
    case blendWeight = "blend_weight"
    case blendFinding = "blend_finding"
    case reconciliationFinding = "reconciliation_finding"
    case comparedWith = "compared_with"
    case codeVersion = "code_version"
    case processorCore = "processor_core"
    case contentDigest = "content_digest"
    case datasetVersion = "dataset_version"
    case asOf = "as_of"
    case horizonDays = "horizon_days"
    case startedAt = "started_at"
    case finishedAt = "finished_at"
    case isPublished = "published"
  }

  /// With what a caller may see of its regions.
  init(_ details: RunDetails, seenBy caller: Caller) {
    self.init(details.run)
    configuration = details.configuration.map {
      Configuration(version: $0.version, sha256: Hexadecimal.text($0.digest))
    }
    regions = details.regions.filter { caller.maySee($0.region) }.map { region in
      Region(
        region: region.region.text, state: region.state.rawValue,
        completeThrough: region.completeThrough?.description, carriedFrom: region.carriedFrom,
        reason: region.reason, wape: details.wapes[region.region])
    }
    checks = details.checks.filter { $0.region.map(caller.maySee) ?? true }.map { check in
      Check(
        check: check.name.rawValue, region: check.region?.text,
        leads: check.leads?.description, limit: check.limit,
        figure: check.figure.flatMap { $0.isFinite ? $0 : nil },
        passed: check.hasPassed, finding: check.finding)
    }
    locks = details.locks.filter { $0.record.lock.region.map(caller.maySee) ?? true }
      .map(\.record.lock.id)
    publications = details.publications.map {
      Published(at: $0.publishedAt.description, by: $0.publishedBy, reason: $0.reason)
    }
    request = details.request.map {
      Asked(request: $0.id, cause: $0.cause.rawValue, reason: $0.reasonToldAll)
    }
    cost = details.cost.map {
      Cost(
        wallSeconds: $0.wallSeconds, cpuSeconds: $0.cpuSeconds,
        peakMemoryBytes: $0.peakMemoryBytes, rowsRead: $0.rowsRead)
    }
    gain = Gain(overChampion: details.gainOverChampion, overNaive: details.gainOverNaive)
  }

  init(_ run: FinishedRun) {
    self.run = run.run
    state = run.state.rawValue
    comparedWith = run.comparedWith
    codeVersion = run.codeVersion
    processorCore = run.processorCore
    threads = run.threads
    contentDigest = Hexadecimal.text(run.contentDigest)
    datasetVersion = run.datasetVersion
    asOf = run.asOf.description
    origin = run.origin.description
    horizonDays = run.horizon
    series = run.series
    observations = run.observations
    startedAt = run.startedAt.description
    finishedAt = run.finishedAt.description
    isPublished = run.isPublished
    (blendWeight, blendFinding) = (run.blendWeight, run.blendFinding)
    (reconciliation, reconciliationFinding) = (
      run.reconciliation.rawValue, run.reconciliationFinding
    )
  }

  static let schema = Schema.object([
    .required("run", .integer()), .required("dataset_version", .integer()),
    .required("as_of", .day), .required("origin", .day), .required("horizon_days", .integer()),
    .required("series", .integer()), .required("observations", .integer()),
    .required("started_at", .instant), .required("finished_at", .instant),
    .required("published", .boolean),
    .required("state", .choice(RunState.allCases.map(\.rawValue))),
    .optional("compared_with", .integer()), .required("code_version", .text()),
    .required("processor_core", .text()), .optional("threads", .integer()),
    .required("content_digest", .text()),
    .optional(
      "configuration",
      .object([.required("version", .integer()), .required("sha256", .text())])),
    .optional(
      "checks",
      .array(
        of: .object([
          .required("check", .choice(GateCheck.Name.allCases.map(\.rawValue))),
          .optional("region", .code),
          .optional("leads", .text().described("The days ahead, as 8-14 or 15+.")),
          .optional("limit", .number), .optional("figure", .number),
          .required("passed", .boolean), .required("finding", .text()),
        ]))),
    .required("reconciliation", .choice(["bottom-up", "wls", "mint"])),
    .optional("reconciliation_finding", .text()),
    .optional("blend_weight", .number), .optional("blend_finding", .text()),
    .optional("locks", .array(of: .integer().described("A lock that it held."))),
    .optional(
      "publications",
      .array(
        of: .object([
          .required("at", .instant), .required("by", .text()), .required("reason", .text()),
        ]))),
    .optional(
      "request",
      .object([
        .required("request", .integer()),
        .required("cause", .choice(RunRequest.Cause.allCases.map(\.rawValue))),
        .required("reason", .text()),
      ])),
    .optional(
      "cost",
      .object([
        .required("wall_seconds", .number), .required("cpu_seconds", .number),
        .required("peak_memory_bytes", .integer()), .required("rows_read", .integer()),
      ])),
    .optional(
      "gain",
      .object([.optional("over_champion", .number), .optional("over_naive", .number)])),
    .optional(
      "regions",
      .array(
        of: .object([
          .required("region", .code),
          .required("state", .choice(["trained", "stale", "absent"])),
          .optional("complete_through", .day), .optional("carried_from", .integer()),
          .required("reason", .text()), .optional("wape", .number),
        ]))),
  ])
}

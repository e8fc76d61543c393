internal import Inventory
internal import Postgres

/// What every route works with.
struct API: Sendable {
  let pool: SessionPool
  let deploymentZone: String?
  /// Counts rows of pushes by kind and outcome.
  var rows: Metrics.Counter?
  var retention = Retention()

  func clock(asOf: Day? = nil) -> ZoneClock {
    ZoneClock(asOf: asOf, deploymentZone: deploymentZone)
  }

  static let tags = (
    sync: "sync", regions: "regions", runs: "runs", forecasts: "forecasts", reports: "reports",
    demand: "demand"
  )
}

extension API {
  /// Everything that is served.
  static func groups(_ api: API) -> [any RouteGroup] {
    [
      SyncRoutes(api: api), RegionRoutes(api: api), RunRoutes(api: api),
      ForecastRoutes(api: api), ReportRoutes(api: api), AccuracyRoutes(api: api),
      FlagRoutes(api: api),
      QuarantineRoutes(api: api),
      DemandRoutes(api: api),
      SourceRoutes(api: api), LocationRoutes(api: api),
      PromotionRoutes(api: api), ConfigurationRoutes(api: api),
      ForecastLockRoutes(api: api),
      ExplanationRoutes(api: api), RunReplayRoutes(api: api),
      ReadyRoute(api: api),
    ]
  }
}

extension Caller {
  /// The regions he may see; nil for all.
  var visibleRegions: [RegionCode]? {
    switch reach {
    case .admin: nil
    case .read(let region): [region]
    case .sync: []
    }
  }
}

extension WebCall {
  /// The caller of an operation that needs a key.
  func knownCaller() throws(WebRefusal) -> Caller {
    guard let caller else { throw .keyMissing }
    return caller
  }

  /// The region asked for, if the caller may see it: a foreign one looks like none.
  func visible(_ region: RegionCode?) throws(WebRefusal) -> RegionCode? {
    guard let region else { return nil }
    return try found(knownCaller().maySee(region) ? region : nil, "region '\(region)'")
  }
}

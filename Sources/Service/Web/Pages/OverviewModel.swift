internal import Inventory

/// What the first page shows, as plain values.
struct OverviewModel: Sendable {
  var asOf: Day
  /// Nil before the first run.
  var run: RunSummary?
  /// The run that is being made.
  var underWay: RunProgress?
  /// A run after the one in use that was not published, and why, in a sentence.
  var refusal: String?
  /// By code, so that a region stands in the same place every morning.
  var regions: [RegionOverview]
  var flags: FlagSummary
  /// Whether the reader sees every region.
  var isWhole = true
  /// Whether there is someone to sign out.
  var isSignedIn = false

  /// The run whose forecasts are in use.
  struct RunSummary: Hashable, Sendable {
    var run: Int
    var origin: Day
    /// In the deployment's zone.
    var publishedOn: Day
    /// `06:31`.
    var publishedAt: String
    var series: Int
    /// A later run that failed.
    var failure: String?
  }

  /// How far a run is.
  struct RunProgress: Hashable, Sendable {
    /// Nil while it reads the data.
    var shards: Int?
    var shardsDone = 0
    var workers = 0
    /// Of fitting.
    var timeLeft: String?
  }

  /// A flag as the page tells it.
  struct Flag: Hashable, Sendable {
    enum Severity: String, Hashable, Sendable, CaseIterable { case critical, warning, info }

    var severity: Severity
    var region: RegionCode?
    var sentence: String
  }

  struct FlagSummary: Hashable, Sendable {
    /// The first of them, critical ones first.
    var shown: [Flag] = []
    var counts: [Flag.Severity: Int] = [:]

    var count: Int { counts.values.reduce(0, +) }
  }

  var detailedCount: Int { regions.count(where: \.isDetailed) }
  var staleRegions: [RegionOverview] { regions.filter(\.freshness.isStale) }
  var urgentCount: Int { regions.reduce(0) { $0 + ($1.orders?.urgent ?? 0) } }
  var toOrderCount: Int { regions.reduce(0) { $0 + ($1.orders?.toOrder ?? 0) } }
}

/// One region of the first page.
struct RegionOverview: Sendable {
  var region: RegionCode
  var freshness: RegionFreshness
  var chart: DemandChart.Series
  /// Nil where there is no report.
  var orders: OrderSummary?
  /// Why there is no report, or what a reader must know of it.
  var remark: String?
  var flagCount = 0
  /// Whether it has a section of its own, with its orders.
  var isDetailed = true
}

/// How far behind the region's data is, which is as far as its worst location.
struct RegionFreshness: Hashable, Sendable {
  /// Nil when a location has never said up to which day it is complete.
  var completeThrough: Day?
  /// What the worst location has promised by now.
  var due: Day
  var worst: LocationCode
  var staleLocations: Int
  var locations: Int

  var isStale: Bool { staleLocations > 0 }
  /// Nil when nothing was ever complete.
  var daysBehind: Int? { completeThrough.map { max(0, due - $0) } }
}

/// A region's procurement report in short.
struct OrderSummary: Hashable, Sendable {
  var lines: Int
  var toOrder: Int
  var urgent: Int
  /// The most urgent ones first.
  var first: [Line]

  /// Texts as the report's table writes them.
  struct Line: Hashable, Sendable {
    var item: ItemCode
    var name: String?
    var location: LocationCode?
    var onHand: String
    var daysOfSupply: String
    var leadTimeDays: String
    var order: String
    var unit: String?
    var isUrgent: Bool
  }
}

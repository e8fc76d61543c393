internal import Forecasting
internal import Inventory

/// The fits of all nodes, and the one way in which they become coherent.
struct NodeFits {
  private let hierarchy: Hierarchy
  private var preparation: Preparation
  private var fits: [Fit] = []
  private let own: Range<Int>
  private var histories: [NodeHistory] = []

  init(
    _ hierarchy: Hierarchy, _ preparation: Preparation, settings: ForecastSettings,
    panels: HybridPanels, progress: ForecastProgress?
  ) throws {
    self.hierarchy = hierarchy
    self.preparation = preparation
    own = hierarchy.levels.last.map { hierarchy.nodes(of: $0) } ?? 0..<0
    if hierarchy.series.isEmpty { return }
    let perYear = Int(settings.bucket.perYear)
    histories = NodeFits.histories(hierarchy, preparation, own: own)
    let histories = histories
    let patterns = histories.map { DemandPattern($0.values, perYear: perYear) }
    let usesHybrid = settings.choice == .auto || settings.choice == .hybrid
    let isColumn = patterns.map {
      usesHybrid && $0.mean > 0 && (!$0.isSparse || settings.choice == .hybrid)
    }
    let parents = PriorParents.parents(in: hierarchy, isDense: isColumn)
    let sparse = own.filter {
      settings.choice == .auto && patterns[$0].isSparse && patterns[$0].mean > 0
    }
    let pools = SparsePools(
      sparse.map { $0 - own.lowerBound }, hierarchy: hierarchy, series: preparation.series,
      next: preparation.next, perYear: perYear)

    let nodes = hierarchy.nodes.indices.filter { isColumn[$0] }
    var placeOf: [Int: Int] = [:]
    for (place, node) in nodes.enumerated() { placeOf[node] = place }
    let columns =
      nodes.map { node in
        PanelColumn(
          history: histories[node], parent: parents[node].flatMap { placeOf[$0] },
          closures: closures(of: hierarchy.members[node]), family: family(of: node))
      }
      + pools.pools.map { pool in
        PanelColumn(
          history: pool.history, parent: placeOf[pool.node], closures: closures(of: pool.members),
          family: nil)
      }
    let hybrids = try panels.forecast(columns, progress: progress)
    let ladder = Ladder(
      choice: settings.choice, bucket: settings.bucket,
      horizon: settings.horizon)
    for node in hierarchy.nodes.indices {
      let parent = parents[node].map { (history: histories[$0], fit: fits[$0]) }
      fits.append(
        ladder.fit(
          histories[node], hybrid: placeOf[node].flatMap { hybrids[$0] }, parent: parent))
    }
    for (place, pool) in pools.pools.enumerated() {
      let fit = ladder.fit(pool.history, hybrid: hybrids[nodes.count + place])
      share(fit, among: pool.members, settings.bucket)
    }
    // The levels that months have learnt know better than their sum where it goes.
    if settings.choice == .auto, settings.bucket != .month { scaleToAnchors() }
  }

  /// Sums of all nodes but the series' own, which are the series themselves.
  private static func histories(
    _ hierarchy: Hierarchy, _ preparation: Preparation, own: Range<Int>
  ) -> [NodeHistory] {
    hierarchy.nodes.indices.map { node in
      let members = hierarchy.members[node]
      return own.contains(node)
        ? NodeHistory(preparation.series[members[0]])
        : NodeHistory(
          sumOf: members.lazy.map { preparation.series[$0] }, next: preparation.next)
    }
  }

  /// Leads at which every series that still lives is closed.
  private func closures(of members: [Int]) -> [Int] {
    var shared: Set<Int>?
    for member in members where !preparation.series[member].ended {
      let ahead = preparation.series[member].closedAhead
      shared = shared?.intersection(ahead) ?? ahead
      if ahead.isEmpty { return [] }
    }
    return (shared ?? []).map { $0 - preparation.next }.sorted()
  }

  /// Nodes of one item stand together, because they are drawn towards each other.
  private func family(of node: Int) -> Int? {
    guard hierarchy.nodes[node].item != nil else { return nil }
    return hierarchy.node(.item, of: hierarchy.series[hierarchy.members[node][0]])
  }

  /// Shares a pool's forecast out by its members' own levels.
  ///
  /// Months take the levels that the pool has learnt, and of its forecast the shape alone.
  private mutating func share(_ fit: Fit, among members: [Int], _ bucket: Bucket) {
    let levels = members.map {
      SparseLevel(preparation.series[$0].values, perYear: Int(bucket.perYear))
    }
    let learnt =
      bucket == .month
      ? PooledSparseLevels.levels(
        members.map { preparation.series[$0] }, horizon: fit.means.count) : nil
    let own = learnt ?? levels.map(\.level)
    let whole =
      learnt == nil ? own.reduce(0, +) : fit.means.reduce(0, +) / Double(fit.means.count)
    guard whole > 0 else { return }
    let dispersion = SparseLevel.dispersion(of: levels)
    for (place, member) in members.enumerated() {
      fits[self.own.lowerBound + member] = Fit(
        tier: .profile, reason: "sparse, a share of the sum of \(members.count)",
        means: fit.means.map { $0 * own[place] / whole },
        spread: levels[place].spread(pool: dispersion))
    }
  }

  /// Scales series to the sums that are known better than they are.
  private mutating func scaleToAnchors() {
    for node in Anchors(hierarchy).nodes where fits[node].tier == .hybrid {
      let members = hierarchy.members[node]
      let tiers = members.map { fits[own.lowerBound + $0].tier }
      guard
        Anchors.stands(
          sparse: tiers.count { $0 != .hybrid && $0 != .zero }, of: tiers.count { $0 != .zero })
      else { continue }
      let sums = fits[node].means.indices.map { lead -> Double? in
        var sum = 0.0
        for member in members {
          let series = preparation.series[member]
          if series.closedAhead.contains(preparation.next + lead), !series.ended { return nil }
          sum += fits[own.lowerBound + member].means[lead]
        }
        return sum
      }
      let factors = Anchors.factors(anchor: fits[node].means, sum: sums)
      for member in members {
        let fit = fits[own.lowerBound + member]
        fits[own.lowerBound + member] = Fit(
          tier: fit.tier, reason: fit.reason, means: zip(fit.means, factors).map { $0 * $1 },
          spread: fit.spread)
      }
    }
  }

  /// What a series is expected to sell: its fit, promoted where it is, nothing where it is closed.
  private func means(of series: Int) -> [Double] {
    let closed = preparation.series[series].closedAhead
    let factors = preparation.promotions.factorsAhead[series] ?? [:]
    let means = fits[own.lowerBound + series].means
    if closed.isEmpty && factors.isEmpty { return means }
    return means.enumerated().map { lead, mean in
      closed.contains(preparation.next + lead)
        ? 0 : mean * (factors[preparation.next + lead] ?? 1)
    }
  }

  /// What is not believable after all gives way to the mean of what was sold.
  private mutating func replaceUntrusted() {
    for series in hierarchy.series.indices {
      let history = preparation.series[series]
      let limit = Ladder.trustedMultiple * history.largest
      let fit = fits[own.lowerBound + series]
      guard let refused = RefusedForecast(means(of: series), tier: fit.tier, limit: limit) else {
        continue
      }
      let mean = MeanDemand.forecast(
        history.values, window: history.values.count, horizon: fit.means.count)
      fits[own.lowerBound + series] = Fit(
        tier: mean == nil ? .zero : .mean, reason: "the \(fit.tier.rawValue) forecast was absurd",
        means: mean?.means ?? fit.means.map { _ in 0 }, spread: mean?.spread ?? .certain,
        refused: refused)
      preparation.promotions.forget(series)
    }
  }

  mutating func coherent(_ settings: ForecastSettings) -> [NodeForecast] {
    replaceUntrusted()
    let sums = Coherence.means(
      hierarchy.series.indices.map(means(of:)), members: hierarchy.members,
      horizon: settings.horizon)
    return hierarchy.nodes.indices.map { node in
      var quantiles = settings.quantiles.map { _ in [Double]() }
      for (lead, mean) in sums[node].enumerated() {
        let values = fits[node].spread.quantiles(
          settings.quantiles, mean: Double(mean) / Coherence.thousandths, lead: lead + 1)
        for (place, value) in values.enumerated() { quantiles[place].append(value) }
      }
      return NodeForecast(
        node: hierarchy.nodes[node], tier: fits[node].tier, reason: fits[node].reason,
        means: sums[node], quantiles: quantiles, spread: fits[node].spread,
        refused: fits[node].refused, recent: recent(of: node, settings))
    }
  }

  private func recent(of node: Int, _ settings: ForecastSettings) -> RecentDemand? {
    guard settings.bucket == .day else { return nil }
    var plain = [Double](repeating: 0, count: min(settings.horizon, RecentDemand.daysAhead))
    for member in hierarchy.members[node] {
      let means = fits[own.lowerBound + member].means
      for lead in plain.indices { plain[lead] += means[lead] }
    }
    return RecentDemand(histories[node], next: preparation.next, plainMeans: plain)
  }
}

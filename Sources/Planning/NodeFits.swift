internal import Forecasting
internal import Inventory

/// The fits of all nodes, and the one way in which they become coherent.
struct NodeFits {
  private let hierarchy: Hierarchy
  private var preparation: Preparation
  private var fits: [Fit] = []
  private let own: Range<Int>
  private let histories: [NodeHistory]
  private var notes: ExplanationNotes

  /// - Parameters:
  ///   - hybrids: the hybrid's answers, in the order of the plan's columns.
  ///   - combined: their means with other methods, in the same order; empty without any.
  init(
    _ plan: FitPlan, hybrids: [Hybrid.Forecast?], combined: [[Double]?] = [],
    settings: ForecastSettings
  ) {
    hierarchy = plan.hierarchy
    preparation = plan.preparation
    own = plan.own
    histories = plan.histories
    notes = ExplanationNotes(plan.explained)
    let ladder = Ladder(
      choice: settings.choice, bucket: settings.bucket, horizon: settings.horizon)
    for node in hierarchy.nodes.indices {
      if plan.siblings.holds[node] {
        fits.append(.waiting(horizon: settings.horizon))
        continue
      }
      let parent = plan.parents[node].map { (history: histories[$0], fit: fits[$0]) }
      let hybrid = plan.columnOf[node].flatMap { hybrids[$0] }
      fits.append(ladder.fit(histories[node], hybrid: hybrid, parent: parent))
      note(node, fits[node], hybrid, plan.panels)
    }
    for (pool, hybrid) in zip(plan.pools, hybrids[plan.firstPoolColumn...]) {
      let fit = ladder.fit(pool.history, hybrid: hybrid)
      share(fit, among: pool.members, settings.bucket)
      for member in pool.members { note(own.lowerBound + member, fit, hybrid, plan.panels) }
    }
    follow(
      plan.siblings.families, hybrids: { plan.columnOf[$0].flatMap { hybrids[$0] } }, plan.panels,
      ladder)
    for (node, column) in plan.columnOf where !combined.isEmpty {
      combine(node, combined[column])
    }
    drawTogether(settings, errors: plan.columnOf.mapValues { hybrids[$0]?.errors ?? [] })
  }

  private mutating func drawTogether(_ settings: ForecastSettings, errors: [Int: [Double]]) {
    if settings.reconciliation != .bottomUp {
      reconcile(settings.reconciliation, errors)
    } else if settings.choice == .auto || settings.choice == .combined {
      scaleToAnchors(settings.bucket)
    }
  }

  /// Siblings take their levels from all of them, and the season from the sum above them; where
  /// that has no fit, each stands for itself.
  private mutating func follow(
    _ families: [SiblingFamilies.Family], hybrids: (Int) -> Hybrid.Forecast?,
    _ panels: HybridPanels, _ ladder: Ladder
  ) {
    let window = panels.window
    var led: [(family: SiblingFamilies.Family, hybrid: Hybrid.Forecast)] = []
    for family in families {
      if fits[family.node].tier == .hybrid, let hybrid = hybrids(family.node) {
        led.append((family, hybrid))
        continue
      }
      for member in family.members {
        let node = own.lowerBound + member
        fits[node] = ladder.fit(
          histories[node], hybrid: nil, parent: (histories[family.node], fits[family.node]))
        note(node, fits[node], nil, panels)
      }
    }
    let levels = SiblingLevels(
      led.map { led in
        SiblingLevels.Family(
          members: led.family.members,
          season: SiblingFamilies.season(
            of: led.hybrid, features: panels.features, historyCount: window.historyCount,
            year: window.grid.bucket.wholeYear))
      }, series: preparation.series, items: hierarchy.itemNumbers,
      first: window.positions.lowerBound, next: preparation.next, horizon: panels.horizon,
      bucket: window.grid.bucket)
    for (led, answer) in zip(led, levels.answers) {
      let means = fits[led.family.node].means
      let mean = means.reduce(0, +) / answer.season
      for (place, member) in led.family.members.enumerated() {
        let level = answer.levels[place]
        fits[own.lowerBound + member] = Fit(
          tier: .profile, reason: "a level learnt among \(led.family.members.count) series",
          means: means.map { mean > 0 ? $0 / mean * level : level },
          spread: answer.spreads[place])
        note(own.lowerBound + member, fits[led.family.node], led.hybrid, panels)
      }
    }
  }

  /// Shares a pool's forecast out by its members' own levels.
  private mutating func share(_ fit: Fit, among members: [Int], _ bucket: Bucket) {
    let levels = members.map {
      SparseLevel(preparation.series[$0].values, perYear: Int(bucket.perYear))
    }
    let own = levels.map(\.level)
    let whole = own.reduce(0, +)
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
  private mutating func scaleToAnchors(_ bucket: Bucket) {
    for node in Anchors(hierarchy).nodes where fits[node].tier == .hybrid {
      // A sum of all that is sold, without a place or kind, is no kin of its parts: what months
      // have learnt of spare parts tells better where they go (RMSSE .665 against .678).
      if bucket == .month, !isKin(node) { continue }
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
        let scaled = zip(fit.means, factors).map { $0 * $1 }
        fits[own.lowerBound + member] = Fit(
          tier: fit.tier, reason: fit.reason, means: scaled, spread: fit.spread)
        notes.step(
          own.lowerBound + member, .reconciliation,
          "scaled to \(hierarchy.nodes[node].level.rawValue)", to: scaled)
      }
    }
  }

  /// A hybrid's answer gives way to its mean with other methods.
  private mutating func combine(_ node: Int, _ means: [Double]?) {
    let fit = fits[node]
    guard fit.tier == .hybrid, let means else { return }
    fits[node] = Fit(
      tier: fit.tier, reason: fit.reason, means: means, spread: fit.spread, refused: fit.refused)
    notes.step(node, .rung, "combined with smoothing", to: means)
  }

  /// Draws series and their sums together by what is known of their errors.
  ///
  /// - Parameter errors: one-step errors of nodes that have any, in units.
  private mutating func reconcile(
    _ method: ForecastSettings.Reconciliation, _ errors: [Int: [Double]]
  ) {
    let reconciliation = NodeReconciliation(hierarchy, own: own, preparation: preparation)
    guard let bottoms = reconciliation.bottoms(of: fits, errors: errors, method) else { return }
    for (series, means) in bottoms.enumerated() {
      let fit = fits[own.lowerBound + series]
      fits[own.lowerBound + series] = Fit(
        tier: fit.tier, reason: fit.reason, means: means, spread: fit.spread, refused: fit.refused)
      notes.step(
        own.lowerBound + series, .reconciliation, "reconciled (\(method.rawValue))", to: means)
    }
  }

  private func isKin(_ node: Int) -> Bool {
    hierarchy.members[node].contains {
      hierarchy.series[$0].category != nil || hierarchy.series[$0].location != nil
    }
  }

  /// Takes a fit apart, if somebody asked for it; that of a pool stands for its members.
  private mutating func note(
    _ node: Int, _ fit: Fit, _ hybrid: Hybrid.Forecast?, _ panels: HybridPanels
  ) {
    guard notes.wants(node) else { return }
    let means = fits[node].means
    guard fit.tier == .hybrid, let hybrid else {
      return notes.begin(node, rung: fits[node].tier.rawValue, means: means)
    }
    let whole = fit.means.reduce(0, +)
    let parts = HybridParts(
      hybrid: hybrid, features: panels.features, historyCount: panels.window.historyCount)
    notes.begin(
      node, parts.parts(share: whole > 0 ? means.reduce(0, +) / whole : 0), means: means)
  }

  /// What a series is expected to sell: its fit, promoted and priced, nothing where it is closed.
  private func means(of series: Int) -> [Double] {
    let closed = preparation.series[series].closedAhead
    let means = priced(promoted(fits[own.lowerBound + series].means, series), series)
    if closed.isEmpty { return means }
    return means.enumerated().map { lead, mean in
      closed.contains(preparation.next + lead) ? 0 : mean
    }
  }

  private func promoted(_ means: [Double], _ series: Int) -> [Double] {
    multiplied(means, by: preparation.promotionsAhead[series])
  }

  private func priced(_ means: [Double], _ series: Int) -> [Double] {
    multiplied(means, by: preparation.pricesAhead[series])
  }

  private func multiplied(_ means: [Double], by factors: [Int: Double]?) -> [Double] {
    guard let factors else { return means }
    return means.enumerated().map { $1 * (factors[preparation.next + $0] ?? 1) }
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
      preparation.promotionsAhead[series] = nil
      preparation.pricesAhead[series] = nil
      notes.begin(
        own.lowerBound + series, rung: fits[own.lowerBound + series].tier.rawValue,
        means: fits[own.lowerBound + series].means)
    }
  }

  mutating func coherent(_ settings: ForecastSettings) -> [NodeForecast] {
    replaceUntrusted()
    let sums = Coherence.means(
      hierarchy.series.indices.map(means(of:)), members: hierarchy.members,
      horizon: settings.horizon)
    noteLastSteps(sums)
    return hierarchy.nodes.indices.map { node in
      let fit = fitOrSum(node, sums[node])
      var quantiles = settings.quantiles.map { _ in [Double]() }
      for (lead, mean) in sums[node].enumerated() {
        let values = fit.spread.quantiles(
          settings.quantiles, mean: Double(mean) / Coherence.thousandths, lead: lead + 1)
        for (place, value) in values.enumerated() { quantiles[place].append(value) }
      }
      return NodeForecast(
        node: hierarchy.nodes[node], tier: fit.tier, reason: fit.reason,
        means: sums[node], quantiles: quantiles, spread: fit.spread,
        refused: fit.refused, recent: recent(of: node, settings))
    }
  }

  /// A sum whose own history tells nothing, as where no bucket of it is known whole, scatters as
  /// its series do and stands where the largest of them does.
  private func fitOrSum(_ node: Int, _ means: [Int64]) -> Fit {
    let fit = fits[node]
    guard fit.spread == .certain, !own.contains(node), means.contains(where: { $0 > 0 }) else {
      return fit
    }
    let parts = hierarchy.members[node].map { series in
      let means = self.means(of: series)
      return (
        fit: fits[own.lowerBound + series], mean: means.reduce(0, +) / Double(max(1, means.count))
      )
    }
    let largest = parts.max { $0.mean < $1.mean }?.fit
    return Fit(
      tier: largest?.tier ?? fit.tier, reason: "the sum of \(parts.count) series", means: fit.means,
      spread: .sum(parts.map { ($0.fit.spread, $0.mean) }), refused: fit.refused)
  }

  /// What becomes of a fit's own answer, series by series, and what its series make of a sum.
  private mutating func noteLastSteps(_ sums: [[Int64]]) {
    for node in notes.nodes {
      guard own.contains(node) else {
        let count = hierarchy.members[node].count
        notes.step(
          node, .reconciliation, "sum of \(count) series",
          to: sums[node].map { Double($0) / Coherence.thousandths })
        continue
      }
      let series = node - own.lowerBound
      let promoted = promoted(fits[node].means, series)
      notes.step(node, .promotion, "promotion", to: promoted)
      notes.step(node, .price, "price", to: priced(promoted, series))
      notes.step(node, .closure, "closed", to: means(of: series))
    }
  }

  /// Why the forecasts that were asked about are what they are.
  func explanations(days: [Day]) -> [Explanation] {
    notes.nodes.map { node in
      Explanation(
        node: hierarchy.nodes[node], tier: fits[node].tier, reason: fits[node].reason, days: days,
        parts: notes.parts(of: node))
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

internal import Inventory

extension ForecastCells {
  init(_ forecast: NodeForecast, firstDay: Day) {
    self.init(
      node: forecast.node, firstDay: firstDay, means: forecast.means,
      quantiles: forecast.quantiles, spread: forecast.spread, locks: forecast.locks)
  }

  init(_ forecast: PublishedForecast) {
    self.init(
      node: forecast.node, firstDay: forecast.firstDay, means: forecast.means,
      quantiles: forecast.quantiles, spread: forecast.spread, locks: forecast.locks)
  }
}

extension PublishedForecast {
  func with(_ cells: ForecastCells) -> PublishedForecast {
    PublishedForecast(
      node: node, origin: origin, isStale: isStale, tier: tier, reason: reason,
      firstDay: firstDay, means: cells.means, quantiles: cells.quantiles, spread: spread,
      locks: cells.locks)
  }
}

extension ForecastTable {
  /// The same forecasts with other numbers, the nodes in their order.
  ///
  /// - Parameter step: the kind and name of what changed a node.
  func with(
    _ cells: [ForecastCells], step: (ForecastCells) -> (Explanation.Kind, String)
  ) -> ForecastTable {
    let changed = zip(nodes, cells).map { node, cells in
      NodeForecast(
        node: node.node, tier: node.tier, reason: node.reason, means: cells.means,
        quantiles: cells.quantiles, spread: node.spread, refused: node.refused,
        recent: node.recent, locks: cells.locks)
    }
    guard !explanations.isEmpty else {
      return ForecastTable(
        origin: origin, settings: settings, days: days, nodes: changed, fits: fits)
    }
    let places = Dictionary(
      nodes.indices.map { (nodes[$0].node, $0) }, uniquingKeysWith: { first, _ in first })
    let told = explanations.map { explanation -> Explanation in
      guard let place = places[explanation.node] else { return explanation }
      let units = zip(cells[place].means, nodes[place].means).map {
        Double($0 - $1) / Coherence.thousandths
      }
      guard units.contains(where: { $0 != 0 }) else { return explanation }
      let (kind, name) = step(cells[place])
      return explanation.adding(
        Explanation.Part(kind: kind, name: name, scaled: nil, units: units))
    }
    return ForecastTable(
      origin: origin, settings: settings, days: days, nodes: changed, explanations: told,
      fits: fits)
  }
}

extension Explanation {
  fileprivate func adding(_ part: Part) -> Explanation {
    Explanation(node: node, tier: tier, reason: reason, days: days, parts: parts + [part])
  }
}

internal import Forecasting
internal import Inventory

/// The calendar effects that one origin's fits found, to be used from later origins as they are:
/// levels, seasons and echoes move on, coefficients stay.
public struct KeptFits: Sendable {
  /// What was fitted: a node, or the pool of its sparse series.
  private struct Column: Hashable {
    let node: Node
    let isPool: Bool
  }

  private struct Feature: Hashable {
    let kind: String
    let name: String
    let place: Int
    /// Columns of its group: an event that has another number of lags is another event.
    let count: Int
  }

  private let placeOf: [Feature: Int]
  private var coefficients: [Column: [Double]] = [:]

  init(_ plan: FitPlan, hybrids: [Hybrid.Forecast?]) {
    placeOf = Dictionary(
      KeptFits.features(plan.panels.features).enumerated().map { ($1, $0) },
      uniquingKeysWith: { first, _ in first })
    for (place, column) in KeptFits.columns(plan).enumerated() {
      coefficients[column] = hybrids[place]?.coefficients
    }
  }

  /// Per column of a plan, one number per feature: 0 for what the first origin did not know; nil
  /// for columns that it did not fit.
  func coefficients(for plan: FitPlan) -> [[Double]?] {
    let places = KeptFits.features(plan.panels.features).map { placeOf[$0] }
    return KeptFits.columns(plan).map { column in
      coefficients[column].map { known in places.map { $0.map { known[$0] } ?? 0 } }
    }
  }

  private static func columns(_ plan: FitPlan) -> [Column] {
    let dense = plan.columnOf.sorted { $0.value < $1.value }.map {
      Column(node: plan.hierarchy.nodes[$0.key], isPool: false)
    }
    return dense + plan.pools.map { Column(node: plan.hierarchy.nodes[$0.node], isPool: true) }
  }

  private static func features(_ table: FeatureTable) -> [Feature] {
    table.groups.flatMap { group in
      group.columns.indices.map {
        Feature(
          kind: group.kind.rawValue, name: group.name, place: $0, count: group.columns.count)
      }
    }
  }
}

internal import Inventory

/// How much of the forecast in use goes into the next one.
public enum BlendChoice: Hashable, Sendable {
  /// From 0, nothing, to 1, all of it.
  case weight(Double)
  /// What past origins were forecast best with; see `BlendTrial`.
  case backtest

  public static let none = BlendChoice.weight(0)
}

/// A share of an earlier run's forecasts in new ones, so that plans do not jump without a reason.
///
/// A series' day becomes (1 − w) new + w earlier, mean and quantiles alike, on the days that both
/// cover. A day of which just one of them says exactly nothing, as of a closure, stays the new
/// one's, and so does a series that the earlier run carried over because its region was behind.
public struct Blend: Sendable {
  public let weight: Double
  private let earlier: EarlierForecasts

  /// - Parameter weight: above 0, at most 1.
  public init(weight: Double, of earlier: EarlierForecasts) {
    precondition(weight > 0 && weight <= 1, "a blend's weight is a share")
    self.weight = weight
    self.earlier = earlier
  }

  /// The earlier run.
  public var run: Int { earlier.run }

  /// The table with its share of the earlier run, sums following, in `explanations` too.
  public func blending(_ table: ForecastTable) -> ForecastTable {
    guard let first = table.days.first else { return table }
    let mixture = CellMixture(sources: [earlier], probabilities: table.settings.quantiles)
    var cells = table.nodes.map { ForecastCells($0, firstDay: first) }
    mixture.mix(&cells, shares: shares)
    return table.with(cells) { _ in (.blend, "\(weight) of run \(run)") }
  }

  private func shares(of cells: ForecastCells) -> [CellMixture.Share?] {
    guard let said = earlier.forecast(of: cells.node), !said.isStale else { return [] }
    let share = CellMixture.Share(source: 0, weight: weight, lock: 0)
    return cells.means.enumerated().map { lead, mean in
      let place = cells.firstDay + lead - said.firstDay
      guard said.means.indices.contains(place), (mean == 0) == (said.means[place] == 0) else {
        return nil
      }
      return share
    }
  }
}

/// What becomes of fitted forecasts before they are published: first the blend, then the locks.
public struct Steadying: Sendable {
  /// Nil blends nothing.
  public let blend: Blend?
  public let held: HeldForecasts

  public init(blend: Blend?, held: HeldForecasts = HeldForecasts()) {
    self.blend = blend
    self.held = held
  }

  public func steadied(_ fitted: ForecastTable) -> ForecastTable {
    held.holding(blend?.blending(fitted) ?? fitted)
  }
}

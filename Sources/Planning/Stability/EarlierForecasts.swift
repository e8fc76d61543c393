internal import Forecasting
internal import Inventory

/// What an earlier run said, to be said again.
public struct EarlierForecasts: Sendable {
  /// A series as forecasts name it: its category and region may have become others since.
  struct Place: Hashable {
    let item: ItemCode?
    let location: LocationCode?
  }

  public let run: Int
  private let probabilities: [Double]
  private let forecasts: [PublishedForecast]
  private let ofSeries: [Place: Int]
  private let ofSums: [Node: Int]

  /// - Parameter quantiles: the probabilities of the forecasts' quantiles.
  public init(run: Int, quantiles: [Double], _ forecasts: [PublishedForecast]) {
    self.run = run
    self.forecasts = forecasts
    probabilities = quantiles
    var (series, sums) = ([Place: Int](), [Node: Int]())
    for (place, forecast) in forecasts.enumerated() {
      if forecast.node.level == .itemLocation {
        series[Place(forecast.node)] = place
      } else {
        sums[forecast.node] = place
      }
    }
    (ofSeries, ofSums) = (series, sums)
  }

  /// Where a node's forecast stands, if it has one.
  func forecast(of node: Node) -> PublishedForecast? {
    let place = node.level == .itemLocation ? ofSeries[Place(node)] : ofSums[node]
    return place.map { forecasts[$0] }
  }

  /// The day's quantiles for the probabilities asked for: those that were published where they are
  /// the same, else drawn again from the spread around the published mean.
  func quantiles(_ wanted: [Double], of forecast: PublishedForecast, at lead: Int) -> [Double] {
    if wanted == probabilities, forecast.quantiles.allSatisfy({ $0.indices.contains(lead) }) {
      return forecast.quantiles.map { $0[lead] }
    }
    return forecast.spread.quantiles(
      wanted, mean: Double(forecast.means[lead]) / Coherence.thousandths, lead: lead + 1)
  }
}

extension EarlierForecasts.Place {
  init(_ node: Node) { (item, location) = (node.item, node.location) }
}

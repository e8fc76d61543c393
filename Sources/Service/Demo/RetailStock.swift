internal import Inventory

/// One day of one item at one location, as it truly was.
struct RetailDay {
  let day: Day
  /// Units that came in before the day opened; below zero where a surplus went back.
  let delivered: Int
  /// Units sold: what was wanted, or what was left.
  let sold: Int
  /// At the day's end.
  let onHand: Int
  let onOrder: Int
  /// Put aside for customers who ordered ahead.
  let reserved: Int
}

/// Stock of the generated retailer, delivery by delivery.
///
/// Each delivery brings the shelf to a planned level, whatever was left; so any day follows from
/// its last delivery alone. The level covers less than two review periods: a delivery that fails
/// leads to a stockout. Orders are seen as on order for the lead time before they arrive.
struct RetailStock {
  private let parameters: RetailerParameters
  private let assortment: RetailAssortment
  private let demand: RetailDemand

  init(
    _ parameters: RetailerParameters, _ assortment: RetailAssortment, _ demand: RetailDemand
  ) {
    self.parameters = parameters
    self.assortment = assortment
    self.demand = demand
  }

  /// Days between deliveries.
  func reviewPeriodDays(_ item: Int) -> Int {
    var draws = SeededDraws(parameters.seed, .order, item)
    return draws.chance(0.6) ? 7 : 14
  }

  /// Shorter than the review period, so that at most one order is open.
  func leadTimeDays(_ item: Int) -> Int {
    var draws = SeededDraws(parameters.seed, .order, item, 1)
    return reviewPeriodDays(item) == 7 ? 2 + draws.index(4) : 3 + draws.index(7)
  }

  /// Every day of the stretch on which the item is sold.
  func each(
    _ pair: RetailAssortment.Pair, in days: ClosedRange<Day>, _ body: (RetailDay) -> Void
  ) {
    let period = reviewPeriodDays(pair.item)
    var phase = SeededDraws(parameters.seed, .delivery, pair.item, pair.place)
    let shift = phase.index(period)
    var cycle = (Int(days.lowerBound.ordinal) + shift) / period
    while fails(pair, cycle) { cycle -= 1 }
    var day = Day(ordinal: Int32(cycle * period - shift))
    var onHand = 0
    while day <= days.upperBound {
      let sinceDelivery = (Int(day.ordinal) + shift) % period
      let cycle = (Int(day.ordinal) + shift) / period
      var delivered = 0
      if sinceDelivery == 0, !fails(pair, cycle) {
        delivered = plannedLevel(pair, on: day) - onHand
      }
      onHand += delivered
      let sold = min(demand.wanted(pair, on: day), onHand)
      onHand -= sold
      if day >= days.lowerBound, demand.isSold(pair, on: day) {
        let order = onOrder(pair, day, daysLeft: period - sinceDelivery - 1, cycle, onHand)
        body(
          RetailDay(
            day: day, delivered: delivered, sold: sold, onHand: onHand, onOrder: order,
            reserved: reserved(pair, day, onHand)))
      }
      day = day + 1
    }
  }

  /// Whether nothing comes at the beginning of a cycle; never twice in a row.
  private func fails(_ pair: RetailAssortment.Pair, _ cycle: Int) -> Bool {
    func drawn(_ cycle: Int) -> Bool {
      var draws = SeededDraws(parameters.seed, .delivery, pair.item, pair.place, cycle)
      return draws.chance(parameters.failedDeliveryRate)
    }
    return drawn(cycle) && !drawn(cycle - 1)
  }

  /// Planned demand of somewhat less than two review periods and a margin, in whole packs.
  private func plannedLevel(_ pair: RetailAssortment.Pair, on day: Day) -> Int {
    let product = assortment.products[pair.item].parameters
    let periods =
      switch product.demand {
      case .smooth: 1.75
      case .erratic: 2.3
      case .intermittent: 3.2
      case .lumpy: 4.0
      }
    let period = Double(reviewPeriodDays(pair.item))
    let units = max(demand.plannedRate(pair, on: day) * period * periods, product.rate)
    return Int((units / Double(product.packSize)).rounded(.up)) * product.packSize
  }

  private func onOrder(
    _ pair: RetailAssortment.Pair, _ day: Day, daysLeft: Int, _ cycle: Int, _ onHand: Int
  ) -> Int {
    var draws = SeededDraws(parameters.seed, .order, pair.item, pair.place, cycle)
    let lead = Double(leadTimeDays(pair.item))
    let seen = draws.chance(parameters.lateOrderRate) ? Int(lead * 0.4) : Int(lead)
    guard daysLeft < seen else { return 0 }
    let rate = demand.plannedRate(pair, on: day)
    let leftThen = max(0, Double(onHand) - rate * Double(daysLeft))
    let pack = assortment.products[pair.item].parameters.packSize
    let missing = max(0, Double(plannedLevel(pair, on: day)) - leftThen)
    return Int((missing / Double(pack)).rounded()) * pack
  }

  private func reserved(_ pair: RetailAssortment.Pair, _ day: Day, _ onHand: Int) -> Int {
    var draws = SeededDraws(
      parameters.seed, .stock, Int(day.ordinal), pair.item, pair.place)
    return min(onHand, draws.poisson(demand.plannedRate(pair, on: day) * 0.05))
  }
}

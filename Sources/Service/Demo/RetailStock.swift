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
/// its last delivery alone. Two deliveries that fail in a row lead to a stockout. Orders are seen
/// as on order for the lead time before they arrive.
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

  /// Whether nothing comes at the beginning of a cycle: two cycles, and then it comes again.
  private func fails(_ pair: RetailAssortment.Pair, _ cycle: Int) -> Bool {
    func drawn(_ cycle: Int) -> Bool {
      var draws = SeededDraws(parameters.seed, .delivery, pair.item, pair.place, cycle)
      return draws.chance(parameters.failedDeliveryRate)
    }
    func begins(_ cycle: Int) -> Bool {
      drawn(cycle) && !drawn(cycle - 1) && !drawn(cycle - 2)
    }
    return begins(cycle) || begins(cycle - 1)
  }

  /// What a buyer would have on the shelf after a delivery, in whole packs: two review periods of
  /// planned demand, and a margin for the time from one order to the arrival of the next.
  private func plannedLevel(_ pair: RetailAssortment.Pair, on day: Day) -> Int {
    let product = assortment.products[pair.item].parameters
    let margin =
      switch product.demand {
      case .smooth: 0.5
      case .erratic: 1.2
      case .intermittent: 1.5
      case .lumpy: 2.0
      }
    let period = Double(reviewPeriodDays(pair.item))
    let days = 2 * period + margin * (period + Double(leadTimeDays(pair.item)))
    let units = max(demand.plannedRate(pair, on: day) * days, product.rate)
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

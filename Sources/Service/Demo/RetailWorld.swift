internal import Inventory

/// The generated retailer over a stretch of days: what truly happened, and what was reported.
struct RetailWorld {
  let parameters: RetailerParameters
  let assortment: RetailAssortment
  let calendar: RetailCalendar
  let stock: RetailStock
  let demand: RetailDemand
  let planted: [PlantedAbnormality]

  /// - Parameter days: the days that will be asked for, calendar included.
  init(_ parameters: RetailerParameters, _ assortment: RetailAssortment, days: ClosedRange<Day>) {
    self.parameters = parameters
    self.assortment = assortment
    // A delivery up to eight weeks earlier decides what is left.
    let known = (days.lowerBound - 60)...days.upperBound
    calendar = RetailCalendar(parameters, assortment, days: known)
    planted = PlantedAbnormality.all(parameters, assortment, in: known)
    demand = RetailDemand(parameters, assortment, calendar, planted: planted)
    stock = RetailStock(parameters, assortment, demand)
  }

  /// What an item sells at on a day.
  func price(_ item: Int, on day: Day) -> Double { demand.price(item, on: day) }

  /// Every day of a pair with the quantity its source reports in the end.
  func each(
    _ pair: RetailAssortment.Pair, in days: ClosedRange<Day>,
    _ body: (_ reported: Int, RetailDay) -> Void
  ) {
    let errors = planted.filter { $0.place == pair.place && !$0.kind.isReal }
    var previous = 0
    stock.each(pair, in: (days.lowerBound - 1)...days.upperBound) { day in
      if day.day >= days.lowerBound {
        body(reported(pair, day, previous: previous, errors), day)
      }
      previous = day.sold
    }
  }

  private func reported(
    _ pair: RetailAssortment.Pair, _ day: RetailDay, previous: Int,
    _ errors: [PlantedAbnormality]
  ) -> Int {
    var quantity = day.sold
    for error in errors where error.touches(pair, on: day.day) {
      switch error.kind {
      case .levelJump: break
      case .deadWarehouse: quantity = 0
      case .doubledDays: quantity *= 2
      case .unitChange:
        let pack = assortment.products[pair.item].parameters.packSize
        quantity = (quantity + pack / 2) / pack
      case .shiftedDay:
        if day.day == error.days.lowerBound {
          quantity = 0
        } else {
          quantity = previous + (day.day == error.days.upperBound ? day.sold : 0)
        }
      }
    }
    return quantity
  }

  /// A source whose reports were wrong at first, and are corrected two days later.
  func isCorrected(source: Int, on day: Day) -> Bool {
    var draws = SeededDraws(parameters.seed, .correction, source, Int(day.ordinal))
    return draws.chance(parameters.correctionRate)
  }

  /// What was reported at first, where that was wrong; nil where it was right.
  func firstReport(_ pair: RetailAssortment.Pair, on day: Day, _ quantity: Int) -> Int? {
    let source = assortment.places[pair.place].source
    guard quantity > 1, isCorrected(source: source, on: day) else { return nil }
    var draws = SeededDraws(
      parameters.seed, .correction, Int(day.ordinal), pair.item, pair.place + 1)
    guard draws.chance(parameters.correctedRowShare) else { return nil }
    return draws.chance(0.7) ? quantity / 2 : quantity * 2
  }

  /// The last day of the outage in which a day lies, if its source was out of reach then: three
  /// days in every three weeks.
  func outageEnd(source: Int, on day: Day) -> Day? {
    guard parameters.sources[source].isLate else { return nil }
    let (span, within) = Int(day.ordinal).quotientAndRemainder(dividingBy: 21)
    var draws = SeededDraws(parameters.seed, .duplicate, source, span, 1)
    let start = draws.index(19)
    return (start...start + 2).contains(within) ? day + (start + 2 - within) : nil
  }
}

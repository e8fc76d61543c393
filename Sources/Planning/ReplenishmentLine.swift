import Forecasting
import Inventory

extension OrderLine {
  /// A series' line with the demand it was made from, which its region's sum needs again.
  struct Part: Sendable {
    let line: OrderLine
    let series: Series
    let window: DemandWindow

    init(_ input: ReplenishmentInput, basis: ProcurementReport.Basis, paths: Int) {
      let ahead = DemandAhead(means: input.means, skipping: basis.passedDays)
      let interval = input.terms.flatMap(ProtectionInterval.init)
      window = DemandWindow(ahead, interval: interval, horizon: basis.horizon)
      series = input.series
      let sample = ReplenishmentSample(
        [window], spread: input.spread, firstLead: basis.passedDays + 1, paths: paths,
        seed: basis.seed(series.item, series.location))
      var line = OrderLine(
        node: Node(.itemLocation, of: series), tier: input.tier,
        forecast: Amount(ahead.total(days: window.days)))
      line.describe(input)
      line.forecastDays = Amount(window.days)
      line.quantiles = basis.quantiles.map { Amount(sample.quantile($0)) }
      line.take(input.stock, ahead: ahead)
      line.take(input.terms, interval: interval, sample: sample)
      line.note(input, window: window, basis)
      self.line = line
    }
  }

  private mutating func describe(_ input: ReplenishmentInput) {
    itemName = input.itemName
    unit = input.unit
    completeThrough = input.completeThrough
    isStale = input.isStale
  }

  private mutating func take(_ stock: StockSnapshot?, ahead: DemandAhead) {
    guard let stock else { return }
    let (held, coming, spoken) = (
      Amount(stock.onHand), Amount(stock.onOrder), Amount(stock.reserved)
    )
    (onHand, onOrder, reserved) = (held, coming, spoken)
    inventoryPosition = held + coming - spoken
    stockAsOf = stock.asOf
    daysOfSupply = Self.daysOfSupply(held - spoken, ahead: ahead)
  }

  private mutating func take(
    _ terms: Terms?, interval: ProtectionInterval?, sample: ReplenishmentSample
  ) {
    guard let terms else { return }
    supplier = terms.supplier
    unitCost = terms.unitCost
    serviceLevel = terms.serviceLevel
    leadTimeDays = terms.leadTimeDays.map { Amount($0) }
    leadTimeDeviationDays = terms.leadTimeDeviationDays.map { Amount($0) }
    reviewPeriodDays = terms.reviewPeriodDays.map { Amount($0) }
    guard let interval else { return }
    reviewPeriodDays = Amount(interval.reviewPeriodDays)
    let levels = ReplenishmentLevels(
      mean: forecast, interval: interval, serviceLevel: terms.serviceLevel, sample: sample)
    (safetyStock, reorderPoint, orderUpTo) = (
      levels.safetyStock, levels.reorderPoint, levels.orderUpTo
    )
    suggestedOrder = inventoryPosition.map { levels.order(position: $0, terms: terms) }
  }

  private mutating func note(
    _ input: ReplenishmentInput, window: DemandWindow, _ basis: ProcurementReport.Basis
  ) {
    if let stock = input.stock {
      // A count of the day before, in whichever time zone, is what a nightly sync brings.
      let age = basis.asOf - stock.asOf.day
      if age > 1 { notes.append(.stockCounted(daysBefore: age)) }
    } else {
      notes.append(.noStockRecord)
    }
    if window.interval == nil {
      notes.append(input.terms?.leadTimeDays == nil ? .noLeadTime : .intervalTooLong)
    } else if input.terms?.reviewPeriodDays == nil {
      notes.append(.dailyReviewAssumed)
    }
    let extended = window.ahead.extensionDays(of: window.days)
    if extended > 0 { notes.append(.forecastExtended(days: extended)) }
    let ahead = input.locks.dropFirst(basis.passedDays).prefix(Int(window.days.rounded(.up)))
    let locked = ahead.count { $0 > 0 }
    if locked > 0 { notes.append(.locked(days: locked)) }
  }

  static func daysOfSupply(_ available: Amount, ahead: DemandAhead) -> Amount {
    let days = ahead.daysUntilConsumed(available.value, limit: longestDaysOfSupply)
    // A hair is added so that 2.3 in binary is not read as 2.2.
    return Amount(thousandths: Int64((days * 10 + 1e-6).rounded(.down)) * 100)
  }
}

import Inventory
import Planning

/// One column of the CSV form, one key of a line in the JSON form.
struct ReportField: Sendable {
  /// A value as both forms need it: nil is empty in CSV and null in JSON.
  enum Value: Hashable, Sendable {
    case text(String?)
    /// A decimal number's text.
    case number(String?)
    case flag(Bool)
    case list([String])
  }

  let name: String
  let value: @Sendable (OrderLine) -> Value

  init(_ name: String, _ value: @escaping @Sendable (OrderLine) -> Value) {
    self.name = name
    self.value = value
  }

  static func amount(
    _ name: String, _ amount: @escaping @Sendable (OrderLine) -> Amount?
  ) -> ReportField {
    ReportField(name) { .number(amount($0)?.description) }
  }

  /// In the order in which they are written.
  static func all(for basis: ProcurementReport.Basis) -> [ReportField] {
    identity(basis) + freshness(basis) + stock + terms + demand(basis) + decision
  }

  private static func identity(_ basis: ProcurementReport.Basis) -> [ReportField] {
    [
      ReportField("region") { _ in .text(basis.region.text) },
      ReportField("level") { .text($0.node.level.rawValue) },
      ReportField("item") { .text($0.node.item?.text) },
      ReportField("location") { .text($0.node.location?.text) },
      ReportField("name") { .text($0.itemName) },
      ReportField("category") { .text($0.node.category?.text) },
      ReportField("unit") { .text($0.unit) },
      ReportField("supplier") { .text($0.supplier) },
    ]
  }

  private static func freshness(_ basis: ProcurementReport.Basis) -> [ReportField] {
    [
      ReportField("as_of") { _ in .text(basis.asOf.description) },
      ReportField("origin") { _ in .text(basis.origin.description) },
      ReportField("run") { _ in .number(String(basis.run)) },
      ReportField("tier") { .text($0.tier.rawValue) },
      ReportField("complete_through") { .text($0.completeThrough?.description) },
      ReportField("stale") { .flag($0.isStale) },
    ]
  }

  private static let stock = [
    amount("on_hand") { $0.onHand },
    amount("on_order") { $0.onOrder },
    amount("reserved") { $0.reserved },
    amount("inventory_position") { $0.inventoryPosition },
    ReportField("stock_as_of") { .text($0.stockAsOf?.description) },
  ]

  private static let terms = [
    ReportField("unit_cost") { .number($0.unitCost) },
    ReportField("service_level") { .number($0.serviceLevel.map { "\($0)" }) },
    amount("lead_time_days") { $0.leadTimeDays },
    amount("lead_time_sd_days") { $0.leadTimeDeviationDays },
    amount("review_period_days") { $0.reviewPeriodDays },
  ]

  private static func demand(_ basis: ProcurementReport.Basis) -> [ReportField] {
    [amount("forecast_days") { $0.forecastDays }, amount("forecast") { $0.forecast }]
      + basis.quantiles.enumerated().map { position, quantile in
        amount("q\(quantile)") { $0.quantiles?[position] }
      }
  }

  private static let decision = [
    amount("safety_stock") { $0.safetyStock },
    amount("reorder_point") { $0.reorderPoint },
    amount("order_up_to") { $0.orderUpTo },
    amount("days_of_supply") { $0.daysOfSupply },
    amount("suggested_order") { $0.suggestedOrder },
    ReportField("urgent") { .flag($0.isUrgent) },
    ReportField("notes") { .list($0.notes.map(\.code)) },
  ]
}

extension OrderLine.Note {
  /// Stable, for programs.
  var code: String {
    switch self {
    case .noStockRecord: "no-stock-record"
    case .stockCounted(let days): "stock-counted-\(days)-days-before"
    case .noLeadTime: "no-lead-time"
    case .intervalTooLong: "interval-too-long"
    case .dailyReviewAssumed: "daily-review-assumed"
    case .forecastExtended(let days): "forecast-extended-\(days)-days"
    case .locked(let days): "locked-\(days)-days"
    case .partsWithoutSuggestion(let withheld, let all): "no-suggestion-for-\(withheld)-of-\(all)"
    }
  }

  /// For the foot of a table; the same for all lines that carry the note.
  var explanation: String {
    switch self {
    case .noStockRecord: "no stock record: on hand is unknown, so nothing is suggested"
    case .stockCounted:
      "stock was counted days before the report's day: what was sold since is not taken off"
    case .noLeadTime:
      "no lead time: the forecast sums the days of its horizon, and nothing is suggested"
    case .intervalTooLong: "lead time and review period pass three years: nothing is suggested"
    case .dailyReviewAssumed: "no review period: reviewed daily"
    case .forecastExtended:
      "needs more days than are forecast: the mean of the last 7 forecast days fills the rest"
    case .locked: "days whose forecast is locked, as for orders already placed"
    case .partsWithoutSuggestion:
      "leaves out locations without a suggestion, because something of theirs is unknown"
    }
  }
}

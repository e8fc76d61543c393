/// Every column of the formats: a header's name in CSV, a key in NDJSON.
public enum Column: String, CaseIterable, Hashable, Sendable {
  case item, location, region, category, name, unit
  case packSize = "pack_size"
  case launched, ended, predecessor
  case timeZone = "time_zone"
  case freshness
  case closedWeekdays = "closed_weekdays"
  case day, kind, supplier
  case leadTimeDays = "lead_time_days"
  case leadTimeDeviationDays = "lead_time_sd_days"
  case reviewPeriodDays = "review_period_days"
  case minimumOrderQuantity = "minimum_order_quantity"
  case orderMultiple = "order_multiple"
  case unitCost = "unit_cost"
  case serviceLevel = "service_level"
  case from, price, promotion, quantity, revision
  case asOf = "as_of"
  case onHand = "on_hand"
  case onOrder = "on_order"
  case reserved
  case id, at
  case undoes = "of"
}

/// What a file holds.
public enum SyncKind: String, CaseIterable, Hashable, Sendable {
  case items, locations, calendar, terms, prices, demand, stock, movements

  /// The columns that are read; all others of the formats are passed over.
  public var columns: [Column] {
    switch self {
    case .items:
      [
        .item, .name, .category, .unit, .packSize, .launched, .ended, .predecessor, .revision,
      ]
    case .locations:
      [.location, .region, .name, .timeZone, .freshness, .closedWeekdays, .revision]
    case .calendar: [.day, .name, .kind, .region, .location, .item, .category, .revision]
    case .terms:
      [
        .item, .location, .supplier, .leadTimeDays, .leadTimeDeviationDays, .reviewPeriodDays,
        .minimumOrderQuantity, .orderMultiple, .unitCost, .serviceLevel, .revision,
      ]
    case .prices: [.item, .from, .price, .location, .region, .promotion, .revision]
    case .demand: [.item, .location, .day, .quantity, .revision, .unit]
    case .stock: [.item, .location, .asOf, .onHand, .onOrder, .reserved, .revision, .unit]
    case .movements:
      [.id, .kind, .item, .location, .at, .quantity, .undoes, .revision, .unit]
    }
  }

  /// Whether a push may say up to which day its source has sent everything.
  public var maySayComplete: Bool { self == .demand || self == .movements }

  /// The columns without which a file is refused.
  public var requiredColumns: [Column] {
    switch self {
    case .items: [.item]
    case .locations: [.location, .region]
    case .calendar: [.day, .name]
    case .terms: [.item]
    case .prices: [.item, .from, .price]
    case .demand: [.item, .location, .day, .quantity]
    case .stock: [.item, .location, .asOf, .onHand]
    case .movements: [.id, .kind, .item, .location, .at, .quantity]
    }
  }
}

internal import Inventory
internal import Storage

// What a file does not speak of stays as it is: for each column that it lacks, the standing value
// is taken over.

extension Item {
  static func carries(_ absent: Set<Column>) -> [Carry<Item>] {
    Column.carries(absent) { column in
      switch column {
      case .name: { $0.name = $1.name }
      case .category: { $0.category = $1.category }
      case .unit: { $0.unit = $1.unit }
      case .packSize: { $0.packSize = $1.packSize }
      case .launched: { $0.launched = $1.launched }
      case .ended: { $0.ended = $1.ended }
      case .predecessor: { $0.predecessor = $1.predecessor }
      default: nil
      }
    }
  }
}

extension Location {
  static func carries(_ absent: Set<Column>) -> [Carry<Location>] {
    Column.carries(absent) { column in
      switch column {
      case .name: { $0.name = $1.name }
      case .timeZone: { $0.timeZone = $1.timeZone }
      case .freshness: { $0.freshness = $1.freshness }
      case .closedWeekdays: { $0.closedWeekdays = $1.closedWeekdays }
      default: nil
      }
    }
  }
}

extension Terms {
  static func carries(_ absent: Set<Column>) -> [Carry<Terms>] {
    Column.carries(absent) { column in
      switch column {
      case .supplier: { $0.supplier = $1.supplier }
      case .leadTimeDays: { $0.leadTimeDays = $1.leadTimeDays }
      case .leadTimeDeviationDays: { $0.leadTimeDeviationDays = $1.leadTimeDeviationDays }
      case .reviewPeriodDays: { $0.reviewPeriodDays = $1.reviewPeriodDays }
      case .minimumOrderQuantity: { $0.minimumOrderQuantity = $1.minimumOrderQuantity }
      case .orderMultiple: { $0.orderMultiple = $1.orderMultiple }
      case .unitCost: { $0.unitCost = $1.unitCost }
      case .serviceLevel: { $0.serviceLevel = $1.serviceLevel }
      default: nil
      }
    }
  }
}

extension Price {
  static func carries(_ absent: Set<Column>) -> [Carry<Price>] {
    Column.carries(absent) { column in
      switch column {
      case .promotion: { $0.isPromotion = $1.isPromotion }
      default: nil
      }
    }
  }
}

extension Column {
  fileprivate static func carries<Fact>(
    _ absent: Set<Column>, _ carry: (Column) -> Carry<Fact>?
  ) -> [Carry<Fact>] {
    allCases.filter(absent.contains).compactMap(carry)
  }
}

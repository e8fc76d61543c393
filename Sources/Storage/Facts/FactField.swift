public import Inventory

/// One field of a kind of fact. Each field is a register of its own: it stands with the revision of
/// the row that said it last, whatever the rest of the fact does.
struct FactField<Content>: Sendable {
  /// As in the formats.
  let name: String
  let isSame: @Sendable (Content, Content) -> Bool
  let canonicalBytes: @Sendable (Content) -> [UInt8]
  /// Takes the field over from another content.
  let take: @Sendable (inout Content, _ other: Content) -> Void

  init<Value: FieldValue>(_ name: String, _ path: any WritableKeyPath<Content, Value> & Sendable) {
    self.name = name
    isSame = { $0[keyPath: path].isSame(as: $1[keyPath: path]) }
    canonicalBytes = { $0[keyPath: path].canonicalBytes }
    take = { $0[keyPath: path] = $1[keyPath: path] }
  }
}

/// What a fact says, apart from what it is about and its revision.
protocol FactContent: Sendable {
  /// At most 32, in a fixed order.
  static var fields: [FactField<Self>] { get }
}

extension FactContent where Self: FieldValue {
  /// A content that is told as a whole is its only field.
  static var fields: [FactField<Self>] { [FactField("content", \.self)] }
}

extension CalendarEvent.Kind: FactContent {}
extension StockSnapshot: FactContent {}

/// A fact of several fields, of which a row may say some and leave the others as they are.
public protocol PartialFact {
  /// In the order of their numbers in `SaidFields`.
  static var fieldNames: [String] { get }
}

/// The fields of a fact that a row speaks of.
public struct SaidFields: Hashable, Sendable {
  /// Bit *n* is the kind's field *n*.
  let bits: UInt32

  public static let all = SaidFields(Array(repeating: true, count: 32))

  /// - Parameter said: whether the row speaks of it, for each of the kind's fields.
  public init(_ said: [Bool]) {
    bits = said.enumerated().reduce(0) { $1.element ? $0 | 1 << UInt32($1.offset) : $0 }
  }

  /// Those among the first fields.
  func bits(of count: Int) -> UInt32 { bits & UInt32.max >> UInt32(32 - count) }
}

extension Item: FactContent, PartialFact {
  static let fields: [FactField<Item>] = [
    FactField("name", \.name), FactField("category", \.category), FactField("unit", \.unit),
    FactField("pack_size", \.packSize), FactField("launched", \.launched),
    FactField("ended", \.ended), FactField("predecessor", \.predecessor),
  ]
  public static var fieldNames: [String] { fields.map(\.name) }
}

extension Location: FactContent, PartialFact {
  static let fields: [FactField<Location>] = [
    FactField("region", \.region), FactField("name", \.name),
    FactField("time_zone", \.timeZone), FactField("freshness", \.freshness),
    FactField("closed_weekdays", \.closedWeekdays),
  ]
  public static var fieldNames: [String] { fields.map(\.name) }
}

extension Terms: FactContent, PartialFact {
  static let fields: [FactField<Terms>] = [
    FactField("supplier", \.supplier), FactField("lead_time_days", \.leadTimeDays),
    FactField("lead_time_sd_days", \.leadTimeDeviationDays),
    FactField("review_period_days", \.reviewPeriodDays),
    FactField("minimum_order_quantity", \.minimumOrderQuantity),
    FactField("order_multiple", \.orderMultiple), FactField("unit_cost", \.decimalCost),
    FactField("service_level", \.serviceLevel),
  ]
  public static var fieldNames: [String] { fields.map(\.name) }

  fileprivate var decimalCost: DecimalText? {
    get { unitCost.map(DecimalText.init) }
    set { unitCost = newValue?.text }
  }
}

extension Price: FactContent, PartialFact {
  static let fields: [FactField<Price>] = [
    FactField("price", \.decimalAmount), FactField("promotion", \.isPromotion),
  ]
  public static var fieldNames: [String] { fields.map(\.name) }

  fileprivate var decimalAmount: DecimalText {
    get { DecimalText(text: amount) }
    set { amount = newValue.text }
  }
}

internal import Foundation
internal import Inventory
internal import Storage

extension Item: ReadableFact {
  static var syncKind: SyncKind { .items }

  init(_ values: RowValues) throws(RejectionReason) {
    self.init(code: try values.requiredCode(.item))
    name = try values.text(.name)
    category = try values.code(.category)
    unit = try values.text(.unit)
    packSize = try values.number(.packSize, .pack)
    launched = try values.day(.launched)
    ended = try values.day(.ended)
    predecessor = try values.code(.predecessor)
    if let launched, let ended, ended < launched {
      throw .endsBeforeLaunch(launched: launched)
    }
  }
}

extension Location: ReadableFact {
  static var syncKind: SyncKind { .locations }

  init(_ values: RowValues) throws(RejectionReason) {
    self.init(
      code: try values.requiredCode(.location), region: try values.requiredCode(.region))
    name = try values.text(.name)
    if let zone = try values.text(.timeZone) {
      guard TimeZone(identifier: zone) != nil else { throw .invalidTimeZone }
      timeZone = zone
    }
    if let duration = try values.text(.freshness) {
      guard let promised = Freshness(duration) else { throw .invalidDuration }
      freshness = promised
    }
    if let names = try values.text(.closedWeekdays) {
      guard let days = Weekdays(names) else { throw .invalidWeekdays }
      closedWeekdays = days
    }
  }
}

extension CalendarEvent: ReadableFact {
  static var syncKind: SyncKind { .calendar }

  init(_ values: RowValues) throws(RejectionReason) {
    let day = try values.requiredDay(.day)
    guard let name = try values.text(.name) else { throw .missingValue(.name) }
    var kind = Kind.event
    if let text = try values.text(.kind) {
      guard let said = Kind(rawValue: text) else { throw .invalidKind }
      kind = said
    }
    let scope = Scope(
      region: try values.code(.region), location: try values.code(.location),
      item: try values.code(.item), category: try values.code(.category))
    if kind == .open, scope.item != nil || scope.category != nil { throw .openForItems }
    self.init(day: day, name: name, kind: kind, scope: scope)
  }
}

extension Terms: ReadableFact {
  static var syncKind: SyncKind { .terms }

  init(_ values: RowValues) throws(RejectionReason) {
    self.init(item: try values.requiredCode(.item), location: try values.code(.location))
    supplier = try values.text(.supplier)
    leadTimeDays = try values.number(.leadTimeDays, .days)
    leadTimeDeviationDays = try values.number(.leadTimeDeviationDays, .days)
    reviewPeriodDays = try values.number(.reviewPeriodDays, .days)
    minimumOrderQuantity = try values.number(.minimumOrderQuantity, .notNegative)
    orderMultiple = try values.number(.orderMultiple, .positive)
    unitCost = try values.money(.unitCost)
    serviceLevel = try values.number(.serviceLevel, .serviceLevel) ?? Terms.defaultServiceLevel
  }
}

extension Price: ReadableFact {
  static var syncKind: SyncKind { .prices }

  init(_ values: RowValues) throws(RejectionReason) {
    let item: ItemCode = try values.requiredCode(.item)
    let from = try values.requiredDay(.from)
    guard let amount = try values.money(.price) else { throw .missingValue(.price) }
    self.init(
      item: item, from: from, amount: amount, location: try values.code(.location),
      region: try values.code(.region), isPromotion: try values.flag(.promotion) ?? false)
  }
}

/// What a location held of an item, as its source says it.
struct StockRow: Hashable, Sendable {
  let item: ItemCode
  let location: LocationCode
  /// When the count was taken.
  let asOf: WrittenTime
  let onHand: Double
  let onOrder: Double
  let reserved: Double
  let revision: Revision?
  /// What the quantities are counted in; nil for the item's own unit.
  let unit: String?

  /// The snapshot. `instant` gives the moment that a row without one means at its location; for a
  /// bare day the last microsecond of it: so the snapshot is in force at that day's end and at the
  /// next one's start, and its own civil date is still the day that was named.
  func snapshot(instant: (WrittenTime) -> Instant) -> StockSnapshot {
    StockSnapshot(asOf: instant(asOf), onHand: onHand, onOrder: onOrder, reserved: reserved)
  }
}

extension ZoneClock {
  /// The moment that a row means at a location in this zone.
  func instant(of time: WrittenTime, zone: String?) -> Instant {
    switch time {
    case .instant(let instant): instant
    case .endOfDay(let day): endOfDay(day, zone: zone)
    case .local(let day, let second): self.instant(of: day, second: second, zone: zone)
    }
  }
}

extension StockRow: ReadableFact {
  static var syncKind: SyncKind { .stock }

  init(_ values: RowValues) throws(RejectionReason) {
    item = try values.requiredCode(.item)
    location = try values.requiredCode(.location)
    guard let moment = try values.asOf(.asOf) else { throw .missingValue(.asOf) }
    asOf = moment
    onHand = try values.requiredQuantity(.onHand, mayBeNegative: true)
    onOrder = try values.quantity(.onOrder, mayBeNegative: false) ?? 0
    reserved = try values.quantity(.reserved, mayBeNegative: false) ?? 0
    revision = try values.revision()
    unit = try values.text(.unit)
  }
}

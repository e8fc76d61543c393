internal import Inventory

/// The canonical bytes of a content: its fields in a fixed order, each told apart from its
/// neighbours and from a missing one.
struct CanonicalFields {
  private(set) var bytes: [UInt8] = []

  mutating func put(_ text: String?) {
    guard let text else { return bytes.append(0) }
    bytes.append(1)
    bytes += text.utf8.count.bigEndianBytes
    bytes += text.utf8
  }

  mutating func put<Thing>(_ code: Code<Thing>?) { put(code?.text) }
  mutating func put(_ day: Day?) { put(day?.description) }

  mutating func put(_ number: Double?) {
    guard let number else { return bytes.append(0) }
    bytes.append(1)
    bytes += number.bitPattern.bigEndianBytes
  }
}

extension Item: FactContent {
  var canonicalBytes: [UInt8] {
    var fields = CanonicalFields()
    fields.put(name)
    fields.put(category)
    fields.put(unit)
    fields.put(packSize)
    fields.put(launched)
    fields.put(ended)
    fields.put(predecessor)
    return fields.bytes
  }
}

extension Location: FactContent {
  var canonicalBytes: [UInt8] {
    var fields = CanonicalFields()
    fields.put(region)
    fields.put(name)
    fields.put(timeZone)
    fields.put(freshness.description)
    if let closedWeekdays { fields.put(closedWeekdays.description) }
    return fields.bytes
  }
}

extension Terms: FactContent {
  var canonicalBytes: [UInt8] {
    var fields = CanonicalFields()
    fields.put(supplier)
    fields.put(leadTimeDays)
    fields.put(leadTimeDeviationDays)
    fields.put(reviewPeriodDays)
    fields.put(minimumOrderQuantity)
    fields.put(orderMultiple)
    fields.put(unitCost)
    fields.put(serviceLevel)
    return fields.bytes
  }
}

extension CalendarEvent.Kind: FactContent {
  var canonicalBytes: [UInt8] { Array(rawValue.utf8) }
}

extension StockSnapshot: FactContent {
  var canonicalBytes: [UInt8] {
    var fields = CanonicalFields()
    fields.put(onHand)
    fields.put(onOrder)
    fields.put(reserved)
    return fields.bytes
  }
}

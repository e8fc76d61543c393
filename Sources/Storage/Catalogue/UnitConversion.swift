internal import Inventory
internal import Postgres

/// Counts quantities in their items' own units, as a source's table and the items say.
struct UnitConversion {
  private let table: UnitTable
  private var items: [ItemCode: (unit: String?, packSize: Double?)] = [:]

  init(_ table: UnitTable) { self.table = table }

  /// Looks up what is counted of items. Those that nobody knows are refused for that elsewhere.
  mutating func look(up codes: Set<ItemCode>, in db: isolated Session) throws {
    let unseen = codes.filter { items[$0] == nil }.sorted()
    guard !unseen.isEmpty else { return }
    let rows = try db.rows(
      "SELECT code::text, unit, pack_size FROM item WHERE code = ANY (\(unseen))")
    for row in rows { items[try row[0]] = (try row[1], try row[2]) }
  }

  /// Units of the item in one of `unit`.
  func factor(of unit: String, _ item: ItemCode) throws(UnitTable.Problem) -> Double {
    let known = items[item]
    return try table.factor(of: unit, itemUnit: known?.unit, packSize: known?.packSize)
  }
}

extension UnitConversion {
  /// The block with its quantities in the items' own units, and why some of its rows have none.
  mutating func convert(
    _ facts: DemandFacts, in db: isolated Session
  ) throws -> (facts: DemandFacts, problems: [Int: RefusalReason]) {
    guard !facts.units.isEmpty else { return (facts, [:]) }
    let rows = facts.units.indices.filter { facts.units[$0] >= 0 }
    try look(up: Set(rows.map { facts.itemCodes[Int(facts.items[$0])] }), in: db)
    var converted = facts
    var problems: [Int: RefusalReason] = [:]
    for row in rows {
      let (unit, item) = (
        facts.unitNames[Int(facts.units[row])], facts.itemCodes[Int(facts.items[row])]
      )
      do throws(UnitTable.Problem) {
        let factor = try factor(of: unit, item)
        converted.quantities[row] = UnitTable.convert(facts.quantities[row], by: factor)
        if !Quantity.isDemand(converted.quantities[row]) {
          problems[row] = .beyondLimit(column: "quantity")
        }
      } catch {
        problems[row] = .unknownUnit(error)
      }
    }
    return (converted, problems)
  }

  /// Snapshots with their quantities in the items' own units, and the rows that have none.
  mutating func convert(
    _ rows: [ReceivedRow<StockFact>], units: [String?], in db: isolated Session
  ) throws -> (rows: [ReceivedRow<StockFact>], refused: [RefusedRow]) {
    let unitless = units.allSatisfy { $0 == nil }
    if unitless { return (rows, []) }
    try look(up: Set(zip(rows, units).filter { $0.1 != nil }.map(\.0.fact.item)), in: db)
    let known = try Set(CodeLookup.items(rows.map(\.fact.item), in: db).keys)
    var converted: [ReceivedRow<StockFact>] = []
    var refused: [RefusedRow] = []
    for (row, unit) in zip(rows, units) {
      guard let unit, known.contains(row.fact.item) else {
        converted.append(row)
        continue
      }
      do throws(UnitTable.Problem) {
        let factor = try factor(of: unit, row.fact.item)
        if let fact = row.fact.multiplied(by: factor) {
          converted.append(
            ReceivedRow(fact, revision: row.revision, line: row.line, raw: row.raw))
        } else {
          refused.append(
            row.refused(
              .beyondLimit(column: "on_hand"), found: String(row.fact.snapshot.onHand),
              item: row.fact.item, location: row.fact.location))
        }
      } catch {
        refused.append(
          row.refused(
            .unknownUnit(error), found: unit, item: row.fact.item, location: row.fact.location))
      }
    }
    return (converted, refused)
  }
}

extension StockFact {
  /// Nil when a quantity passes the limit.
  fileprivate func multiplied(by factor: Double) -> StockFact? {
    let quantities = [snapshot.onHand, snapshot.onOrder, snapshot.reserved].map {
      UnitTable.convert($0, by: factor)
    }
    guard quantities.allSatisfy(Quantity.isStock) else { return nil }
    return StockFact(
      item: item, location: location,
      snapshot: StockSnapshot(
        asOf: snapshot.asOf, onHand: quantities[0], onOrder: quantities[1],
        reserved: quantities[2]))
  }
}

import Foundation
import Inventory
import Testing

@testable import Service

@Suite("The generated retailer")
struct GeneratedRetailerTests {
  static let through = Day(ordinal: 20_776)

  @Test("every row it sends is a fact")
  func everyRow() throws {
    let batches = try retailer(historyDays: 40).batches(through: Self.through)
    // It counts its stock and knows its days' demand: it has no need of movements.
    #expect(Set(batches.map(\.kind)) == Set(SyncKind.allCases).subtracting([.movements]))
    for batch in batches { #expect(try facts(in: batch).rejections.isEmpty, "\(batch.key)") }
  }

  @Test("its keys are keys, and repeat only with their content")
  func keys() throws {
    let batches = try retailer(historyDays: 60).batches(through: Self.through)
    let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
    var contents: [String: [UInt8]] = [:]
    var repeated = 0
    for batch in batches {
      #expect((1...128).contains(batch.key.count) && batch.key.allSatisfy(allowed.contains))
      if let earlier = contents[batch.key] {
        repeated += 1
        #expect(earlier == batch.bytes)
      }
      contents[batch.key] = batch.bytes
    }
    #expect(repeated > 0)
    #expect(batches.contains { $0.key.hasSuffix("-again") })
  }

  @Test("days synced one by one end in the same demand as days synced at once")
  func incremental() throws {
    let retailer = try retailer(historyDays: 50)
    let whole = try demand(in: retailer.batches(through: Self.through))
    var script = try retailer.batches(through: Self.through - 12)
    for day in stride(from: 12, to: 0, by: -1) {
      script += try retailer.batches(
        through: Self.through - (day - 1), after: Self.through - day)
    }
    // An outage may still be open on the last day; what it holds back comes when it ends.
    let settled = Self.through - 3
    let stepwise = try demand(in: script).filter { $0.key.day <= settled }
    let expected = whole.filter { $0.key.day <= settled && $0.key.day > Self.through - 50 }
    #expect(stepwise.filter { $0.key.day > Self.through - 50 } == expected)
    #expect(expected.count > 5000)
  }

  @Test("asking again, from whatever day, sends nothing else under a key that was sent")
  func keysOfOtherStarts() throws {
    let retailer = try retailer(historyDays: 40)
    var contents: [String: [UInt8]] = [:]
    for after in [nil, 1, 2, 5, 20].map({ $0.map { Self.through - $0 } }) {
      for batch in try retailer.batches(through: Self.through, after: after) {
        // What a late source holds back at the end it sends only at the first start.
        if after == nil, batch.source.text == "valley-2", batch.key.contains("-day-") { continue }
        #expect(contents[batch.key, default: batch.bytes] == batch.bytes, "\(batch.key)")
        contents[batch.key] = batch.bytes
      }
    }
    #expect(contents.count > 100)
  }

  @Test("a late source keeps still for two days and then sends three")
  func late() throws {
    let retailer = try retailer(historyDays: 5)
    var daysSent: [Int?] = []
    for offset in 0..<42 {
      let day = Self.through - 100 + offset
      let batch = try retailer.batches(through: day, after: day - 1).first {
        $0.source.text == "valley-2" && $0.kind == .demand && $0.completeThrough == day
      }
      daysSent.append(try batch.map { Set(try demand(in: [$0]).keys.map(\.day)).count })
    }
    #expect(daysSent.filter { $0 == nil }.count == 4)
    #expect(daysSent.filter { $0 == 3 }.count == 2)
    let ends = daysSent.indices.filter { daysSent[$0] == 3 }
    #expect(ends.allSatisfy { daysSent[$0 - 1] == nil && daysSent[$0 - 2] == nil })
  }

  @Test("corrections carry a later revision and change what was said")
  func corrections() throws {
    let batches = try retailer(historyDays: 60).batches(through: Self.through)
    let corrections = batches.filter { $0.key.contains("-correction-") }
    #expect(!corrections.isEmpty)
    var changed = 0
    for correction in corrections {
      let before = batches.prefix { $0.key != correction.key }.filter {
        $0.source == correction.source && $0.kind == .demand
      }
      let said = try demand(in: Array(before))
      for (cell, quantity) in try demand(in: [correction]) where said[cell] != quantity {
        changed += 1
      }
      #expect(correction.completeThrough == nil)
    }
    #expect(changed > 0)
  }

  @Test("stock runs out now and then, and nothing is sold without it")
  func stockouts() throws {
    let world = try world(days: 200)
    var (days, empty) = (0, 0)
    for pair in world.assortment.pairs.prefix(60) {
      var before: Int?
      var deliveries: [Day] = []
      world.stock.each(pair, in: (Self.through - 199)...Self.through) { day in
        days += 1
        if day.onHand == 0 { empty += 1 }
        #expect(day.onHand >= 0 && day.reserved <= day.onHand && day.onOrder >= 0)
        if let before { #expect(day.onHand == before + day.delivered - day.sold) }
        before = day.onHand
        if day.delivered != 0 { deliveries.append(day.day) }
      }
      let period = world.stock.reviewPeriodDays(pair.item)
      #expect(world.stock.leadTimeDays(pair.item) < period)
      #expect(zip(deliveries, deliveries.dropFirst()).allSatisfy { ($1 - $0) % period == 0 })
    }
    #expect((0.002...0.1).contains(Double(empty) / Double(days)))
  }

  @Test("a day is the same whatever days are asked for")
  func anyDay() throws {
    let (long, short) = (try world(days: 120), try world(days: 3))
    for pair in long.assortment.pairs.prefix(80) {
      var quantities: [Day: Int] = [:]
      long.each(pair, in: (Self.through - 119)...Self.through) { quantities[$1.day] = $0 }
      short.each(pair, in: (Self.through - 2)...Self.through) { reported, day in
        #expect(quantities[day.day] == reported)
      }
    }
  }
}

/// A fact's place.
private struct Cell: Hashable {
  let item: ItemCode
  let location: LocationCode
  let day: Day
}

private func retailer(historyDays: Int) throws -> GeneratedRetailer {
  GeneratedRetailer(try parameters(historyDays: historyDays))
}

private func parameters(historyDays: Int) throws -> RetailerParameters {
  let json = Data(PackageResources.retailer_json)
  var fields = try #require(JSONSerialization.jsonObject(with: json) as? [String: Any])
  fields["historyDays"] = historyDays
  return try RetailerParameters(json: Array(JSONSerialization.data(withJSONObject: fields)))
}

private func world(days: Int) throws -> RetailWorld {
  let parameters = try parameters(historyDays: days)
  let through = GeneratedRetailerTests.through
  return RetailWorld(
    parameters, try RetailAssortment(parameters), days: (through - (days - 1))...through)
}

private func facts(in batch: SyncBatch) throws -> (count: Int, rejections: [Rejection]) {
  switch batch.kind {
  case .items: try facts(Item.self, batch)
  case .locations: try facts(Location.self, batch)
  case .calendar: try facts(CalendarEvent.self, batch)
  case .terms: try facts(Terms.self, batch)
  case .prices: try facts(Price.self, batch)
  case .stock: try facts(StockRow.self, batch)
  case .movements: try facts(MovementRow.self, batch)
  case .demand: (try demand(in: [batch]).count, [])
  }
}

private func facts<Fact: ReadableFact>(
  _ fact: Fact.Type, _ batch: SyncBatch
) throws -> (count: Int, rejections: [Rejection]) {
  var reader = try FactReader<Fact>(
    ByteSource(.chunks([batch.bytes])), format: batch.format, mapping: batch.mapping)
  var count = 0
  var rejections: [Rejection] = []
  while let reading = try reader.next() {
    switch reading {
    case .fact: count += 1
    case .rejected(let rejection): rejections.append(rejection)
    }
  }
  return (count, rejections)
}

/// What stands at the end of a series of pushes: for equal places, the highest revision, or the
/// latest time of sending where none is given.
private func demand(in batches: [SyncBatch]) throws -> [Cell: Double] {
  var orders: [Cell: Int64] = [:]
  var result: [Cell: Double] = [:]
  for batch in batches where batch.kind == .demand {
    var reader = try DemandReader(
      ByteSource(.chunks([batch.bytes])), format: batch.format, mapping: batch.mapping)
    var block = DemandBlock()
    while try reader.read(into: &block) {
      #expect(block.rejections.isEmpty)
      for row in 0..<block.count {
        let cell = Cell(
          item: reader.items.codes[Int(block.items[row])],
          location: reader.locations.codes[Int(block.locations[row])],
          day: Day(ordinal: block.days[row]))
        let revision = block.revisions.isEmpty ? nil : block.revisions[row]
        let order = revision?.order ?? batch.generatedAt?.microseconds ?? 0
        guard order >= orders[cell] ?? .min else { continue }
        (orders[cell], result[cell]) = (order, block.quantities[row])
      }
    }
  }
  return result
}

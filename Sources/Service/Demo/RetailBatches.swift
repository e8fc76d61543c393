internal import Inventory

/// Turns the generated retailer's days into pushes.
struct RetailBatches {
  private let world: RetailWorld
  private let sources: [SourceCode]
  private let mappings: [ColumnMapping]
  private let headOffice: SourceCode

  init(_ world: RetailWorld) throws {
    self.world = world
    sources = try world.parameters.sources.map { source in
      guard let code = SourceCode(source.code) else {
        throw GeneratedRetailer.Failure.invalidParameter(source.code)
      }
      return code
    }
    mappings = try world.parameters.sources.map { source in
      var mapping = ColumnMapping()
      for (ours, theirs) in source.columns {
        guard let column = Column(rawValue: ours) else {
          throw GeneratedRetailer.Failure.invalidParameter(ours)
        }
        mapping.theirs[column] = theirs
      }
      return mapping
    }
    guard let office = SourceCode(GeneratedRetailer.headOffice) else {
      throw GeneratedRetailer.Failure.invalidParameter(GeneratedRetailer.headOffice)
    }
    headOffice = office
  }

  // MARK: - Master data

  func masterData(on day: Day) throws -> [SyncBatch] {
    [locations(day), items(day), terms(day)]
  }

  private func locations(_ day: Day) -> SyncBatch {
    var text = RetailText([.location, .region, .name, .timeZone])
    for place in world.assortment.places.map(\.location) {
      text.add([place.code.text, place.region.text, place.name ?? "", place.timeZone ?? ""])
    }
    return office(.locations, day...day, sentOn: day, text)
  }

  private func items(_ day: Day) -> SyncBatch {
    var text = RetailText([
      .item, .name, .category, .unit, .packSize, .launched, .ended, .predecessor,
    ])
    for item in world.assortment.products.map(\.item) {
      text.add([
        item.code.text, item.name ?? "", item.category?.text ?? "", item.unit ?? "",
        item.packSize.map { String(Int($0)) } ?? "", item.launched?.description ?? "",
        item.ended?.description ?? "", item.predecessor?.text ?? "",
      ])
    }
    return office(.items, day...day, sentOn: day, text)
  }

  private func terms(_ day: Day) -> SyncBatch {
    var text = RetailText([
      .item, .supplier, .leadTimeDays, .leadTimeDeviationDays, .reviewPeriodDays,
      .minimumOrderQuantity, .orderMultiple, .unitCost, .serviceLevel,
    ])
    for (position, product) in world.assortment.products.enumerated() {
      let lead = world.stock.leadTimeDays(position)
      let pack = product.parameters.packSize
      let category = world.parameters.categories[product.category].code
      let level =
        switch product.parameters.demand {
        case .smooth: "0.98"
        case .erratic, .intermittent: "0.95"
        case .lumpy: "0.9"
        }
      text.add([
        product.item.code.text, "\(category) wholesale \(position % 2 + 1)", String(lead),
        lead > 4 ? "1" : "0.5", String(world.stock.reviewPeriodDays(position)),
        String(pack * (position % 3 + 1)), String(pack), product.parameters.unitCost, level,
      ])
    }
    return office(.terms, day...day, sentOn: day, text)
  }

  func calendar(_ days: ClosedRange<Day>, _ sentOn: Day) -> SyncBatch {
    var text = RetailText([
      .day, .name, .kind, .region, .location, .item, .category,
    ])
    for event in days.flatMap({ world.calendar.events(on: $0) }) {
      text.add([
        event.day.description, event.name, event.kind.rawValue, event.scope.region?.text ?? "",
        event.scope.location?.text ?? "", event.scope.item?.text ?? "",
        event.scope.category?.text ?? "",
      ])
    }
    return office(.calendar, days, sentOn: sentOn, text)
  }

  /// - Parameter days: what the push covers, which its key names.
  private func office(
    _ kind: SyncKind, _ days: ClosedRange<Day>, sentOn: Day, _ text: RetailText
  ) -> SyncBatch {
    SyncBatch(
      kind: kind, source: headOffice,
      key: "\(GeneratedRetailer.headOffice)-\(kind.rawValue)-\(days.keyPart)", format: .csv,
      mapping: ColumnMapping(), generatedAt: sent(sentOn, 0), completeThrough: nil,
      bytes: text.bytes)
  }

  /// Prices that begin in a stretch of days; of the first push also those that hold already.
  func prices(_ days: ClosedRange<Day>, _ sentOn: Day, isFirst: Bool) -> SyncBatch? {
    var text = RetailText([.item, .from, .price])
    for (position, product) in world.assortment.products.enumerated() {
      var known = isFirst ? nil : Optional(world.price(position, on: days.lowerBound - 1))
      for day in days {
        let price = world.price(position, on: day)
        if price != known {
          text.add([product.item.code.text, day.description, RetailText.money(price)])
        }
        known = price
      }
    }
    return text.rowCount > 0 ? office(.prices, days, sentOn: sentOn, text) : nil
  }

  // MARK: - Demand and stock

  /// A whole history of each source in one push of demand and one of stock.
  ///
  /// Stock counts are thinned before the last weeks to one a week and those at which stock runs out
  /// or comes back, which say the same of every day's beginning and end.
  func bulk(_ days: ClosedRange<Day>, thinsStock: Bool) -> [SyncBatch] {
    sources.indices.flatMap { source in
      var writer = SourceText(world, source, revisionDay: days.upperBound, step: 0)
      let dailyFrom = days.upperBound - (world.parameters.stockDailyDays - 1)
      for pair in pairs(of: source) {
        var hadStock: Bool?
        world.each(pair, in: days) { reported, day in
          writer.addDemand(pair, day.day, reported)
          let turned = hadStock != (day.onHand > 0)
          hadStock = day.onHand > 0
          if !thinsStock || turned || day.day.weekday == 7 || day.day >= dailyFrom {
            writer.addStock(pair, day)
          }
        }
      }
      return batches(of: writer, source, days, 0, tag: "history")
    }
  }

  /// One day of all sources: what comes in that evening.
  ///
  /// - Parameter catchesUp: whether a source that is out of reach sends everything all the same.
  func daily(_ day: Day, catchesUp: Bool) -> [SyncBatch] {
    sources.indices.flatMap { source -> [SyncBatch] in
      let outage = world.outageEnd(source: source, on: day)
      if let outage, outage > day, !catchesUp { return [] }
      let from = outage == nil ? day : day - 2
      var script = onTime(source, from...day, isFirst: outage == nil)
      if world.isCorrected(source: source, on: day - 2) {
        script += correction(source, of: day - 2, sentOn: day)
      }
      return script
    }
  }

  private func onTime(_ source: Int, _ days: ClosedRange<Day>, isFirst: Bool) -> [SyncBatch] {
    var writer = SourceText(world, source, revisionDay: days.upperBound, step: 0)
    for pair in pairs(of: source) {
      world.each(pair, in: days) { reported, day in
        let first = isFirst ? world.firstReport(pair, on: day.day, reported) : nil
        writer.addDemand(pair, day.day, first ?? reported)
        writer.addStock(pair, day)
      }
    }
    let sent = batches(of: writer, source, days.upperBound...days.upperBound, 0, tag: "day")
    var draws = SeededDraws(
      world.parameters.seed, .duplicate, source, Int(days.upperBound.ordinal))
    guard draws.chance(world.parameters.duplicateRate), let demand = sent.first else { return sent }
    // Half of the repeated ones are retries with their key; the others forgot that they had sent.
    return sent + [draws.chance(0.5) ? demand : demand.sentAgain()]
  }

  private func correction(_ source: Int, of day: Day, sentOn: Day) -> [SyncBatch] {
    var writer = SourceText(world, source, revisionDay: sentOn, step: 1)
    for pair in pairs(of: source) {
      world.each(pair, in: day...day) { reported, day in
        if world.firstReport(pair, on: day.day, reported) != nil {
          writer.addDemand(pair, day.day, reported)
        }
      }
    }
    guard writer.demand.rowCount > 0 else { return [] }
    let sent = batches(of: writer, source, sentOn...sentOn, 1, tag: "correction")
    return Array(sent.prefix(1))
  }

  private func pairs(of source: Int) -> [RetailAssortment.Pair] {
    world.assortment.pairs.filter { world.assortment.places[$0.place].source == source }
  }

  private func batches(
    of writer: SourceText, _ source: Int, _ days: ClosedRange<Day>, _ step: Int, tag: String
  ) -> [SyncBatch] {
    let parameters = world.parameters.sources[source]
    return [(SyncKind.demand, writer.demand), (.stock, writer.stock)].map { kind, text in
      SyncBatch(
        kind: kind, source: sources[source],
        key: "\(parameters.code)-\(kind.rawValue)-\(tag)-\(days.keyPart)",
        format: parameters.format,
        mapping: mappings[source], generatedAt: sent(days.upperBound, step),
        completeThrough: kind == .demand && tag != "correction" ? days.upperBound : nil,
        bytes: text.bytes)
    }
  }
}

/// Sent at the end of the day, in UTC; corrections a minute later.
func sent(_ day: Day, _ step: Int) -> Instant {
  Instant(microseconds: Int64(day.ordinal + 1) * 86_400_000_000 + Int64(step) * 60_000_000)
}

extension SyncBatch {
  /// The same content under another key.
  fileprivate func sentAgain() -> SyncBatch {
    SyncBatch(
      kind: kind, source: source, key: key + "-again", format: format, mapping: mapping,
      generatedAt: generatedAt, completeThrough: completeThrough, bytes: bytes)
  }
}

extension ClosedRange<Day> {
  fileprivate var keyPart: String {
    lowerBound == upperBound ? "\(upperBound)" : "\(lowerBound)-\(upperBound)"
  }
}

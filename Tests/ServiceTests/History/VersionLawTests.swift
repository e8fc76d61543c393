import Digests
import Foundation
import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("What did we know then")
struct VersionLawTests {
  /// Ten retailers instead of two: `QUARTERMASTER_LONG_TESTS=1`.
  private static let isLong = ProcessInfo.processInfo.environment["QUARTERMASTER_LONG_TESTS"] == "1"

  @Test(
    "every dataset version reads back as it was when it was the newest",
    arguments: 1...(isLong ? 10 : 2))
  func law(seed: UInt64) async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = Warehouse(session: session)
      var retailer = RandomRetailer(seed: seed)
      var known: [(version: Int64, content: [String])] = []
      for _ in 0..<36 {
        try await retailer.act(on: warehouse)
        let (version, content) = try await everything(in: session, at: .newest)
        if version == known.last?.version {
          try #require(content == known.last?.content, "nothing changes without a batch")
        } else {
          known.append((version, content))
        }
      }
      // A batch may change nothing, but most of them must, or nothing is shown here.
      #expect(Set(known.map(\.content)).count > 20)
      for (version, content) in known {
        let (place, again) = try await everything(in: session, at: .at(version))
        #expect(place == version)
        try #require(again == content, "version \(version) of \(known.count), seed \(seed)")
      }
    }
  }

  @Test("a version that is not there yet, or not any more, is refused with the nearest one")
  func refused() async throws {
    try await withDatabase(.migrated) { session, _ in
      let warehouse = try await Warehouse.stocked(session)
      try await warehouse.sync(
        .demand, "item,location,day,quantity\noats,leeds,2024-06-03,5\n", through: "2024-06-06")
      try await session.execute("UPDATE readable_history SET oldest_version = 2")
      await #expect(throws: DatasetVersionError.notYet(asked: 4, newest: 3)) {
        try await everything(in: session, at: .at(4))
      }
      await #expect(throws: DatasetVersionError.notKept(asked: 1, oldest: 2)) {
        try await everything(in: session, at: .at(1))
      }
      #expect(try await everything(in: session, at: .at(2)).version == 2)
    }
  }

  @Test("what a run saw is found again by its version, with the same digest")
  func run() async throws {
    try await withDatabase(.trained) { session, _ in
      let warehouse = Warehouse(session: session)
      let stored: (version: Int64, digest: [UInt8]) = try await session.run { db in
        let row = try db.rows("SELECT dataset_version, content_digest FROM run")[0]
        return (try row[0], try row[1])
      }
      try await warehouse.sync(
        .demand, "item,location,day,quantity\noats,leeds,2024-05-01,99\noats,leeds,2024-03-01,9\n",
        source: "north-erp")
      try await warehouse.sync(.items, "item,category\noats,feed\n")
      try await warehouse.sync(.calendar, "day,name,kind\n2024-05-02,strike,closed\n")
      try await warehouse.sync(.prices, "item,from,price\noats,2024-05-02,2\n")
      func digest(at version: DatasetVersion) async throws -> [UInt8] {
        try await session.run { db in
          try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
            try DatasetStore.dataset(
              ofRegions: RandomRetailer.regions.map { code($0) }, through: day("2024-06-30"),
              version: version, civilDay: { warehouse.clock.day(of: $0, zone: $1) }, in: db
            ).contentDigest
          }
        }
      }
      #expect(try await digest(at: .at(stored.version)) == stored.digest)
      let digests = try await [
        digest(at: .at(stored.version)), digest(at: .at(stored.version + 1)),
        digest(at: .at(stored.version + 2)), digest(at: .at(stored.version + 3)),
        digest(at: .newest),
      ]
      #expect(Set(digests).count == 5, "each kind of fact counts")
    }
  }

  @Test("data from before anything was kept is read back from then on")
  func migrated() async throws {
    try await withDatabase { session, _ in
      try await Migrator(Migration.all.filter { $0.name < "m0003" }).migrate(session)
      try await session.script(
        """
        INSERT INTO source (code) VALUES ('erp');
        INSERT INTO batch (source_id, kind, key, content_digest, place)
        SELECT 1, 'demand', 'batch-' || n, sha256('x'), n FROM generate_series(1, 3) AS n;
        INSERT INTO item (code, batch_id) VALUES ('oats', 1);
        INSERT INTO location (code, region, freshness_minutes, batch_id, demand_source_id)
        VALUES ('leeds', 'north', 1440, 1, 1);
        INSERT INTO series (item_id, location_id, first_day) VALUES (1, 1, '2024-06-01');
        INSERT INTO demand_month (series_id, month, quantities, batch_ids)
        VALUES (1, '2024-06-01', '{5,7}', '{2}');
        INSERT INTO watermark (location_id, batch_id, complete_through)
        VALUES (1, 3, '2024-06-20');
        """)
      try await Migrator(Migration.all).migrate(session)
      let before = try await everything(in: session, at: .newest)
      #expect(before.version == 3)
      let warehouse = Warehouse(session: session)
      try await warehouse.sync(
        .demand, "item,location,day,quantity\noats,leeds,2024-06-01,6\noats,leeds,2024-05-30,1\n")
      try await warehouse.sync(
        .locations, "location,region,closed_weekdays\nleeds,south,sunday\n")
      #expect(try await everything(in: session, at: .newest).content != before.content)
      #expect(try await everything(in: session, at: .at(3)).content == before.content)
      await #expect(throws: DatasetVersionError.notKept(asked: 2, oldest: 3)) {
        try await everything(in: session, at: .at(2))
      }
    }
  }

  /// All that a run sees and all that a report sees, line by line.
  private func everything(
    in session: Session, at version: DatasetVersion
  ) async throws -> (version: Int64, content: [String]) {
    let clock = ZoneClock(asOf: day("2024-06-30"), deploymentZone: "UTC")
    return try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        let dataset = try DatasetStore.dataset(
          ofRegions: RandomRetailer.regions.map { code($0) }, through: day("2024-06-20"),
          version: version, civilDay: { clock.day(of: $0, zone: $1) }, in: db)
        var lines = dataset.histories.map { history in
          "\(history.series) \(history.start) \(history.values) \(history.stockouts)"
        }
        lines += dataset.events.map { "\($0)" } + dataset.prices.map { "\($0)" }
        lines += ["\(dataset.observations)", Hexadecimal.text(dataset.contentDigest)]
        lines += try DatasetStore.locations(at: version, in: db).map { "\($0)" }
        lines += try ItemStore.items(at: version, in: db).map { "\($0)" }.sorted()
        lines += try LocationStore.locations(at: version, in: db).map { "\($0)" }.sorted()
        for region in RandomRetailer.regions {
          lines += try TermsStore.terms(ofRegion: code(region), at: version, in: db)
            .map { "\($0)" }
        }
        for (item, location) in RandomRetailer.pairs {
          let found = try DatasetStore.record(
            ofItem: code(item), at: code(location), through: day("2024-06-30"), version: version,
            civilDay: { clock.day(of: $0, zone: $1) }, in: db)
          lines +=
            found?.record.days(in: day("2024-05-25")...day("2024-06-30"))
            .map { "\(item) \(location) \($0)" } ?? ["\(item) \(location): nothing"]
        }
        return (dataset.version, lines)
      }
    }
  }
}

/// A retailer that sends facts of every kind, corrects them, takes corrections back, writes rows
/// that cannot stand, and moves its locations about.
struct RandomRetailer {
  static let regions = ["north", "south"]
  static let items = ["oats", "rye", "soap"]
  static let locations = ["leeds", "york", "bath"]
  /// Where demand is told by movements.
  static let shop = "hull"

  static var pairs: [(String, String)] {
    items.flatMap { item in (locations + [shop]).map { (item, $0) } }
  }

  private var random: SeededGenerator
  private var sent = 0

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  /// Sends a batch, or works off rows in quarantine.
  mutating func act(on warehouse: Warehouse) async throws {
    sent += 1
    if sent > 6, chance(5) { return try await settle(in: warehouse) }
    try await send(to: warehouse)
  }

  private mutating func settle(in warehouse: Warehouse) async throws {
    let session = warehouse.session
    let waiting = try await Quarantine.list(QuarantineQuery(limit: 100), in: session)
    guard !waiting.isEmpty else { return }
    let row = pick(waiting)
    if chance(2) {
      _ = try await Quarantine.discard(.ids([row.id]), because: "a test", by: "test", in: session)
    } else if row.kind == "demand", row.row.code == "invalid_quantity" {
      let fields = String(decoding: row.row.raw, as: UTF8.self).replacing("many", with: "3")
      _ = try await Quarantine.replay(
        row.id, correction: Array(fields.utf8), by: "test", clock: warehouse.clock, in: session)
    } else {
      _ = try await Quarantine.replay(row.id, by: "test", clock: warehouse.clock, in: session)
    }
  }

  private mutating func send(to warehouse: Warehouse) async throws {
    // Demand needs items and locations, and corrections need something to correct.
    let kind: SyncKind =
      switch sent {
      case 1: .items
      case 2: .locations
      default: pick([.demand, .demand, .demand, .movements, .movements, .stock] + SyncKind.small)
      }
    let (header, rows) = batch(of: kind)
    let isMaster = SyncKind.small.contains(kind)
    try await warehouse.sync(
      kind, ([header] + rows).joined(separator: "\n") + "\n",
      source: isMaster ? "master" : kind == .movements ? "till" : "erp", key: "batch-\(sent)",
      through: kind.maySayComplete && chance(2) ? anyDay() : nil,
      generatedAt: isMaster && chance(2) ? "2024-06-\(pick(10...28))T00:00:00Z" : nil)
  }

  private mutating func batch(of kind: SyncKind) -> (header: String, rows: [String]) {
    switch kind {
    case .items:
      return (
        "item,category,launched,ended",
        Self.items.map {
          "\($0),\(pick(["food", "home", ""])),\(pick(["", "2024-05-20", "2024-06-05"])),"
            + pick(["", "", "2024-07-05"])
        }
      )
    case .locations:
      return (
        "location,region,time_zone,freshness,closed_weekdays",
        (Self.locations + [Self.shop]).map {
          "\($0),\(pick(Self.regions)),\(pick(["", "Asia/Tokyo"])),"
            + "\(pick(["P1D", "P2D"])),\(pick(["", "", "sunday", "sat mon"]))"
        }
      )
    case .calendar:
      return (
        "day,name,kind,location,region",
        (0..<3).map { _ in
          "\(anyDay()),\(pick(["fair", "inventory"])),"
            + "\(pick(["event", "closed", "open", "promotion"])),\(pick(Self.locations)),"
        }
      )
    case .terms:
      return (
        "item,location,lead_time_days,unit_cost",
        [
          "\(pick(Self.items)),\(pick(["", "leeds"])),\(pick(1...3)),"
            + pick(["1.50", "1.5", "2"])
        ]
      )
    case .prices:
      return (
        "item,from,price,promotion",
        (0..<2).map { _ in
          "\(pick(Self.items)),2024-06-0\(pick(1...3)),\(pick(["2", "2.00", "3"])),"
            + pick(["0", "1"])
        }
      )
    case .stock:
      return (
        "item,location,as_of,on_hand",
        (0..<12).map { _ in
          let moment = pick(["", "T02:00:00Z", "T20:00:00Z"])
          return "\(pick(Self.items)),\(pick(Self.locations)),\(anyDay())\(moment),\(pick(0...1))"
        }
      )
    case .movements: return ("id,kind,item,location,at,quantity,revision", movementRows())
    default: return ("item,location,day,quantity,revision", demandRows())
    }
  }

  /// Numbered, unnumbered, unreadable and unknown ones.
  private mutating func demandRows() -> [String] {
    (0..<20).map { _ in
      let item = chance(20) ? "rum" : pick(Self.items)
      let quantity = chance(15) ? "many" : "\(pick(0...4))"
      let revision = chance(3) ? "" : "\(pick(1...9))"
      return "\(item),\(pick(Self.locations)),\(anyDay()),\(quantity),\(revision)"
    }
  }

  /// Lines of a few ids, so that later ones replace earlier ones.
  private mutating func movementRows() -> [String] {
    (0..<12).map { _ in
      let item = chance(20) ? "rum" : pick(Self.items)
      let quantity = chance(12) ? "many" : "\(pick(0...4))"
      let kind = pick(["sale", "sale", "return", "receipt", "count"])
      return "line-\(pick(1...20)),\(kind),\(item),\(Self.shop),\(anyDay()),\(quantity),"
        + "\(pick(1...9))"
    }
  }

  private mutating func anyDay() -> String { (day("2024-05-28") + pick(0...28)).description }

  private mutating func pick<Choice>(_ choices: [Choice]) -> Choice {
    choices[Int.random(in: choices.indices, using: &random)]
  }

  private mutating func pick(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &random)
  }

  /// Whether one of so many cases is met.
  private mutating func chance(_ count: Int) -> Bool {
    Int.random(in: 0..<count, using: &random) == 0
  }
}

extension SyncKind {
  fileprivate static let small: [SyncKind] = [.items, .locations, .calendar, .terms, .prices]
}

import Inventory
import Planning
import Postgres
import Storage
import TestKit

@testable import Service

extension DatabaseTemplate {
  /// A database with this program's schema.
  static let migrated = DatabaseTemplate("migrated") { target in
    let session = try await Session.connect(target)
    try await Migrator(Migration.all).migrate(session)
    await session.close()
  }
}

/// A warehouse system for tests: it sends texts and looks at what became of them.
struct Warehouse {
  let session: Session
  var clock = ZoneClock(asOf: day("2024-06-30"), deploymentZone: "UTC")

  /// Two locations of one region and one of another, and three items of two categories.
  static func stocked(_ session: Session) async throws -> Warehouse {
    let warehouse = Warehouse(session: session)
    try await warehouse.sync(
      .locations, "location,region\nleeds,north\nyork,north\nbath,south\n")
    try await warehouse.sync(.items, "item,category\noats,food\nrye,food\nsoap,home\n")
    return warehouse
  }

  @discardableResult
  func sync(
    _ kind: SyncKind, _ text: String, source: String = "erp", key: String? = nil,
    through: String? = nil, generatedAt: String? = nil, strict: Bool = false,
    mapping: ColumnMapping = ColumnMapping()
  ) async throws -> PushReceipt {
    try await sync(
      kind, Array(text.utf8), source: source, key: key, through: through,
      generatedAt: generatedAt, strict: strict, mapping: mapping)
  }

  @discardableResult
  func sync(
    _ kind: SyncKind, _ bytes: [UInt8], source: String = "erp", key: String? = nil,
    through: String? = nil, generatedAt: String? = nil, strict: Bool = false,
    mapping: ColumnMapping = ColumnMapping()
  ) async throws -> PushReceipt {
    let push = Push(
      kind: kind, path: "test", source: code(source), key: key,
      completeThrough: through.map(day), generatedAt: generatedAt.flatMap { Instant($0) },
      isStrict: strict, mapping: mapping)
    return try await Synchronisation.apply(
      push, from: .chunks([bytes]), clock: clock, progress: .silent, to: session)
  }

  var today: Day { clock.today(zone: nil) }

  /// Every observation, as "item location day quantity".
  func demand() async throws -> [String] {
    try await session.run { db in
      try db.rows("SELECT item::text, location::text, day::text, quantity FROM demand")
        .map { row in
          let quantity: Double = try row[3]
          return
            "\(try row[0] as String) \(try row[1] as String) \(try row[2] as String) \(quantity)"
        }.sorted()
    }
  }

  func count(_ table: String) async throws -> Int {
    try await session.run { db in
      try db.rows("SELECT count(*) FROM \(identifier: table)")[0][0]
    }
  }

  func histories(_ regions: [String], through: String) async throws -> [DemandHistory] {
    let (codes, origin, clock) = (regions.map { RegionCode($0)! }, day(through), clock)
    return try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        try DatasetStore.dataset(
          ofRegions: codes, through: origin, civilDay: { clock.day(of: $0, zone: $1) }, in: db)
      }
    }.histories
  }
}

func day(_ text: String) -> Day { Day(text)! }
func code<Thing>(_ text: String) -> Code<Thing> { Code(text)! }

extension PushReceipt {
  /// "applied duplicate stale quarantined".
  var figures: [Int] {
    let counts = receipt.counts
    return [counts.applied, counts.duplicate, counts.stale, counts.quarantined]
  }

  var codes: [String] { firstQuarantined.map(\.code) }
}

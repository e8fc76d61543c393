internal import Inventory
internal import Postgres

/// Database identities of the codes of one push, looked up in bulk as the codes turn up.
struct CodeTable<Identity: Sendable> {
  /// By the code's index in the push; nil where the database does not know it.
  private(set) var identities: [Identity?] = []

  /// Looks up the codes that were not there at the last call.
  mutating func extend<Thing>(
    to codes: [Code<Thing>], find: ([Code<Thing>]) throws -> [Code<Thing>: Identity]
  ) rethrows {
    guard codes.count > identities.count else { return }
    let unseen = Array(codes[identities.count...])
    let found = try find(unseen)
    identities += unseen.map { found[$0] }
  }

  subscript(_ index: Int32) -> Identity? { identities[Int(index)] }
}

/// What a push needs to know of a location.
struct KnownLocation: Sendable {
  let id: Int32
  let timeZone: String?
}

enum CodeLookup {
  static func items(_ codes: [ItemCode], in db: isolated Session) throws -> [ItemCode: Int32] {
    var found: [ItemCode: Int32] = [:]
    for row in try db.rows("SELECT code::text, item_id FROM item WHERE code = ANY (\(codes))") {
      found[try row[0]] = try row[1]
    }
    return found
  }

  static func locations(
    _ codes: [LocationCode], in db: isolated Session
  ) throws -> [LocationCode: KnownLocation] {
    var found: [LocationCode: KnownLocation] = [:]
    let rows = try db.rows(
      "SELECT code::text, location_id, time_zone FROM location WHERE code = ANY (\(codes))")
    for row in rows { found[try row[0]] = KnownLocation(id: try row[1], timeZone: try row[2]) }
    return found
  }
}

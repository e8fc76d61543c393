import Postgres

/// Holds what the database has against what clients were told.
///
/// Batches of one source follow each other, and their places say in which order they were
/// committed; so the state after them is known to the last digit, whatever happened in between. It
/// proves that every acknowledged batch is there once and whole, that others are there whole or not
/// at all, that nothing is there that was never sent, and that receipts are exact.
struct HistoryCheck {
  /// What is wrong, in sentences; empty when all holds.
  private(set) var violations: [String] = []
  /// Batches found that nobody was told of: their answers were lost.
  private(set) var unacknowledged = 0
  private(set) var batches = 0

  private struct StoredBatch: Sendable {
    let number: Int
    let key: String
    let counts: FactModel.Counts
    let setAside: [String: Int]
  }

  private struct Stored: Sendable {
    let batches: [StoredBatch]
    let facts: [SentFact.Place: [Double]]
    let withoutPlace: Int
  }

  init(_ journal: Journal, _ session: Session) async throws {
    let told = try Told(journal)
    let stored = try await session.run { db in try HistoryCheck.read(db) }
    violations = told.contradictions
    if stored.withoutPlace > 0 {
      violations.append("\(stored.withoutPlace) batches have no place in the commit order")
    }
    try replay(told, stored)
    let keys = Set(stored.batches.map(\.key))
    for key in told.receipts.keys.sorted() where !keys.contains(key) {
      violations.append("\(key) was acknowledged and is not there")
    }
  }

  private mutating func replay(_ told: Told, _ stored: Stored) throws {
    var model = FactModel()
    for batch in stored.batches {
      guard let intent = told.intents[batch.key] else {
        violations.append("batch \(batch.key) was never sent")
        continue
      }
      batches += 1
      let (counts, setAside) = try model.apply(intent, number: batch.number)
      expect(batch.counts == counts, "\(batch.key) is counted \(batch.counts), not \(counts)")
      expect(
        batch.setAside == setAside, "\(batch.key) set aside \(batch.setAside), not \(setAside)")
      guard let receipt = told.receipts[batch.key] else {
        unacknowledged += 1
        continue
      }
      let said = FactModel.Counts(
        received: receipt.received, applied: receipt.applied, duplicate: receipt.duplicate,
        stale: receipt.stale, quarantined: receipt.quarantined)
      expect(
        said == counts && receipt.batch == batch.number,
        "\(batch.key) was answered \(receipt), and is batch \(batch.number) with \(counts)")
    }
    compare(model.standing, stored.facts)
  }

  private mutating func compare(
    _ wanted: [SentFact.Place: FactModel.Standing], _ found: [SentFact.Place: [Double]]
  ) {
    for (place, quantities) in found {
      guard let standing = wanted[place] else {
        violations.append("\(place) holds \(quantities), and was never sent")
        continue
      }
      expect(
        quantities == [standing.quantity], "\(place) holds \(quantities), not \(standing.quantity)")
    }
    for place in wanted.keys where found[place] == nil {
      violations.append("\(place) is lost")
    }
  }

  private mutating func expect(_ holds: Bool, _ sentence: @autoclosure () -> String) {
    if !holds { violations.append(sentence()) }
  }

  private static func read(_ db: isolated Session) throws -> Stored {
    let withoutPlace: Int = try db.rows("SELECT count(*) FROM batch WHERE place IS NULL")[0][0]
    var setAside: [Int: [String: Int]] = [:]
    let waiting = try db.rows("SELECT batch_id, code, count(*) FROM quarantine GROUP BY 1, 2")
    for row in waiting {
      let (batch, code, count) = try row.decode(Int.self, String.self, Int.self)
      setAside[batch, default: [:]][code] = count
    }
    let batches = try db.rows(
      """
      SELECT batch_id, key, received, applied, duplicate, stale, quarantined FROM batch
      WHERE kind = 'demand' ORDER BY place
      """
    ).map { row in
      let number: Int = try row[0]
      let counts = FactModel.Counts(
        received: try row[2], applied: try row[3], duplicate: try row[4], stale: try row[5],
        quarantined: try row[6])
      return StoredBatch(
        number: number, key: try row[1], counts: counts, setAside: setAside[number] ?? [:])
    }
    var facts: [SentFact.Place: [Double]] = [:]
    for row in try db.rows("SELECT item::text, location::text, day::text, quantity FROM demand") {
      let (item, location, day, quantity) = try row.decode(
        String.self, String.self, String.self, Double.self)
      facts[.init(item: item, location: location, day: day), default: []].append(quantity)
    }
    return Stored(batches: batches, facts: facts, withoutPlace: withoutPlace)
  }
}

import Digests
import Inventory

/// A fact of demand as a client means it.
struct SentFact: Codable, Hashable, Sendable {
  struct Place: Codable, Hashable, Sendable {
    let item: String
    let location: String
    let day: String
  }

  let place: Place
  let quantity: Double
  let revision: Int64?

  /// As a line of CSV.
  var line: String {
    let whole = Int(quantity)
    let number = Double(whole) == quantity ? String(whole) : String(quantity)
    return
      "\(place.item),\(place.location),\(place.day),\(number),\(revision.map(String.init) ?? "")"
  }
}

/// A row as it is sent: a fact, or one that must be set aside with a code.
struct SentRow: Codable, Hashable, Sendable {
  let line: String
  let fact: SentFact?
  let code: String?

  init(_ fact: SentFact) { (line, self.fact, code) = (fact.line, fact, nil) }
  init(bad line: String, code: String) { (self.line, fact, self.code) = (line, nil, code) }
}

/// One push of demand, under its key.
struct SentBatch: Codable, Hashable, Sendable {
  static let header = "item,location,day,quantity,revision"

  let key: String
  let rows: [SentRow]

  var body: String {
    ([SentBatch.header] + rows.map(\.line)).joined(separator: "\n") + "\n"
  }
}

/// Batches that meet each other: few places, few revisions, few quantities, so that rows are
/// applied, repeated, too old and in conflict; and now and then one that must be set aside.
struct BatchMaker {
  static let items = ["oats", "rye", "soap", "tea", "salt"]
  static let locations = ["leeds", "bath"]

  let name: String
  var rowCount = 40
  /// Whether rows carry revisions, so that not receipt decides.
  var hasRevisions = true
  /// From how many days, the last of them in early 2024, they are drawn.
  var days = 60

  func batch<Generator: RandomNumberGenerator>(
    _ number: Int, using random: inout Generator
  ) -> SentBatch {
    let rows = (0..<rowCount).map { _ -> SentRow in
      let day = Day("2024-03-01")! - Int.random(in: 0..<days, using: &random)
      let fact = SentFact(
        place: .init(
          item: BatchMaker.items.randomElement(using: &random)!,
          location: BatchMaker.locations.randomElement(using: &random)!, day: day.description),
        quantity: Double(Int.random(in: 0..<8, using: &random)) / 2,
        revision: hasRevisions ? Int64.random(in: 1...6, using: &random) : nil)
      switch Int.random(in: 0..<20, using: &random) {
      case 0: return SentRow(bad: "beer,bath,\(day),1,1", code: "unknown_item")
      case 1: return SentRow(bad: "oats,bath,\(day),-1,1", code: "invalid_quantity")
      default: return SentRow(fact)
      }
    }
    return SentBatch(key: "\(name)-\(number)", rows: rows)
  }
}

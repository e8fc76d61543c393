import TestKit
import Testing

@testable import Storage

@Suite("Month arrays in memory")
struct MonthBlockTests {
  private let key = MonthBlock.Key(series: 7, month: 16_892)

  @Test("a row is cut after its last day, and holds NaN where nothing came")
  func cut() throws {
    var block = MonthBlock(batch: 3)
    let row = block.position(of: key)
    _ = try block.receive(row: row, place: 1, quantity: 5, revision: MonthBlock.noRevision)
    _ = try block.receive(row: row, place: 3, quantity: 0, revision: MonthBlock.noRevision)
    let stored = block.storedRow(row)
    #expect(stored.quantities.count == 4)
    #expect(stored.quantities.first?.isNaN == true)
    #expect(Array(stored.quantities.suffix(1)) == [0])
    #expect(Array(stored.batches) == [3])
    #expect(stored.revisions == nil)
  }

  @Test("batch and revision stand once while all days share them, and per day otherwise")
  func shared() throws {
    var block = MonthBlock(batch: 3)
    block.load(key, quantities: [1, 2, .nan], batches: [2], revisions: [9])
    let row = block.position(of: key)
    #expect(Array(block.storedRow(row).batches) == [2])
    #expect(block.storedRow(row).revisions.map(Array.init) == [9])
    _ = try block.receive(row: row, place: 2, quantity: 4, revision: 10)
    #expect(Array(block.storedRow(row).batches) == [2, 2, 3])
    #expect(block.storedRow(row).revisions.map(Array.init) == [9, 9, 10])
  }

  @Test("a row that nothing new came for is not written again")
  func unchanged() throws {
    var block = MonthBlock(batch: 3)
    block.load(key, quantities: [1, 2], batches: [2], revisions: nil)
    let row = block.position(of: key)
    _ = try block.receive(row: row, place: 0, quantity: 1, revision: MonthBlock.noRevision)
    #expect(!block.isChanged[row])
  }

  @Test("a replaced value of an earlier batch is remembered once, with who had set it")
  func replaced() throws {
    var block = MonthBlock(batch: 3)
    block.load(key, quantities: [1], batches: [2], revisions: [9])
    let row = block.position(of: key)
    _ = try block.receive(row: row, place: 0, quantity: 5, revision: 10)
    _ = try block.receive(row: row, place: 0, quantity: 6, revision: 11)
    #expect(block.changes.count == 1)
    #expect(block.changes.first?.quantity == 1)
    #expect(block.changes.first?.batch == 2)
    #expect(block.changes.first?.revision == 9)
    #expect(block.changes.first?.day == key.month)
  }

  @Test("a repeated value with a higher revision keeps the batch that first brought it")
  func raised() throws {
    var block = MonthBlock(batch: 3)
    block.load(key, quantities: [1], batches: [2], revisions: [9])
    let row = block.position(of: key)
    let merged = try block.receive(row: row, place: 0, quantity: 1, revision: 12)
    #expect(merged.resolution == .duplicate(raisesRevision: true))
    #expect(Array(block.storedRow(row).batches) == [2])
    #expect(block.storedRow(row).revisions.map(Array.init) == [12])
    #expect(block.changes.isEmpty)
  }

  @Test("facts with revisions end in the same row in any order")
  func anyOrder() throws {
    var random = SeededGenerator(seed: 11)
    let facts = (0..<200).map { _ in
      (
        place: Int.random(in: 0..<31, using: &random),
        quantity: Double(Int.random(in: 0..<5, using: &random)),
        revision: Int64.random(in: 0..<4, using: &random)
      )
    }
    let expected = try merged(facts)
    for _ in 0..<50 {
      let shuffled = try merged(facts.shuffled(using: &random))
      #expect(shuffled == expected)
    }
  }

  private func merged(
    _ facts: [(place: Int, quantity: Double, revision: Int64)]
  ) throws -> [String] {
    var block = MonthBlock(batch: 1)
    let row = block.position(of: key)
    for fact in facts {
      _ = try block.receive(
        row: row, place: fact.place, quantity: fact.quantity, revision: fact.revision)
    }
    return (0..<31).map { "\(block.quantities[$0]) \(block.revisions[$0])" }
  }
}

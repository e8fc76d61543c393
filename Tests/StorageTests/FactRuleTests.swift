import Testing

@testable import Storage

@Suite("Which of two facts stands")
struct FactRuleTests {
  @Test(
    "the table of revisions and contents is followed",
    arguments: [
      // incoming, revision, standing, its revision, same batch
      (5.0, 2, 4.0, 1, false, Resolution.applied),
      (4.0, 2, 4.0, 1, false, .duplicate(raisesRevision: true)),
      (5.0, 1, 4.0, 2, false, .stale),
      (4.0, 1, 4.0, 2, false, .stale),
      (4.0, 1, 4.0, 1, false, .duplicate(raisesRevision: false)),
      (5.0, nil, 4.0, 7, false, .applied),
      (5.0, 7, 4.0, nil, false, .applied),
      (4.0, nil, 4.0, nil, false, .duplicate(raisesRevision: false)),
      (4.0, nil, 4.0, nil, true, .duplicate(raisesRevision: false)),
    ] as [(Double, Int64?, Double, Int64?, Bool, Resolution)])
  func table(
    incoming: Double, revision: Int64?, standing: Double, standingRevision: Int64?,
    sameBatch: Bool, expected: Resolution
  ) throws {
    let resolution = try FactRule.resolve(
      incoming, revision: revision, against: standing, revision: standingRevision,
      sameBatch: sameBatch)
    #expect(resolution == expected)
  }

  @Test("of two facts of one revision the same one stands, whichever comes first")
  func symmetric() throws {
    for (left, right) in [(1.0, 2.0), (3, 30), (0, 1e9), (0.5, 0.25)] {
      let forward = try resolve(left, against: right)
      let backward = try resolve(right, against: left)
      let leftStands = forward == .conflict(incomingStands: true)
      #expect(backward == .conflict(incomingStands: !leftStands))
      #expect(forward == .conflict(incomingStands: leftStands))
    }
  }

  @Test("two facts without a revision in one batch are a conflict, as if theirs were equal")
  func withinABatch() throws {
    let resolution = try FactRule.resolve(
      1.0, revision: nil, against: 2.0, revision: nil, sameBatch: true)
    #expect(resolution == (try resolve(1, against: 2)))
  }

  private func resolve(_ incoming: Double, against standing: Double) throws -> Resolution {
    try FactRule.resolve(
      incoming, revision: 1, against: standing, revision: 1, sameBatch: false)
  }
}

import Forecasting
import TestKit
import Testing

@Suite("Weights of combined methods")
struct CombinationWeightsTests {
  private func evidence(_ rows: [[Double]]) -> CombinationWeights.Evidence {
    var evidence = CombinationWeights.Evidence(methods: rows[0].count)
    for row in rows { evidence.add(errors: row) }
    return evidence
  }

  private func agree(_ left: [Double], _ right: [Double]) -> Bool {
    zip(left, right).allSatisfy { ($0 - $1).magnitude < 1e-9 }
  }

  @Test("two methods whose errors are not correlated count by the inverse of their squares")
  func batesAndGranger() throws {
    let found = try #require(CombinationWeights.inverseError(meanSquares: [1, 4]))
    #expect(agree(found.values, [0.8, 0.2]))
    // Errors (1, 2), (1, -2): the off-diagonal products cancel.
    let fitted = CombinationWeights.leastSquares(
      evidence([[1, 2], [1, -2]]), prior: .equal(2), strength: 0)
    #expect(agree(fitted.values, found.values))
  }

  @Test("a method without error takes all of it")
  func perfect() throws {
    #expect(CombinationWeights.inverseError(meanSquares: [2, 0])?.values == [0, 1])
    let fitted = CombinationWeights.leastSquares(
      evidence([[1, 0], [-2, 0]]), prior: .equal(2), strength: 0)
    #expect(agree(fitted.values, [0, 1]))
  }

  @Test("strength without bound gives the prior, and so does no evidence")
  func prior() throws {
    let prior = try #require(CombinationWeights.proportional(to: [6, 3, 1]))
    let rows = [[1.0, 0.5, 3], [-2, 1, 0.5], [0.3, -1, 1]]
    let bound = CombinationWeights.leastSquares(evidence(rows), prior: prior, strength: 1e9)
    #expect(zip(bound.values, prior.values).allSatisfy { ($0 - $1).magnitude < 1e-6 })
    let none = CombinationWeights.leastSquares(
      evidence([[.nan, 1, 1]]), prior: prior, strength: 0)
    #expect(none == prior)
  }

  @Test("methods that say the same share what one of them would get, or one takes it")
  func twins() {
    let fitted = CombinationWeights.leastSquares(
      evidence([[1, 1, 2], [1, 1, -2]]), prior: .equal(3), strength: 0)
    #expect((fitted.values[0] + fitted.values[1] - 0.8).magnitude < 1e-9)
  }

  @Test(
    "no weights on the simplex do better than the fitted ones",
    arguments: 1...20 as ClosedRange<UInt64>)
  func optimal(_ seed: UInt64) {
    var random = TestKit.SeededGenerator(seed: seed)
    let rows = (0..<30).map { _ in
      let shared = Double.random(in: -2...2, using: &random)
      return (0..<4).map { shared + Double($0) * Double.random(in: -1...1, using: &random) }
    }
    let fitted = CombinationWeights.leastSquares(
      evidence(rows), prior: .equal(4), strength: 0)
    let cost = { (weights: [Double]) in
      rows.reduce(0.0) { sum, row in
        let error = zip(weights, row).reduce(0.0) { $0 + $1.0 * $1.1 }
        return sum + error * error
      }
    }
    #expect((fitted.values.reduce(0, +) - 1).magnitude < 1e-12)
    #expect(fitted.values.allSatisfy { $0 >= 0 })
    for _ in 0..<200 {
      let shares = (0..<4).map { _ in Double.random(in: 0...1, using: &random) }
      let sum = shares.reduce(0, +)
      #expect(cost(fitted.values) <= cost(shares.map { $0 / sum }) * (1 + 1e-9))
    }
  }
}

import LinearAlgebra
import TestKit
import Testing

@testable import Forecasting

@Suite("Reconciliation")
struct ReconciliationTests {
  /// A total, two regions and four shops.
  let structure = SummingStructure(bottomCount: 4, members: [[0, 1, 2, 3], [0, 1], [2, 3]])
  let sums = Matrix(columns: [[100, 55, 48], [90, 40, 52]])
  let bottoms = Matrix(columns: [[30, 20, 25, 15], [21, 20, 30, 18]])

  private func errors(_ seed: UInt64, rows: Int = 40, nodes: Int = 7) -> Matrix {
    var random = TestKit.SeededGenerator(seed: seed)
    let shared = (0..<rows).map { _ in Double.random(in: -2...2, using: &random) }
    return Matrix(
      columns: (0..<nodes).map { node in
        shared.map { $0 + Double(node + 1) * Double.random(in: -1...1, using: &random) }
      })
  }

  /// S, sums above bottoms.
  private var summing: Matrix {
    var matrix = Matrix(rows: 7, columns: 4)
    for (sum, members) in structure.members.enumerated() {
      for member in members { matrix[sum, member] = 1 }
    }
    for bottom in 0..<4 { matrix[3 + bottom, bottom] = 1 }
    return matrix
  }

  /// W = F'F + diag(d) written out.
  private func written(_ covariance: ErrorCovariance) -> Matrix {
    var matrix = covariance.factor.gram()
    for node in 0..<matrix.rows { matrix[node, node] += covariance.diagonal[node] }
    return matrix
  }

  /// (S'W⁻¹S)⁻¹ S'W⁻¹ y as the papers write it.
  private func literal(_ covariance: ErrorCovariance) throws -> Matrix {
    let weighted = try CholeskyFactor(of: written(covariance)).solve(summing)
    var base = Matrix(rows: 7, columns: 2)
    for lead in 0..<2 {
      for sum in 0..<3 { base[sum, lead] = sums[sum, lead] }
      for bottom in 0..<4 { base[3 + bottom, lead] = bottoms[bottom, lead] }
    }
    let inner = Matrix.product(summing, transposed: true, weighted)
    return try CholeskyFactor(of: inner).solve(Matrix.product(weighted, transposed: true, base))
  }

  private func distance(_ left: Matrix, _ right: Matrix) -> Double {
    zip(left.storage, right.storage).reduce(0) { max($0, ($1.0 - $1.1).magnitude) }
  }

  @Test(
    "both ways of solving give the textbook's projection", arguments: [512, 0],
    [1, 2, 3] as [UInt64])
  func textbook(_ denseLimit: Int, _ seed: UInt64) throws {
    let covariances = [
      ErrorCovariance(variances: [4, 2, 2, 1, 1, 1, 1]),
      ErrorCovariance(variances: [9, 3, 5, 2, 0.1, 1, 4]),
      ErrorCovariance(
        shrinking: errors(seed), variances: Array(repeating: 1, count: 7)),
    ]
    for covariance in covariances {
      let found = try Reconciliation.bottoms(
        sums: sums, bottoms: bottoms, structure: structure, covariance: covariance,
        denseLimit: denseLimit)
      #expect(distance(found, try literal(covariance)) < 1e-7)
    }
  }

  @Test("one sum of two: the gap is shared out by the variances")
  func byHand() throws {
    let found = try Reconciliation.bottoms(
      sums: Matrix(columns: [[12]]), bottoms: Matrix(columns: [[4, 4]]),
      structure: SummingStructure(bottomCount: 2, members: [[0, 1]]),
      covariance: ErrorCovariance(variances: [4, 3, 1]))
    // x = 4 / (4 + 3 + 1); each bottom moves by its variance times that.
    #expect(distance(found, Matrix(columns: [[5.5, 4.5]])) < 1e-12)
  }

  @Test("forecasts that add up stay as they are", arguments: [512, 0])
  func coherent(_ denseLimit: Int) throws {
    let found = try Reconciliation.bottoms(
      sums: structure.sums(of: bottoms), bottoms: bottoms, structure: structure,
      covariance: ErrorCovariance(shrinking: errors(5), variances: Array(repeating: 1, count: 7)),
      denseLimit: denseLimit)
    #expect(distance(found, bottoms) < 1e-9)
  }

  @Test("who is certain does not move; sums that are certain are met")
  func certainty() throws {
    let found = try Reconciliation.bottoms(
      sums: sums, bottoms: bottoms, structure: structure,
      covariance: ErrorCovariance(variances: [5, 0, 5, 0, 1, 2, 1]))
    #expect(found[0, 0] == bottoms[0, 0])
    #expect((found[0, 0] + found[1, 0] - sums[1, 0]).magnitude < 1e-9)
    #expect((found[0, 1] + found[1, 1] - sums[1, 1]).magnitude < 1e-9)
  }

  @Test("two certain sums that say the same are refused")
  func unsolvable() {
    let twice = SummingStructure(bottomCount: 2, members: [[0, 1], [0, 1]])
    #expect(throws: Reconciliation.Failure.self) {
      try Reconciliation.bottoms(
        sums: Matrix(columns: [[5, 6]]), bottoms: Matrix(columns: [[1, 1]]), structure: twice,
        covariance: ErrorCovariance(variances: [0, 0, 1, 1]))
    }
  }

  @Test(
    "the shrinkage's share is that of its definition, pair by pair",
    arguments: 1...5 as ClosedRange<UInt64>)
  func intensity(_ seed: UInt64) {
    let errors = errors(seed)
    let count = Double(errors.rows)
    let columns = (0..<7).map { column -> [Double] in
      let values = errors.column(column)
      let deviation = (values.reduce(0) { $0 + $1 * $1 } / count).squareRoot()
      return values.map { $0 / deviation }
    }
    var (variances, squares) = (0.0, 0.0)
    for one in 0..<7 {
      for other in 0..<7 where other != one {
        let products = zip(columns[one], columns[other]).map { $0 * $1 }
        let correlation = products.reduce(0, +) / count
        let fourth = products.reduce(0) { $0 + $1 * $1 } / count
        variances += (fourth - correlation * correlation) / count
        squares += correlation * correlation
      }
    }
    let covariance = ErrorCovariance(
      shrinking: errors, variances: Array(repeating: 1, count: 7))
    #expect((covariance.intensity - min(max(variances / squares, 0), 1)).magnitude < 1e-9)
    let matrix = written(covariance)
    for node in 0..<7 {
      let square = errors.column(node).reduce(0) { $0 + $1 * $1 } / count
      #expect((matrix[node, node] / square - 1).magnitude < 1e-12)
    }
  }

  @Test("a thousand sums over ten thousand series add up by iteration")
  func large() throws {
    var random = TestKit.SeededGenerator(seed: 9)
    let members = (0..<1_000).map { sum in Array(10 * sum..<10 * sum + 10) } + [Array(0..<10_000)]
    let structure = SummingStructure(bottomCount: 10_000, members: members)
    let bottoms = Matrix(
      columns: [(0..<10_000).map { _ in Double.random(in: 1...9, using: &random) }])
    var sums = structure.sums(of: bottoms)
    sums.withMutableElements { values in
      for index in values.indices { values[index] *= Double.random(in: 0.9...1.1, using: &random) }
    }
    let variances = members.map { Double($0.count) } + bottoms.storage
    let covariance = ErrorCovariance(variances: variances)
    let iterated = try Reconciliation.bottoms(
      sums: sums, bottoms: bottoms, structure: structure, covariance: covariance)
    let dense = try Reconciliation.bottoms(
      sums: sums, bottoms: bottoms, structure: structure, covariance: covariance,
      denseLimit: 2_000)
    #expect(distance(iterated, dense) < 1e-7)
  }
}

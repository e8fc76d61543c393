import Dispatch
import Glibc
import LinearAlgebra
import TestKit
import Testing

@testable import Forecasting

/// What must hold on every panel, tried on some that seeds draw.
@Suite("Laws of the hybrid on drawn panels")
struct HybridSeededLawTests {
  /// To 1e-9 of each figure, or of a thousandth where it is less.
  private func expectAgreement(
    _ left: [Double], _ right: [Double], within share: Double = 1e-9, _ what: String = "",
    location: SourceLocation = #_sourceLocation
  ) {
    #expect(left.count == right.count, sourceLocation: location)
    for (left, right) in zip(left, right) {
      #expect(
        (left - right).magnitude <= share * max(right.magnitude, 1e-3),
        "\(what) \(left) \(right)", sourceLocation: location)
    }
  }

  private func forecasts(_ panel: Hybrid.Panel) throws -> [Hybrid.Forecast] {
    let found = try Hybrid.forecast(panel)
    #expect(found.allSatisfy { $0 != nil })
    return found.compactMap { $0 }
  }

  @Test("demand in other units is forecast in those units", arguments: 1...4 as ClosedRange<UInt64>)
  func scale(seed: UInt64) throws {
    var random = TestKit.SeededGenerator(seed: seed)
    let factor = Double.random(in: 0.001..<1_000, using: &random)
    let panel = SeededPanel(seed: seed).panel
    var scaled = panel
    scaled.observations.withMutableElements { values in
      for index in values.indices { values[index] *= factor }
    }
    for (one, other) in zip(try forecasts(panel), try forecasts(scaled)) {
      expectAgreement(other.means, one.means.map { $0 * factor })
      for probability in [0.05, 0.5, 0.975] {
        expectAgreement(
          [other.spread.quantile(probability, mean: other.means[3], lead: 4)],
          [factor * one.spread.quantile(probability, mean: one.means[3], lead: 4)])
      }
    }
  }

  // A wave of the year is a sine and a cosine with one penalty, so that another phase is another
  // pair of axes in the same plane: ridge regression does not see them. What a turn moves is the
  // pair of coefficients, by its angle, and nothing else.
  @Test(
    "whole weeks later, the year's coefficients turn and nothing else moves",
    arguments: 1...4 as ClosedRange<UInt64>)
  func shift(seed: UInt64) throws {
    var random = TestKit.SeededGenerator(seed: seed)
    let days = Double(7 * Int.random(in: 1...520, using: &random))
    let plain = try forecasts(SeededPanel(seed: seed).panel)
    let later = try forecasts(SeededPanel(seed: seed, turn: days).panel)
    for (plain, later) in zip(plain, later) {
      #expect(plain.penalty == later.penalty)
      expectAgreement(later.means, plain.means, within: 1e-8, "means")
      expectAgreement([later.level], [plain.level], within: 1e-7, "level")
      expectAgreement(later.weekday + later.echo, plain.weekday + plain.echo, within: 1e-7)
      for place in [0, 1, 2, 3, 4, 5, 6, 13] {
        expectAgreement(
          [later.coefficients[place]], [plain.coefficients[place]], within: 1e-7, "\(place)")
      }
      for (place, order) in [(7, 1.0), (9, 2), (11, 1)] {
        let angle = 2 * Double.pi * order * days / 365.25
        let (sine, cosine) = (plain.coefficients[place], plain.coefficients[place + 1])
        expectAgreement(
          [later.coefficients[place], later.coefficients[place + 1]],
          [sine * cos(angle) + cosine * sin(angle), cosine * cos(angle) - sine * sin(angle)],
          within: 1e-6, "wave \(order)")
      }
    }
  }

  @Test("columns in any order have the same forecasts", arguments: 1...3 as ClosedRange<UInt64>)
  func permutation(seed: UInt64) throws {
    var random = TestKit.SeededGenerator(seed: seed)
    let panel = SeededPanel(seed: seed).panel
    let order = panel.parents.indices.shuffled(using: &random)
    var shuffled = panel
    shuffled.observations = Matrix(columns: order.map(panel.observations.column))
    shuffled.parents = order.map { panel.parents[$0].flatMap(order.firstIndex) }
    let (straight, other) = (try forecasts(panel), try forecasts(shuffled))
    for (place, column) in order.enumerated() {
      expectAgreement(other[place].means, straight[column].means)
      #expect(other[place].penalty == straight[column].penalty)
    }
  }

  @Test(
    "series that are no kin of the others change none of them",
    arguments: 1...3 as ClosedRange<UInt64>)
  func farAway(seed: UInt64) throws {
    let panel = SeededPanel(seed: seed).panel
    let strangers = SeededPanel(seed: seed + 100).panel
    let count = panel.parents.count
    var wide = panel
    wide.observations = Matrix(
      columns: (0..<count).map(panel.observations.column)
        + (0..<count).map(strangers.observations.column).map { $0.map { $0 * 1_000 } })
    wide.parents += strangers.parents.map { $0.map { $0 + count } }
    wide.closures += strangers.closures
    for (alone, among) in zip(try forecasts(panel), try forecasts(wide)) {
      expectAgreement(among.means, alone.means)
      #expect(among.penalty == alone.penalty)
      #expect(among.step == nil && alone.step == nil || among.step?.column == alone.step?.column)
    }
  }

  @Test(
    "one, two and four threads give the same bits",
    arguments: 1...3 as ClosedRange<UInt64>, [1, 2, 4])
  func threads(seed: UInt64, count threads: Int) throws {
    var wide = SeededPanel(seed: seed, length: 400).panel
    let copies = (0..<300).map { wide.observations.column($0 % 6) }
    wide.observations = Matrix(columns: [wide.observations.column(0)] + copies)
    wide.parents = [nil] + copies.map { _ in 0 }
    wide.closures = Array(repeating: [], count: 301)
    let alone = try Hybrid.forecast(wide)
    let shared = try Hybrid.forecast(wide) { count, body in
      withoutActuallyEscaping(body) { body in
        nonisolated(unsafe) let body = body
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
          for index in stride(from: thread, to: count, by: threads) { body(index) }
        }
      }
    }
    #expect(Hybrid.bytes(of: alone) == Hybrid.bytes(of: shared))
  }

  @Test(
    "a penalty near zero is least squares, one without bound the prior",
    arguments: 1...4 as ClosedRange<UInt64>)
  func penalties(seed: UInt64) throws {
    var random = TestKit.SeededGenerator(seed: seed)
    var panel = SeededPanel(seed: seed).panel
    // With all seven weekdays there is no single answer of least squares.
    panel.features = Matrix(columns: (1..<14).map(panel.features.column))
    panel.penalties.removeFirst()
    let design = try RidgeDesign(panel, .daily, .init(start: 0, dropsAnnual: false))
    let targets = Matrix(
      columns: (0..<3).map { _ in
        design.rootWeights.map { $0 * Double.random(in: -1..<1, using: &random) }
      })
    let prior = Matrix(
      columns: (0..<3).map { _ in
        design.eigenvalues.map { _ in Double.random(in: -1..<1, using: &random) }
      })
    let bound = RidgeFit(design: design, targets: targets, prior: prior, grid: [1e14])
    let free = RidgeFit(design: design, targets: targets, prior: prior, grid: [1e-9])
    let filtered = RidgeDesign.filtered(
      panel.features.selecting(rows: 0..<design.length), .daily, design.rootWeights,
      design.inverseRootPenalties)
    let exact = try LeastSquares(filtered, targets)
    for column in 0..<3 {
      expectAgreement(bound.coefficients.column(column), prior.column(column), within: 1e-8)
      let found = design.coefficients(free.coefficients).column(column)
      let solution = exact.solution.column(column)
      expectAgreement(
        found, zip(solution, design.inverseRootPenalties).map { $0 * $1 }, within: 1e-6)
    }
  }
}

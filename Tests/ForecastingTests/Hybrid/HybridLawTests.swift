import Dispatch
import LinearAlgebra
import Testing

@testable import Forecasting

@Suite("Laws of the hybrid")
struct HybridLawTests {
  let panel = HybridFixture.panel()

  private func agree(_ left: [Double], _ right: [Double], factor: Double = 1) -> Bool {
    left.count == right.count
      && zip(left, right).allSatisfy {
        ($0 * factor - $1).magnitude <= 1e-9 * max($1.magnitude, 1e-6)
      }
  }

  @Test("demand counted in dozens is forecast in dozens")
  func scale() throws {
    var scaled = panel
    scaled.observations.withMutableElements { values in
      for index in values.indices { values[index] /= 12 }
    }
    let units = try Hybrid.forecast(panel).compactMap { $0 }
    let dozens = try Hybrid.forecast(scaled).compactMap { $0 }
    #expect(units.count == 4)
    for (units, dozens) in zip(units, dozens) {
      #expect(agree(dozens.means, units.means, factor: 12))
      let upper = dozens.spread.quantile(0.9, mean: dozens.means[0], lead: 1)
      #expect(
        agree([upper], [units.spread.quantile(0.9, mean: units.means[0], lead: 1)], factor: 12))
    }
  }

  @Test("the order of series in a panel changes no answer")
  func permutation() throws {
    var reversed = panel
    reversed.observations = Matrix(columns: (0..<4).reversed().map(panel.observations.column))
    reversed.parents = [2, 3, 3, nil]
    reversed.closures.reverse()
    let straight = try Hybrid.forecast(panel).compactMap { $0?.means }
    let backward = try Hybrid.forecast(reversed).compactMap { $0?.means }
    for (one, other) in zip(straight, backward.reversed()) { #expect(agree(one, other)) }
  }

  @Test("the order in which blocks are worked on changes no bit, nor does a block's company")
  func blocks() throws {
    var wide = panel
    let columns = (0..<700).map { _ in panel.observations.column(1) }
    wide.observations = Matrix(columns: [panel.observations.column(0)] + columns)
    wide.parents = [nil] + columns.map { _ in 0 }
    wide.closures = Array(repeating: [], count: 701)
    let backward = try Hybrid.forecast(wide) { count, body in
      for index in (0..<count).reversed() { body(index) }
    }
    let together = try Hybrid.forecast(wide) { count, body in
      withoutActuallyEscaping(body) { body in
        nonisolated(unsafe) let body = body
        DispatchQueue.concurrentPerform(iterations: count) { body($0) }
      }
    }
    let forward = try Hybrid.forecast(wide)
    #expect(together.map { $0?.means } == forward.map { $0?.means })
    #expect(backward.map { $0?.means } == forward.map { $0?.means })
    let alone = try #require(try Hybrid.forecast(panel)[1]).means
    for column in 1...700 { #expect(agree(forward[column]?.means ?? [], alone)) }
  }

  @Test("a constant series stays constant, without spread")
  func constant() throws {
    var still = panel
    still.observations = Matrix(rows: 840, columns: 4, repeating: 70)
    for answer in try Hybrid.forecast(still) {
      let answer = try #require(answer)
      let open = answer.means.filter { $0 > 0 }
      #expect(open.count >= 27)
      #expect(open.allSatisfy { ($0 - 70).magnitude < 1e-9 })
      #expect((answer.spread.quantile(0.95, mean: 70, lead: 1) - 70).magnitude < 1e-6)
    }
  }

  @Test("a penalty without bound leaves the prior as it is, one near zero forgets it")
  func prior() throws {
    let design = try RidgeDesign(
      panel, Hybrid.Parameters.daily, .init(start: 0, dropsAnnual: false))
    let targets = Matrix(columns: [panel.observations.column(0).map { $0 / 4000 }])
    let anchor = Matrix(columns: [(0..<15).map { 0.1 * Double($0) - 0.75 }])
    let bound = RidgeFit(design: design, targets: targets, prior: anchor, grid: [1e15])
    #expect(agree(bound.coefficients.column(0), anchor.column(0)))
    let free = RidgeFit(design: design, targets: targets, prior: anchor, grid: [1e-9])
    let none = RidgeFit(design: design, targets: targets, prior: nil, grid: [1e-9])
    // The first direction is the sum of the weekdays, which the filter takes away.
    #expect(
      zip(free.coefficients.column(0), none.coefficients.column(0)).dropFirst().allSatisfy {
        ($0 - $1).magnitude < 1e-6
      })
  }

  @Test("a child with few days takes its parent's effects and its own level")
  func borrowed() throws {
    var young = panel
    young.observations.withMutableColumn(3) { values in
      for day in 0..<800 { values[day] = .nan }
    }
    let answers = try Hybrid.forecast(young)
    let parent = try #require(answers[1])
    let child = try #require(answers[3])
    #expect(child.coefficients == parent.coefficients)
    #expect(child.penalty == nil)
    #expect((200...600).contains(child.means.reduce(0, +) / 28))
  }

  @Test("a series that starts late is fitted on its own window")
  func late() throws {
    var late = panel
    late.observations.withMutableColumn(2) { values in
      for day in 0..<500 { values[day] = .nan }
    }
    let answer = try #require(try Hybrid.forecast(late)[2])
    let full = try #require(try Hybrid.forecast(panel)[2])
    let open = full.means.indices.filter { full.means[$0] > 0 }
    for lead in open {
      #expect((answer.means[lead] / full.means[lead] - 1).magnitude < 0.15)
    }
  }

  @Test(
    "hopeless series are declined and disturb nobody",
    arguments: [
      [Double.nan], [0], [1e12], [.infinity], [-5], [.greatestFiniteMagnitude],
      [.leastNonzeroMagnitude],
      [0, 0, 0, 0, 0, 0, 1e12], [.nan, 3],
    ])
  func hopeless(_ pattern: [Double]) throws {
    var odd = panel
    odd.observations = Matrix(
      columns: (0..<4).map(panel.observations.column)
        + [(0..<840).map { pattern[$0 % pattern.count] }]
        + [(0..<840).map { $0 == 839 ? pattern.last! : .nan }])
    odd.parents += [0, 4]
    odd.closures += [[], []]
    let answers = try Hybrid.forecast(odd)
    let undisturbed = try Hybrid.forecast(panel)
    for column in 0..<4 { #expect(answers[column]?.penalty == undisturbed[column]?.penalty) }
    for answer in answers {
      guard let answer else { continue }
      #expect(answer.means.allSatisfy { $0.isFinite && $0 >= 0 })
      let quantile = answer.spread.quantile(0.975, mean: answer.means[0], lead: 1)
      #expect(quantile.isFinite && quantile >= 0)
    }
    #expect(answers[5] == nil)
  }

  @Test("one absurd entry moves a forecast by less than a tenth")
  func outlier() throws {
    var odd = panel
    odd.observations[600, 1] = 1e9
    let answer = try #require(try Hybrid.forecast(odd)[1])
    let clean = try #require(try Hybrid.forecast(panel)[1])
    for (found, expected) in zip(answer.means, clean.means) {
      #expect((found / expected - 1).magnitude < 0.1)
    }
  }

  @Test("features that are not finite and parents in a circle are refused by place")
  func refusals() {
    var odd = panel
    odd.features[3, 2] = .nan
    #expect(throws: Hybrid.Failure.featureNotFinite(row: 3, column: 2)) {
      try Hybrid.forecast(odd)
    }
    var circle = panel
    circle.parents = [3, 0, 0, 1]
    #expect(throws: Hybrid.Failure.parentsInCircle(column: 0)) { try Hybrid.forecast(circle) }
  }

  @Test("weeks and months work with the same interface", arguments: [(1, 52), (1, 12)])
  func otherBuckets(_ season: Int, _ year: Int) throws {
    var coarse = panel
    coarse.season = season
    coarse.year = year
    for answer in try Hybrid.forecast(coarse) {
      #expect(try #require(answer).means.allSatisfy { $0.isFinite && $0 >= 0 })
    }
  }

  @Test("a history shorter than every window still answers or declines")
  func short() throws {
    for length in [1, 5, 27, 29, 84, 90] {
      let rows = 840 - length..<840
      var brief = panel
      brief.observations = panel.observations.selecting(rows: rows)
      brief.features = panel.features.selecting(rows: 840 - length..<868)
      for answer in try Hybrid.forecast(brief) {
        #expect(answer?.means.allSatisfy { $0.isFinite && $0 >= 0 } ?? true)
      }
    }
  }
}

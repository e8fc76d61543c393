import Forecasting
import Testing

@Suite("Sparse series in their parent's shape")
struct ParentProfileTests {
  let often = (0..<200).map { $0 % 2 == 0 ? 2.0 : 0 }
  let rarely = (0..<200).map { $0 % 10 == 0 ? 1.0 : 0 }

  @Test("levels take the parent's shape and sum to the total asked for")
  func total() throws {
    let answers = ParentProfile.forecasts(
      [often, rarely], parent: [10, 20, 30], total: 6, year: 364
    ).compactMap { $0 }
    try #require(answers.count == 2)
    let sums = (0..<3).map { answers[0].means[$0] + answers[1].means[$0] }
    for (sum, expected) in zip(sums, [1.0, 2, 3]) { #expect((sum - expected).magnitude < 1e-12) }
    #expect(answers[0].means[0] > 5 * answers[1].means[0])
  }

  @Test("without a total the levels stand, on average over open days")
  func unscaled() throws {
    let answer = try #require(
      ParentProfile.forecasts([often], parent: [10, 99, 30], closures: [1], year: 364)[0])
    let level = try #require(SparseRate.level(often))
    #expect(answer.means[1] == 0)
    #expect(((answer.means[0] + answer.means[2]) / 2 - level).magnitude < 1e-12)
  }

  @Test("a parent without demand has no shape to lend, one total of zero silences all")
  func flat() throws {
    let flat = try #require(ParentProfile.forecasts([often], parent: [0, 0], year: 364)[0])
    #expect(flat.means[0] == flat.means[1] && flat.means[0] > 0)
    let silent = try #require(
      ParentProfile.forecasts([often], parent: [1, 2], total: 0, year: 364)[0])
    #expect(silent == RungForecast(means: [0, 0], spread: .certain))
  }

  @Test("series that never sold, or of which nothing is known, disturb nobody")
  func hopeless() {
    let answers = ParentProfile.forecasts(
      [often, Array(repeating: 0, count: 200), Array(repeating: .nan, count: 200), []],
      parent: [1, 2], total: 3, year: 364)
    #expect(answers[1] == RungForecast(means: [0, 0], spread: .certain))
    #expect(answers[2] == nil && answers[3] == nil)
    #expect(answers[0].map { ($0.means[0] - 1).magnitude < 1e-12 } == true)
  }

  @Test("a series with few sales takes the scatter of all")
  func pooled() throws {
    let lumpy = (0..<200).map { $0 % 20 == 0 ? 12.0 : 0 }
    let once = (0..<200).map { $0 == 150 ? 1.0 : 0 }
    let answers = ParentProfile.forecasts(
      [lumpy, lumpy, lumpy, once], parent: [1, 1], year: 364)
    guard case .negativeBinomial(let dispersion) = try #require(answers[3]).spread else {
      Issue.record("another spread")
      return
    }
    #expect(dispersion > 5)
  }
}

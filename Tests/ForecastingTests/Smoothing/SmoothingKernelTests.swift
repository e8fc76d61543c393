import Testing

@testable import Forecasting

@Suite("The smoothing kernel and its literal twin")
struct SmoothingKernelTests {
  typealias Form = ExponentialSmoothing.Form

  /// Every form, with the periods given.
  static func forms(
    trends: [ExponentialSmoothing.Join] = [.absent, .additive], periods: [Int]
  ) -> [Form] {
    trends.flatMap { trend in
      [false, true].flatMap { isDamped in
        [ExponentialSmoothing.Join.absent, .additive, .multiplicative].flatMap { season in
          [false, true].flatMap { hasRelativeError in
            (season == .absent ? [1] : periods).map {
              Form(
                hasRelativeError: hasRelativeError, trend: trend, isDamped: isDamped,
                season: season, period: $0)
            }
          }
        }
      }
    }.filter { !($0.trend == .absent && $0.isDamped) }
  }

  /// A point somewhere in the region, and a series around it with gaps.
  static func sample(
    _ form: Form, length: Int, _ generator: inout SeededGenerator
  ) -> (values: [Double], point: SmoothingPoint) {
    let level = 0.05 + 0.6 * generator.uniform()
    var rates = ExponentialSmoothing.Rates(level: level)
    if form.trend != .absent { rates.trend = 0.5 * level * generator.uniform() }
    if form.isDamped { rates.damping = 0.8 + 0.18 * generator.uniform() }
    if form.season != .absent { rates.season = (1 - level) * generator.uniform() }
    var start = ExponentialSmoothing.State(level: 300 * (1 + generator.uniform()))
    if form.trend == .additive { start.trend = generator.normal() }
    if form.trend == .multiplicative { start.trend = 1 + 0.01 * generator.normal() }
    if form.season != .absent {
      let isMultiplicative = form.season == .multiplicative
      start.seasons = (0..<form.period).map { _ in
        isMultiplicative ? 1 + 0.1 * generator.normal() : 10 * generator.normal()
      }
    }
    let values = (0..<length).map { index -> Double in
      index % 13 == 5 ? .nan : 400 * (1 + 0.1 * generator.normal())
    }
    return (values, SmoothingPoint(rates: rates, start: start))
  }

  @Test(
    "the kernel's sums are the literal ones, to 1e-9 of what was summed up",
    arguments: forms(periods: [2, 4, 7, 12, 52]))
  func kernel(_ form: Form) throws {
    var generator = SeededGenerator(seed: 11)
    let kernel = try #require(SmoothingKernel(form))
    for length in [1, 63, 64, 65, 200] {
      let (values, point) = Self.sample(form, length: length, &generator)
      let fast = kernel.sums(over: values, point: point, hasDerivatives: true)
      let literal = LiteralSmoothing.sums(
        over: values, form: form, point: point, directions: point.directions(form))
      guard let fast, let literal else {
        #expect((fast == nil) == (literal == nil))
        continue
      }
      Self.expectEqual(fast, literal)
      let alone = try #require(kernel.sums(over: values, point: point, hasDerivatives: false))
      #expect(alone.squares == fast.squares)
      #expect(alone.logForecasts == fast.logForecasts)
    }
  }

  private static func expectEqual(_ fast: SmoothingSums, _ literal: SmoothingSums) {
    let width = literal.width
    #expect(fast.width == width)
    #expect((fast.squares / literal.squares - 1).magnitude < 1e-9)
    #expect((fast.logForecasts - literal.logForecasts).magnitude < 1e-9)
    for row in 0..<width {
      #expect(
        (fast.logSlopes[row] - literal.logSlopes[row]).magnitude
          <= 1e-9 * max(literal.logSlopes[row].magnitude, 1))
      for column in 0...row {
        let size =
          literal.gram[row * width + row].squareRoot()
          * literal.gram[column * width + column].squareRoot()
        let difference = fast.gram[row * width + column] - literal.gram[row * width + column]
        #expect(difference.magnitude <= 1e-9 * size)
      }
    }
  }

  @Test("the kernel declines a multiplicative trend and long seasons")
  func declined() {
    #expect(SmoothingKernel(Form(trend: .multiplicative)) == nil)
    #expect(SmoothingKernel(Form(season: .additive, period: 61)) != nil)
    #expect(SmoothingKernel(Form(season: .additive, period: 62)) == nil)
  }

  @Test("a forecast that is not above 0 has no relative error")
  func negative() throws {
    let form = Form(hasRelativeError: true, trend: .additive)
    let point = SmoothingPoint(
      rates: .init(level: 0.1, trend: 0.01), start: .init(level: 10, trend: -3))
    let values = Array(repeating: 1.0, count: 20)
    let kernel = try #require(SmoothingKernel(form))
    let fast = kernel.sums(over: values, point: point, hasDerivatives: false)
    let literal = LiteralSmoothing.sums(over: values, form: form, point: point, directions: [])
    #expect(fast == nil && literal == nil)
  }

  @Test(
    "literal squares are those of the pass, and literal derivatives those of finite differences",
    arguments: forms(trends: [.absent, .additive, .multiplicative], periods: [4]))
  func literal(_ form: Form) throws {
    var generator = SeededGenerator(seed: 12)
    let (values, sampled) = Self.sample(form, length: 60, &generator)
    // The coordinates fix the sum of the season's effects.
    let bounds = SmoothingPoint.bounds(form, mostTrendShare: 0.9999)
    let coordinates = sampled.coordinates(form, within: bounds)
    let point = SmoothingPoint(coordinates, form)
    let literal = try #require(
      LiteralSmoothing.sums(
        over: values, form: form, point: point, directions: point.directions(form)))
    let pass = ExponentialSmoothing.pass(
      over: values, form: form, rates: point.rates, from: point.start)
    #expect((literal.squares / pass.squares - 1).magnitude < 1e-10)
    func squares(_ axis: Int, _ step: Double) -> Double {
      var moved = coordinates
      moved[axis] += step
      let point = SmoothingPoint(moved, form)
      return ExponentialSmoothing.pass(
        over: values, form: form, rates: point.rates, from: point.start
      ).squares
    }
    for axis in coordinates.indices {
      let step = 1e-5 * max(coordinates[axis].magnitude, 0.1)
      let slope = (squares(axis, step) - squares(axis, -step)) / (2 * step)
      let own = literal.gram[(axis + 1) * literal.width]
      let size =
        (literal.squares * literal.gram[(axis + 1) * literal.width + axis + 1]).squareRoot()
      #expect((slope / 2 - own).magnitude < 1e-5 * size, "coordinate \(axis)")
    }
  }
}

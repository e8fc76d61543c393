import Glibc

/// Maximum likelihood of one form by the method of Levenberg (1944) and Marquardt (1963, Journal of
/// the Society for Industrial and Applied Mathematics 11, 431-441), inside bounds.
///
/// The residuals' derivatives along all rates and initial states come with the pass itself, so a
/// step costs one pass, and a handful of steps find what a simplex needs hundreds of passes for.
/// Rates at a bound that the gradient pushes outward stay there; where a step would leave the
/// bounds, it goes to them and the other coordinates follow.
struct SmoothingEstimation {
  typealias Form = ExponentialSmoothing.Form

  let values: [Double]
  let form: Form
  /// Values that are known.
  let count: Int
  private let kernel: SmoothingKernel?
  private let bounds: [ClosedRange<Double>]
  /// Σ e² of errors that are nothing but rounding.
  private let leastSquares: Double

  init(values: [Double], form: Form, count: Int, bounds: [ClosedRange<Double>]) {
    self.values = values
    self.form = form
    self.count = count
    kernel = SmoothingKernel(form)
    self.bounds = bounds
    leastSquares =
      1e-24
      * (form.hasRelativeError
        ? Double(count) : values.reduce(0) { $1.isNaN ? $0 : $0 + $1 * $1 })
  }

  /// A point and what a pass from it says.
  struct Estimate {
    var coordinates: [Double]
    var point: SmoothingPoint
    var sums: SmoothingSums
    /// −log likelihood: (n/2) log Σ e² + Σ log f.
    var cost: Double
  }

  /// When to stop.
  struct Limits {
    /// The gain in log likelihood that is not worth a step.
    var gain = 1e-7
    var steps = 60
    /// The cost above which the form is of no use: the search ends where ten steps as good as the
    /// next one would not get below.
    var bound = Double.infinity
  }

  /// Infinite where the point is no candidate.
  func cost(_ point: SmoothingPoint) -> Double {
    sums(point, hasDerivatives: false).map(cost) ?? .infinity
  }

  /// The nearest maximum of the likelihood; nil where the start is no candidate, or hopeless.
  func climb(from start: SmoothingPoint, _ limits: Limits) -> Estimate? {
    guard var here = estimate(start.coordinates(form, within: bounds)) else { return nil }
    var damping = 1e-3
    for _ in 0..<limits.steps {
      guard here.sums.squares > leastSquares else { break }
      let step = SmoothingStep(here, bounds: bounds, damping: damping, count: count)
      guard let step else {
        damping *= 10
        if damping > 1e8 { break }
        continue
      }
      if here.cost - 10 * step.gain - 5 > limits.bound, damping < 1 { return nil }
      if step.gain < limits.gain { break }
      guard let there = estimate(step.coordinates), there.cost < here.cost else {
        damping *= 8
        if damping > 1e8 { break }
        continue
      }
      let share = (here.cost - there.cost) / step.gain
      damping *= share > 0.75 ? 0.1 : share < 0.25 ? 4 : 1
      damping = max(damping, 1e-9)
      here = there
    }
    return here
  }

  private func estimate(_ coordinates: [Double]) -> Estimate? {
    let point = SmoothingPoint(coordinates, form)
    guard form.season != .multiplicative || point.start.seasons.allSatisfy({ $0 > 0 }),
      ExponentialSmoothing.isAdmissible(point.rates, form: form),
      let sums = sums(point, hasDerivatives: true)
    else { return nil }
    return Estimate(coordinates: coordinates, point: point, sums: sums, cost: cost(sums))
  }

  private func sums(_ point: SmoothingPoint, hasDerivatives: Bool) -> SmoothingSums? {
    guard let kernel else {
      return LiteralSmoothing.sums(
        over: values, form: form, point: point,
        directions: hasDerivatives ? point.directions(form) : [])
    }
    return kernel.sums(over: values, point: point, hasDerivatives: hasDerivatives)
  }

  func cost(_ sums: SmoothingSums) -> Double {
    0.5 * Double(count) * log(max(sums.squares, leastSquares)) + sums.logForecasts
  }
}

/// z = 2 (sqrt(max(y, 0) / m) − 1), the Box-Cox transformation with exponent 1/2 of demand in
/// shares of its mean m: demand's variance grows about with its mean, so its root's is constant.
struct RootScale {
  /// m in units: the mean of the last year.
  let mean: Double

  /// Nil where the last year holds no demand at all to measure against.
  init?(lastYearOf values: [Double], year: Int) {
    var sum = 0.0
    var count = 0.0
    for value in values.suffix(year) where value.isFinite {
      sum += value
      count += 1
    }
    guard count > 0, sum > 0, (sum / count).isFinite else { return nil }
    mean = max(sum / count, 1e-9)
  }

  func scaled(_ units: Double) -> Double {
    2 * ((max(units, 0) / mean).squareRoot() - 1)
  }

  /// What an innovation is in units: y(z) − y(z − innovation); 0 where z is NaN.
  func change(_ z: Double, innovation: Double) -> Double {
    z.isNaN ? 0 : units(z, variance: 0) - units(z - innovation, variance: 0)
  }

  /// The mean of y when z has the given mean and variance: m (max(1 + z/2, 0)² + variance / 4).
  func units(_ z: Double, variance: Double) -> Double {
    let root = max(1 + z / 2, 0)
    return mean * (root * root + variance / 4)
  }
}

internal import Glibc

/// Random numbers that belong to a place and a day: the same parts give the same numbers, so that
/// any day can be drawn without those before it.
///
/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) started from a mix of the parts.
struct SeededDraws {
  /// What the numbers are for, so that two uses of one place and day do not share them.
  enum Use: UInt64 {
    case demand = 1
    case level, assortment, delivery, order, price, promotion, planted, correction, duplicate, stock
  }

  private var state: UInt64

  init(_ seed: UInt64, _ use: Use, _ first: Int, _ second: Int = 0, _ third: Int = 0) {
    state = SeededDraws.mixed(seed ^ use.rawValue)
    state = SeededDraws.mixed(state &+ UInt64(bitPattern: Int64(first)))
    state = SeededDraws.mixed(state ^ SeededDraws.mixed(UInt64(bitPattern: Int64(second)) &+ 1))
    state = SeededDraws.mixed(state &+ UInt64(bitPattern: Int64(third)) &* 0x9E37_79B9_7F4A_7C15)
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return SeededDraws.mixed(state)
  }

  /// Above 0 and below 1.
  mutating func uniform() -> Double { (Double(next() >> 11) + 0.5) * 0x1p-53 }

  mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

  mutating func index(_ count: Int) -> Int { Int(next() % UInt64(count)) }

  /// Box and Muller, Annals of Mathematical Statistics 29(2), 1958.
  mutating func normal() -> Double {
    (-2 * log(uniform())).squareRoot() * cos(2 * Double.pi * uniform())
  }

  /// Mean 1, variance 1 / shape, by rejection (Marsaglia and Tsang, ACM TOMS 26(3), 2000).
  mutating func gamma(shape: Double) -> Double {
    if shape < 1 {
      return gamma(shape: shape + 1) * (shape + 1) / shape * pow(uniform(), 1 / shape)
    }
    let third = shape - 1.0 / 3
    while true {
      let z = normal()
      let root = 1 + z / (9 * third).squareRoot()
      guard root > 0 else { continue }
      let cube = root * root * root
      if log(uniform()) < z * z / 2 + third * (1 - cube + log(cube)) {
        return third * cube / shape
      }
    }
  }

  /// By inversion; from a mean of 60 on, where that is slow, a rounded Gaussian.
  mutating func poisson(_ mean: Double) -> Int {
    guard mean > 0 else { return 0 }
    if mean > 60 { return max(0, Int((mean + mean.squareRoot() * normal()).rounded())) }
    var remaining = uniform()
    var probability = exp(-mean)
    var count = 0
    while remaining > probability, count < 1000 {
      remaining -= probability
      count += 1
      probability *= mean / Double(count)
    }
    return count
  }

  private static func mixed(_ value: UInt64) -> UInt64 {
    var mixed = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// A seeded generator whose stream is the same on every machine: xoshiro256**, its state filled by
/// SplitMix64 (Blackman and Vigna 2021, "Scrambled linear pseudorandom number generators",
/// ACM Transactions on Mathematical Software 47(4), 36).
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  public init(seed: UInt64) {
    var mixer = seed
    state = (
      SeededGenerator.mix(&mixer), SeededGenerator.mix(&mixer),
      SeededGenerator.mix(&mixer), SeededGenerator.mix(&mixer)
    )
  }

  public mutating func next() -> UInt64 {
    let result = SeededGenerator.rotated(state.1 &* 5, by: 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = SeededGenerator.rotated(state.3, by: 45)
    return result
  }

  /// Uniform on the open interval (0, 1), in steps of 2⁻⁵³.
  public mutating func uniform() -> Double {
    (Double(next() >> 11) + 0.5) * 0x1p-53
  }

  /// Uniform on the stratum-th (from 0) of `count` equal parts of the open interval (0, 1).
  public mutating func uniform(stratum: Int, of count: Int) -> Double {
    // Beside 1 the sum may round up to it.
    min((Double(stratum) + uniform()) / Double(count), 1.0.nextDown)
  }

  /// Standard normal, by inversion: one `uniform` each, so that streams stay aligned.
  public mutating func normal() -> Double {
    NormalDistribution.quantile(uniform())
  }

  private static func mix(_ state: inout UInt64) -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }

  private static func rotated(_ word: UInt64, by count: UInt64) -> UInt64 {
    (word << count) | (word >> (64 - count))
  }
}

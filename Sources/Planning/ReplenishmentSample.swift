import Forecasting

/// Sampled totals of demand over a window whose length may itself be uncertain.
struct ReplenishmentSample: Sendable {
  /// Units, ascending.
  let totals: [Double]

  /// Draws the totals of one series, or of several whose sum has a spread of its own.
  ///
  /// A lead time's deviation enters as whole days k = round(σ Φ⁻¹((i + ½) / n)) added to the
  /// interval of path i of n: a stratified sample of a normal lead time, so that no draw is spent
  /// on it; lead times do not fall below zero. Over independent days this gives the variance
  /// E(L + R) σ_D² + E(D)² σ_L² of Silver, Pyke & Thomas (2017), section 6.10; with days that err
  /// together it gives what those paths give, which no formula in daily variances would. Several
  /// series are late together, as their supplier is.
  ///
  /// - Parameters:
  ///   - firstLead: the lead of the first day, from 1.
  ///   - seed: equal seeds give equal totals on every machine.
  /// - Complexity: `paths` × days draws.
  init(
    _ windows: [DemandWindow], spread: DemandSpread, firstLead: Int, paths: Int, seed: UInt64
  ) {
    var totals: [Double] = []
    totals.reserveCapacity(paths)
    for (shifts, count) in Self.strata(windows.map(\.deviationDays), paths: paths) {
      let means = zip(windows, shifts).reduce(into: []) { sums, part in
        part.0.means(lateBy: part.1).add(to: &sums)
      }
      // Each stratum continues no other's stream, whichever strata there are.
      let stratumSeed = shifts.reduce(into: StableHash(seed)) { $0.combine(Int64($1)) }.value
      totals += spread.sampleTotals(
        means: means, firstLead: firstLead, paths: count, seed: stratumSeed)
    }
    self.init(totals: totals)
  }

  init(totals: [Double]) { self.totals = totals.sorted() }

  /// The smallest total that is not exceeded by at least a part p of the paths (the inverse of the
  /// empirical distribution; type 1 of Hyndman & Fan 1996, "Sample quantiles in statistical
  /// packages", The American Statistician 50(4), 361-365). Zero without paths.
  func quantile(_ p: Double) -> Double {
    guard !totals.isEmpty else { return 0 }
    let rank = Int((p * Double(totals.count)).rounded(.up))
    return totals[min(max(rank, 1), totals.count) - 1]
  }

  /// Days by which each part is late, with the number of paths on which they are.
  static func strata(_ deviations: [Double], paths: Int) -> [(shifts: [Int], paths: Int)] {
    guard deviations.contains(where: { $0 > 0 }) else {
      return [(deviations.map { _ in 0 }, paths)]
    }
    let longest = ProtectionInterval.longestDays
    var strata: [(shifts: [Int], paths: Int)] = []
    for path in 0..<paths {
      let score = NormalDistribution.quantile((Double(path) + 0.5) / Double(paths))
      let shifts = deviations.map { Int(min(max($0 * score, -longest), longest).rounded()) }
      if strata.last?.shifts == shifts {
        strata[strata.count - 1].paths += 1
      } else {
        strata.append((shifts, 1))
      }
    }
    return strata
  }
}

extension [Double] {
  /// Adds the values position by position; the sums grow to the longer of the two.
  func add(to sums: inout [Double]) {
    sums.append(contentsOf: repeatElement(0, count: Swift.max(0, count - sums.count)))
    for (position, value) in enumerated() { sums[position] += value }
  }
}

/// A 64-bit hash that is the same on every machine and in every release: FNV-1a over the bytes
/// (Fowler, Noll & Vo; draft-eastlake-fnv), each part followed by the byte 0xFF, which UTF-8 never
/// holds, so that ("ab", "c") and ("a", "bc") differ.
public struct StableHash: Sendable {
  public private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  public init() {}

  /// Goes on from an earlier value.
  public init(_ value: UInt64) { self.value = value }

  public mutating func combine(_ part: String) {
    for byte in part.utf8 { combine(byte) }
    combine(UInt8(0xFF))
  }

  public mutating func combine(_ number: Int64) {
    for shift in stride(from: 0, to: 64, by: 8) {
      combine(UInt8(truncatingIfNeeded: number >> Int64(shift)))
    }
  }

  private mutating func combine(_ byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
  }
}

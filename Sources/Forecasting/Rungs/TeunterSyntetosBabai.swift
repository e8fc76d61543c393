/// TSB: the probability of a sale, smoothed in every bucket, times the size of a sale; unlike
/// Croston's it fades when an item stops selling.
///
/// Teunter, Syntetos and Babai (2011), European Journal of Operational Research 214, 606-615.
public enum TeunterSyntetosBabai {
  /// Units per bucket; 0 for what never sold, nil where nothing is known.
  ///
  /// - Parameters:
  ///   - demand: units, NaN where it is not demand: nothing moves.
  ///   - sizeRate: α of the sizes.
  ///   - probabilityRate: β of the probability.
  public static func level(
    _ demand: some Sequence<Double>, sizeRate: Double = 0.1, probabilityRate: Double = 0.05
  ) -> Double? {
    var size: Double?
    var probability = 0.0
    var remaining = 1.0
    for value in demand where value.isFinite {
      let sold = value > 0
      probability += probabilityRate * ((sold ? 1 : 0) - probability)
      remaining *= 1 - probabilityRate
      if sold { size = size.map { $0 + sizeRate * (value - $0) } ?? value }
    }
    guard remaining < 1 else { return nil }
    return (size ?? 0) * probability / (1 - remaining)
  }
}

/// How a series sells: how often, and how evenly when it does.
///
/// Syntetos, Boylan and Croston (2005), Journal of the Operational Research Society 56, 495-503.
public enum DemandClass: String, CaseIterable, Hashable, Sendable {
  case smooth, erratic, intermittent, lumpy

  /// Above this average interval between sales (ADI, buckets) a series sells rarely.
  public static let intervalCut = 1.32
  /// Above this squared coefficient of variation of the sales' sizes (CV²) it sells unevenly.
  public static let variationCut = 0.49

  /// Nil for a series that never sold.
  ///
  /// - Parameter demand: units, NaN where it is not demand.
  public init?(_ demand: some Collection<Double>) {
    guard let measures = DemandClass.measures(demand) else { return nil }
    switch (measures.interval > Self.intervalCut, measures.variation > Self.variationCut) {
    case (false, false): self = .smooth
    case (false, true): self = .erratic
    case (true, false): self = .intermittent
    case (true, true): self = .lumpy
    }
  }

  /// ADI = buckets / buckets with sales, CV² = variance / mean² of the sales above 0.
  public static func measures(
    _ demand: some Collection<Double>
  ) -> (interval: Double, variation: Double)? {
    let known = demand.filter(\.isFinite)
    let sales = known.filter { $0 > 0 }
    guard !sales.isEmpty else { return nil }
    let mean = sales.reduce(0, +) / Double(sales.count)
    let variance = sales.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(sales.count)
    return (Double(known.count) / Double(sales.count), variance / (mean * mean))
  }

  /// The mean of the known values, 0 where there is none.
  static func mean(_ demand: [Double]) -> Double {
    let known = demand.filter(\.isFinite)
    return known.isEmpty ? 0 : max(known.reduce(0, +) / Double(known.count), 0)
  }
}

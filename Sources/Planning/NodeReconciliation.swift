internal import Forecasting
internal import Inventory
internal import LinearAlgebra

/// Draws the forecasts of series and of their sums together, each by how sure it is.
///
/// A sum takes part where it has a fit of its own, by the hybrid or by smoothing; a series of no
/// variance, as one that never sold, stays as it is. Reconciled series are never negative, and the
/// sums follow from them exactly, as they do bottom-up.
///
/// - `wls`: the variance of a node's error is that of its spread.
/// - `mint`: the last two years of one-step errors on top of it, where the hybrid has them. They
///   are kept for at most `errorLimit` numbers; larger hierarchies keep fewer buckets, and below
///   `fewestBuckets` none: that is `wls`.
struct NodeReconciliation {
  static let errorLimit = 30_000_000
  static let fewestBuckets = 60

  private let hierarchy: Hierarchy
  private let own: Range<Int>
  private let preparation: Preparation

  init(_ hierarchy: Hierarchy, own: Range<Int>, preparation: Preparation) {
    self.hierarchy = hierarchy
    self.own = own
    self.preparation = preparation
  }

  /// How many buckets of errors the reconciliation that was asked for learns from.
  static func errorBuckets(_ settings: ForecastSettings, nodes: Int) -> Int {
    guard settings.reconciliation == .mint else { return 0 }
    let twoYears = 2 * Int(settings.bucket.perYear)
    let affordable = min(twoYears, errorLimit / max(nodes, 1))
    return affordable >= min(fewestBuckets, twoYears) ? affordable : 0
  }

  /// Units per bucket of each series; nil where no sum takes part or the equations have no answer.
  func bottoms(
    of fits: [Fit], errors: [Int: [Double]], _ method: ForecastSettings.Reconciliation
  ) -> [[Double]]? {
    let sums = hierarchy.nodes.indices.filter {
      !own.contains($0) && hierarchy.members[$0].count > 1
        && (fits[$0].tier == .hybrid || fits[$0].tier == .smoothing) && variance(of: fits[$0]) > 0
    }
    guard !sums.isEmpty else { return nil }
    let structure = SummingStructure(
      bottomCount: own.count, members: sums.map { hierarchy.members[$0] })
    let base = Matrix(columns: own.map { fits[$0].means }).transposed()
    let nodes = sums + own
    let variances = nodes.map { variance(of: fits[$0]) }
    let covariance =
      method == .mint
      ? ErrorCovariance(shrinking: table(nodes, errors), variances: variances)
      : ErrorCovariance(variances: variances)
    do {
      let found = try Reconciliation.bottoms(
        sums: Matrix(columns: sums.map { opened(fits[$0].means, $0) }).transposed(), bottoms: base,
        structure: structure, covariance: covariance
      ).transposed()
      return (0..<own.count).map { series in
        zip(found.column(series), fits[own.lowerBound + series].means).map { reconciled, base in
          // What a fit calls nothing, as a closure, no sum knows better.
          base > 0 && reconciled.isFinite ? max(0, reconciled) : base
        }
      }
    } catch {
      // Unreconciled series still add up.
      return nil
    }
  }

  /// A sum's forecast without the series that are closed: those it did not see closed in its fit.
  private func opened(_ means: [Double], _ node: Int) -> [Double] {
    let members = hierarchy.members[node]
    let closing = members.filter { !preparation.series[$0].closedAhead.isEmpty }
    guard !closing.isEmpty else { return means }
    let whole = members.reduce(0) { $0 + preparation.series[$1].usualLevel }
    guard whole > 0 else { return means }
    return means.enumerated().map { lead, mean in
      let closed = closing.reduce(0.0) { sum, member in
        let series = preparation.series[member]
        return series.closedAhead.contains(preparation.next + lead) ? sum + series.usualLevel : sum
      }
      return mean * max(0, 1 - closed / whole)
    }
  }

  /// Of the error one bucket ahead, in units squared.
  private func variance(of fit: Fit) -> Double {
    let mean = fit.means.reduce(0, +) / Double(max(fit.means.count, 1))
    let variance =
      switch fit.spread {
      case .squareRoot(let scale, let deviation, _): scale * mean * deviation * deviation
      case .negativeBinomial(let dispersion): dispersion * mean
      case .certain: 0.0
      }
    return variance.isFinite ? max(variance, 0) : 0
  }

  /// T × nodes, as long as the longest of them; 0 before a shorter one's beginning.
  private func table(_ nodes: [Int], _ errors: [Int: [Double]]) -> Matrix {
    let columns = nodes.map { errors[$0] ?? [] }
    let length = columns.map(\.count).max() ?? 0
    return Matrix(
      columns: columns.map { Array(repeating: 0, count: length - $0.count) + $0 })
  }
}

internal import Glibc
internal import Inventory

/// How demand follows price, learnt from price changes of all series of a category.
///
/// A change of price at bucket k is evidence when four weeks lie before and after it:
///
///     d = ln(mean after / mean before) - the same of the whole category
///     x = mean of x_t after - mean of x_t before,   x_t of `PriceIndex`
///
/// with variance v = 1/n before + 1/n after + 2 s², n the units sold, s = 0.1 how far levels drift
/// in a month. The elasticity is the mean of a Gaussian posterior with prior N(0, 1):
///
///     e = sum(d x / v) / (sum(x² / v) + 1)
///
/// A category's elasticity is used only where it helps on held-out changes: learnt on the changes
/// before the last year (the last third of shorter histories), it must foretell d of later ones
/// better than no change at all does, by more than `leastGain` in units of v and 2 % of the error.
/// Otherwise price has no effect, as with M5's departments.
struct PriceElasticity {
  struct Evidence {
    let category: CategoryCode?
    /// Position of the change on the grid.
    let position: Int
    let change: Double
    let price: Double
    let variance: Double
  }

  static let driftPerMonth = 0.1
  static let leastGain = 3.0
  static let leastShare = 0.02
  static let leastChanges = 10
  static let range = -4.0...0.0

  /// Why a category's elasticity is used or not.
  struct Verdict {
    let changes: Int
    let elasticity: Double
    /// What it gained on held-out changes, in units of v, and of how much.
    let gain: Double
    let error: Double

    var isUsed: Bool {
      gain > PriceElasticity.leastGain && gain > PriceElasticity.leastShare * error
        && elasticity != 0
    }
  }

  /// Of the categories with enough price changes.
  private(set) var verdicts: [CategoryCode?: Verdict] = [:]

  /// The elasticities in use.
  var ofCategory: [CategoryCode?: Double] {
    verdicts.filter(\.value.isUsed).mapValues(\.elasticity)
  }

  init(_ evidence: [Evidence], heldOutFrom: Int) {
    let groups = Dictionary(grouping: evidence, by: \.category)
    for (category, changes) in groups {
      let past = changes.filter { $0.position < heldOutFrom }
      let held = changes.filter { $0.position >= heldOutFrom }
      guard past.count >= PriceElasticity.leastChanges,
        held.count >= PriceElasticity.leastChanges
      else { continue }
      let learnt = PriceElasticity.estimate(past)
      var (plain, priced) = (0.0, 0.0)
      for one in held {
        let error = one.change - learnt * one.price
        plain += one.change * one.change / one.variance
        priced += error * error / one.variance
      }
      verdicts[category] = Verdict(
        changes: changes.count, elasticity: PriceElasticity.estimate(changes),
        gain: plain - priced, error: plain)
    }
  }

  /// Summed in the order of positions, so that equal evidence gives equal bits.
  private static func estimate(_ evidence: [Evidence]) -> Double {
    var (product, square) = (0.0, 1.0)
    for one in evidence {
      product += one.change * one.price / one.variance
      square += one.price * one.price / one.variance
    }
    return min(max(product / square, range.lowerBound), range.upperBound)
  }
}

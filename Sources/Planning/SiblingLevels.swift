internal import Forecasting
internal import Inventory
internal import LinearAlgebra

/// Levels of the many series of one parent, learnt from what all of them did next.
///
/// Three exponentially weighted means of a series, freed of its parent's season s, each the ratio
///
///     l_k = sum (1 - a_k)^age y / sum (1 - a_k)^age s        k = 1 (slow), 2, 3 (fast)
///
/// the slow one moved as the item moves at all locations, m_k = l_1 sum_item l_k / sum_item l_1,
/// k = 2, 3, and what the item then did a year ago, a = l_2 (sum_item u / sum_item l_2 - 1) of that
/// time, tell u = sum y / sum s of the coming buckets together better than any of them. One ridge
/// regression for all series of a parent and all past blocks of the horizon's length learns
///
///     u ~ w . (l_1, l_2, l_3, a, m_2, m_3),    towards w = (0, 1, 0, 0, 0, 0)
///
/// everything divided by sqrt(l_1 + mean l_1 / 10), so that no series outweighs the rest; the prior
/// counts as much as 200 rows. w l at the origin times s is the forecast. A pooled regression on a
/// bank of smoothed levels is the global model of Montero-Manso and Hyndman (2021, International
/// Journal of Forecasting 37(4)) in six numbers.
///
/// Units scale with the data: twice the demand is twice the level.
struct SiblingLevels {
  /// Series under one parent.
  struct Family {
    /// Positions of series.
    let members: [Int]
    /// s, mean about 1, from the first position of history to the last ahead.
    let season: [Double]
  }

  /// How the regression looks back.
  struct Window {
    /// a, ascending.
    let rates: [Double]
    /// Buckets between two blocks.
    let step: Int
    let blocks: Int
    /// Known buckets before a block.
    let fewest: Int
    /// A year in buckets, a whole number of steps.
    let year: Int

    /// Blocks that anything is asked of: those that are learnt from, and theirs of a year before.
    var allBlocks: Int { blocks + year / step }

    init(_ bucket: Bucket) {
      switch bucket {
      case .day: (rates, step, blocks, fewest) = ([0.008, 0.03, 0.1], 28, 13, 28)
      case .week: (rates, step, blocks, fewest) = ([0.05, 0.2, 0.5], 4, 13, 4)
      case .month: (rates, step, blocks, fewest) = ([0.2, 0.5, 0.9], 1, 24, 2)
      }
      year = bucket.wholeYear
    }
  }

  static let priorRows = 200.0
  /// Of the mean slow level: what is added to a series' own before dividing by it.
  static let floorShare = 0.1
  /// A family with fewer rows per weight takes the prior.
  static let rowsPerWeight = 10

  /// What a family's series come to, in the order of its members.
  struct Answer {
    /// Units per bucket at season 1.
    let levels: [Double]
    /// The sum of the parent's seasons ahead.
    let season: Double
    let spreads: [DemandSpread]
  }

  private(set) var answers: [Answer] = []

  /// - Parameters:
  ///   - items: the item of each series, numbered; series of one item move together.
  ///   - first: the position at which the families' seasons begin.
  ///   - next: the position after the origin's.
  init(
    _ families: [Family], series: [PreparedSeries], items: [Int], first: Int, next: Int,
    horizon: Int, bucket: Bucket
  ) {
    let window = Window(bucket)
    let tracks = families.map { family in
      family.members.map {
        SiblingTrack(
          series[$0], season: family.season, first: first, next: next, horizon: horizon, window)
      }
    }
    let moves = ItemMoves(families, tracks, items: items, window)
    answers = zip(families, tracks).map { family, tracks in
      let weights = SiblingLevels.weights(family, tracks, moves, items: items, window)
      let pool = SparseLevel.dispersion(of: tracks.map(\.scatter))
      return Answer(
        levels: zip(family.members, tracks).map { member, track in
          let terms = moves.terms(track, item: items[member], origin: 0)
          return max(0, zip(weights, terms).reduce(0) { $0 + $1.0 * $1.1 })
        },
        season: family.season.suffix(horizon).reduce(0, +),
        spreads: tracks.map { $0.scatter.spread(pool: pool) })
    }
  }

  private static func weights(
    _ family: Family, _ tracks: [SiblingTrack], _ moves: ItemMoves, items: [Int],
    _ window: Window
  ) -> [Double] {
    let count = moves.termCount
    let prior = (0..<count).map { $0 == 1 ? 1.0 : 0 }
    let slow = tracks.reduce(0) { $0 + $1.level(0, origin: 0) } / Double(max(1, tracks.count))
    guard slow > 0 else { return prior }
    var normal = Matrix(rows: count, columns: count)
    var right = Matrix(rows: count, columns: 1)
    var rows = 0
    for (member, track) in zip(family.members, tracks) {
      for block in 1...window.blocks {
        guard let target = track.targets[block - 1] else { continue }
        let terms = moves.terms(track, item: items[member], origin: block)
        let weight = 1 / (terms[0] + floorShare * slow)
        rows += 1
        for row in 0..<count {
          right[row, 0] += weight * terms[row] * target
          for column in 0...row { normal[row, column] += weight * terms[row] * terms[column] }
        }
      }
    }
    guard rows >= rowsPerWeight * count else { return prior }
    let trace = (0..<count).reduce(0) { $0 + normal[$1, $1] }
    let penalty = priorRows * trace / Double(count * rows)
    guard penalty > 0, penalty.isFinite else { return prior }
    for row in 0..<count {
      for column in 0..<row { normal[column, row] = normal[row, column] }
      normal[row, row] += penalty
      right[row, 0] += penalty * prior[row]
    }
    // Not positive definite after the penalty was added: nothing can be learnt from such numbers.
    guard let factor = try? CholeskyFactor(of: normal) else { return prior }
    return factor.solve(right).column(0)
  }
}

/// The three levels of one series at the origin and at the beginning of each past block, and what
/// came then.
struct SiblingTrack {
  /// l_k at the origin (0) and at block 1, 2, ... back: three of each.
  private let states: [Double]
  /// The last year's errors of l_2 as forecast of the next bucket.
  let scatter: SparseLevel
  /// Per block back, sum y / sum s of its known buckets; nil where too little is known.
  let targets: [Double?]

  init(
    _ series: PreparedSeries, season: [Double], first: Int, next: Int, horizon: Int,
    _ window: SiblingLevels.Window
  ) {
    let values = series.values
    let shift = series.start - first
    let count = window.rates.count
    var states = [Double](repeating: 0, count: (window.allBlocks + 1) * count)
    var known = [Int](repeating: 0, count: window.allBlocks + 1)
    var sums = [Double](repeating: 0, count: count)
    var weights = sums
    var seen = 0
    var squares = 0.0
    var means = 0.0
    var block = window.allBlocks
    for offset in 0...values.count {
      while block >= 0, values.count - block * window.step <= offset {
        if values.count - block * window.step == offset {
          for place in 0..<count where weights[place] > 0 {
            states[block * count + place] = sums[place] / weights[place]
          }
          known[block] = seen
        }
        block -= 1
      }
      guard offset < values.count, !values[offset].isNaN else { continue }
      let usual = season[shift + offset]
      if offset >= values.count - window.year, weights[1] > 0 {
        let mean = sums[1] / weights[1] * usual
        squares += (values[offset] - mean) * (values[offset] - mean)
        means += mean
      }
      for place in 0..<count {
        let keep = 1 - window.rates[place]
        sums[place] = keep * sums[place] + values[offset]
        weights[place] = keep * weights[place] + usual
      }
      seen += 1
    }
    self.states = states
    scatter = SparseLevel(level: states[1], squares: squares, means: means)
    targets = (1...window.allBlocks).map { block in
      let origin = values.count - block * window.step
      guard origin >= 0, origin + horizon <= values.count, known[block] >= window.fewest else {
        return nil
      }
      return SiblingTrack.rate(values, season, origin..<origin + horizon, shift: shift)
    }
  }

  func level(_ rate: Int, origin: Int) -> Double { states[origin * 3 + rate] }

  /// Nil where fewer than half of the buckets are known.
  private static func rate(
    _ values: [Double], _ season: [Double], _ buckets: Range<Int>, shift: Int
  ) -> Double? {
    var sum = 0.0
    var usual = 0.0
    var known = 0
    for offset in buckets where !values[offset].isNaN {
      sum += values[offset]
      usual += season[shift + offset]
      known += 1
    }
    return 2 * known >= buckets.count && usual > 0 ? sum / usual : nil
  }
}

/// What items do at all their locations together.
private struct ItemMoves {
  /// A year ago an item cannot have done more than four times its level.
  static let largestMove = 3.0

  /// Sums of l_1, l_2, l_3 over an item's series, per item and origin; empty where no item has two.
  private var sums: [Double] = []
  /// Per item and origin, what the item did a year ago in shares of its level then, less 1.
  private var yearAgo: [Double]
  private let origins: Int

  init(
    _ families: [SiblingLevels.Family], _ tracks: [[SiblingTrack]], items: [Int],
    _ window: SiblingLevels.Window
  ) {
    origins = window.blocks + 1
    let count = (items.max() ?? -1) + 1
    var members = [Int](repeating: 0, count: count)
    for family in families { for member in family.members { members[items[member]] += 1 } }
    if members.contains(where: { $0 > 1 }) {
      sums = [Double](repeating: 0, count: 3 * origins * count)
    }
    let isRepeated = !sums.isEmpty
    var done = [Double](repeating: 0, count: origins * count)
    var usual = done
    for (family, tracks) in zip(families, tracks) {
      for (member, track) in zip(family.members, tracks) {
        for origin in 0..<origins {
          let place = items[member] * origins + origin
          if isRepeated {
            for rate in 0..<3 { sums[3 * place + rate] += track.level(rate, origin: origin) }
          }
          let before = origin + window.year / window.step
          guard let target = track.targets[before - 1] else { continue }
          done[place] += target
          usual[place] += track.level(1, origin: before)
        }
      }
    }
    yearAgo = zip(done, usual).map {
      $1 > 0 ? min($0 / $1 - 1, ItemMoves.largestMove) : 0
    }
  }

  var termCount: Int { sums.isEmpty ? 4 : 6 }

  func terms(_ track: SiblingTrack, item: Int, origin: Int) -> [Double] {
    let place = item * origins + origin
    let second = track.level(1, origin: origin)
    var terms = [
      track.level(0, origin: origin), second, track.level(2, origin: origin),
      second * yearAgo[place],
    ]
    if !sums.isEmpty {
      let share = sums[3 * place] > 0 ? terms[0] / sums[3 * place] : 0
      terms.append(share * sums[3 * place + 1])
      terms.append(share * sums[3 * place + 2])
    }
    return terms
  }
}

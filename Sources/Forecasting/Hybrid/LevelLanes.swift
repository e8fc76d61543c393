/// Candidate speeds of the level, one per lane of a vector.
struct LevelLanes {
  typealias Lanes = SIMD8<Double>

  let slow: Lanes
  let fast: Lanes
  let slowShare: Lanes

  /// - Parameters:
  ///   - candidates: one to eight; lanes beyond repeat the last.
  ///   - least: the least rate that a short history allows: 2 / (n + 1), its plain mean's weight.
  init(_ candidates: [Hybrid.LevelSpeed], atLeast least: Double) {
    func lanes(_ value: (Hybrid.LevelSpeed) -> Double) -> Lanes {
      var lanes = Lanes.zero
      for lane in 0..<8 where !candidates.isEmpty {
        lanes[lane] = value(candidates[min(lane, candidates.count - 1)])
      }
      return lanes
    }
    let floor = min(least, 1)
    slow = lanes { min(max($0.slow, floor), 1) }
    fast = lanes { min(max($0.fast, floor), 1) }
    slowShare = lanes(\.slowShare)
  }
}

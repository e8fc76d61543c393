internal import Inventory

/// How far each day of a sum is from what its weekday usually sells around it.
///
/// 2 (√(y / b) − 1), b the median of the same weekday up to four weeks before and after, in robust
/// deviations of its weekday. NaN where nothing is known, or too little around it.
struct DaySurprises {
  static let weeksAround = 4

  /// The position of the first.
  let start: Int
  var values: [Double]

  init(_ history: NodeHistory) {
    let demand = history.values
    var values = demand.indices.map { DaySurprises.surprise(demand, at: $0) }
    for phase in 0..<min(7, demand.count) {
      let places = Array(stride(from: phase, to: demand.count, by: 7))
      let sizes = places.compactMap { values[$0].isNaN ? nil : abs(values[$0]) }
      let deviation = sizes.isEmpty ? 0 : 1.4826 * median(sizes)
      for place in places { values[place] = deviation > 0 ? values[place] / deviation : .nan }
    }
    start = history.start
    self.values = values
  }

  /// NaN outside the history.
  subscript(position: Int) -> Double {
    values.indices.contains(position - start) ? values[position - start] : .nan
  }

  private static func surprise(_ demand: [Double], at offset: Int) -> Double {
    guard !demand[offset].isNaN else { return .nan }
    var near: [Double] = []
    for week in 1...weeksAround {
      for place in [offset - 7 * week, offset + 7 * week] where demand.indices.contains(place) {
        if !demand[place].isNaN { near.append(demand[place]) }
      }
    }
    guard near.count >= weeksAround else { return .nan }
    let usual = median(near)
    return usual > 0 ? 2 * ((demand[offset] / usual).squareRoot() - 1) : .nan
  }
}

private func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  let half = sorted.count / 2
  return sorted.count.isMultiple(of: 2) ? (sorted[half - 1] + sorted[half]) / 2 : sorted[half]
}

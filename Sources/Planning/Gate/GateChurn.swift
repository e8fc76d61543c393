internal import Inventory

/// How much of the forecast in use a challenger overthrows, by region and days ahead.
struct GateChurn {
  fileprivate struct Sums {
    var change = 0.0
    var base = 0.0
  }

  fileprivate let sums: [RegionCode: [Int: Sums]]

  init(_ input: GateInput) {
    guard let level = input.table.nodes.last?.node.level, let first = input.table.days.first
    else {
      sums = [:]
      return
    }
    let previous = Dictionary(
      input.previous.filter { $0.node.level == level }.map { ($0.node, $0) },
      uniquingKeysWith: { first, _ in first })
    var sums: [RegionCode: [Int: Sums]] = [:]
    for forecast in input.table.nodes where forecast.node.level == level {
      guard let region = forecast.node.region, let old = previous[forecast.node] else { continue }
      for (place, mean) in forecast.means.prefix(input.horizon).enumerated() {
        let oldPlace = first + place - old.firstDay
        guard old.means.indices.contains(oldPlace) else { continue }
        sums[region, default: [:]][place + 1, default: Sums()].add(mean, old.means[oldPlace])
      }
    }
    self.sums = sums
  }

  var regions: [RegionCode] { sums.keys.sorted() }

  /// Σ|new − in use| / Σ in use over the leads of a band; nil where the two forecasts share too few
  /// days of it to say, or nothing was forecast.
  func churn(in region: RegionCode, _ band: LeadBand?) -> Double? {
    let leads = (sums[region] ?? [:]).filter { band?.contains($0.key) ?? true }
    let fewest = min(Gate.leastSharedDays, band?.length ?? Gate.leastSharedDays)
    let sorted = leads.sorted { $0.key < $1.key }.map(\.value)
    let base = sorted.reduce(0) { $0 + $1.base }
    guard base > 0, leads.count >= fewest else { return nil }
    return sorted.reduce(0) { $0 + $1.change } / base
  }
}

extension GateChurn.Sums {
  fileprivate mutating func add(_ mean: Int64, _ old: Int64) {
    change += Double((mean - old).magnitude)
    base += Double(old)
  }
}

extension LeadBand {
  /// How many days it has; nil where it has no end.
  fileprivate var length: Int? { last.map { $0 - first + 1 } }

  /// `8 to 14 days ahead`.
  var words: String {
    guard let last else { return "\(first) days ahead and later" }
    return first == last ? "\(first) days ahead" : "\(first) to \(last) days ahead"
  }
}

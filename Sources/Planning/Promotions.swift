internal import Inventory

/// Promotions of items: one uplift per series, learnt from its own promoted days and, where these
/// are few, from all promotions of that name.
///
/// With b the baseline of a promoted bucket (the mean of the last eight buckets of the same weekday
/// without a promotion), the uplift of a group is
///
///     R = (sum y + kappa bbar R0) / (sum b + kappa bbar)
///
/// where R0 is the uplift of the group above (name <- all <- 1), bbar the group's mean baseline and
/// kappa the weight of the group above in promoted buckets: 20 for a name, 5 for a series. History
/// is divided by the uplift before any fit; forecasts of promoted buckets are multiplied by it.
/// Uplifts stay within 1/5 and 20.
struct Promotions {
  static let nameWeight = 20.0
  static let seriesWeight = 5.0
  static let range = 0.2...20

  /// Factors of promoted buckets ahead, by position, for each series that has any.
  private(set) var factorsAhead: [Int: [Int: Double]] = [:]

  /// Leaves a series' promotions ahead out.
  mutating func forget(_ series: Int) { factorsAhead[series] = nil }

  private struct Evidence {
    var actual = 0.0
    var baseline = 0.0
    var count = 0.0

    mutating func add(_ value: Double, over base: Double) {
      actual += value
      baseline += base
      count += 1
    }

    func uplift(towards prior: Double, weight: Double) -> Double {
      guard baseline > 0 else { return prior }
      let mean = baseline / count
      let ratio = (actual + weight * mean * prior) / (baseline + weight * mean)
      return min(max(ratio, Promotions.range.lowerBound), Promotions.range.upperBound)
    }
  }

  /// The promoted buckets of one series.
  private struct Promoted {
    let series: Int
    var nameAt: [Int: String]
    var evidence: [String: Evidence] = [:]
  }

  init(
    _ series: inout [PreparedSeries], events: [CalendarEvent], grid: BucketGrid, next: Int,
    horizon: Int, season: Int
  ) {
    guard !events.isEmpty else { return }
    let index = EventIndex(events)
    var promoted: [Promoted] = []
    var all = Evidence()
    var named: [String: Evidence] = [:]
    for position in series.indices {
      var nameAt: [Int: String] = [:]
      for event in index.events(covering: series[position].series) {
        // Of several promotions in one bucket the first by name speaks for it.
        nameAt[grid.position(of: event.day)] = nameAt[grid.position(of: event.day)] ?? event.name
      }
      if nameAt.isEmpty { continue }
      var one = Promoted(series: position, nameAt: nameAt)
      let history = series[position]
      for (bucket, name) in nameAt.sorted(by: { $0.key < $1.key }) {
        let offset = bucket - history.start
        guard history.values.indices.contains(offset), !history.values[offset].isNaN else {
          continue
        }
        let base = history.expectation(at: offset, season: season) {
          nameAt[history.start + $0] == nil
        }
        one.evidence[name, default: Evidence()].add(history.values[offset], over: base)
        named[name, default: Evidence()].add(history.values[offset], over: base)
        all.add(history.values[offset], over: base)
      }
      promoted.append(one)
    }
    let overall = all.uplift(towards: 1, weight: Promotions.nameWeight)
    let ofName = named.mapValues { $0.uplift(towards: overall, weight: Promotions.nameWeight) }
    for one in promoted {
      for (bucket, name) in one.nameAt {
        let prior = ofName[name] ?? overall
        let factor =
          one.evidence[name]?.uplift(towards: prior, weight: Promotions.seriesWeight) ?? prior
        let offset = bucket - series[one.series].start
        if series[one.series].values.indices.contains(offset) {
          series[one.series].values[offset] /= factor
        } else if (next..<next + horizon).contains(bucket) {
          factorsAhead[one.series, default: [:]][bucket] = factor
        }
      }
    }
  }
}

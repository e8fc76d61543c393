/// Where the estimation of initial states begins: classical decomposition, then a line through the
/// first values freed of their season (Hyndman, Koehler, Snyder and Grose 2002, International
/// Journal of Forecasting 18, 439-454, section 2.6.1).
struct SmoothingStart {
  let values: [Double]

  /// A state before the first value, whose level and trend fit the first max(10, 2m) values.
  func state(_ form: ExponentialSmoothing.Form) -> ExponentialSmoothing.State {
    guard form.season != .absent else { return line(through: values, form, seasons: []) }
    let isMultiplicative = form.season == .multiplicative
    let effects = effects(period: form.period, isMultiplicative: isMultiplicative)
    let freed = values.enumerated().map { index, value in
      let effect = effects[index % form.period]
      return isMultiplicative ? value / effect : value - effect
    }
    return line(through: freed, form, seasons: effects)
  }

  private func line(
    through freed: [Double], _ form: ExponentialSmoothing.Form, seasons: [Double]
  ) -> ExponentialSmoothing.State {
    let known = freed.enumerated().lazy.filter { $0.element.isFinite }
    let first = known.prefix(max(10, 2 * form.period)).map {
      (x: Double($0.offset + 1), y: $0.element)
    }
    let count = Double(max(first.count, 1))
    let meanX = first.reduce(0) { $0 + $1.x } / count
    let meanY = first.reduce(0) { $0 + $1.y } / count
    guard form.trend != .absent else { return .init(level: meanY, seasons: seasons) }
    let spread = first.reduce(0) { $0 + ($1.x - meanX) * ($1.x - meanX) }
    let slope =
      spread > 0 ? first.reduce(0) { $0 + ($1.x - meanX) * ($1.y - meanY) } / spread : 0
    let level = meanY - slope * meanX
    guard form.trend == .multiplicative else {
      return .init(level: level, trend: slope, seasons: seasons)
    }
    let start = level + slope
    let growth = start > 0 ? (start + slope) / start : 1
    guard growth > 0, growth.isFinite, start > 0 else {
      return .init(level: max(meanY, 1e-3), trend: 1, seasons: seasons)
    }
    return .init(level: start / growth, trend: growth, seasons: seasons)
  }

  /// m effects: means of the values against the average of the season around them, of the same
  /// place; they sum to 0, or to m where they multiply.
  func effects(period: Int, isMultiplicative: Bool) -> [Double] {
    var sums = Array(repeating: 0.0, count: period)
    var counts = sums
    for (index, average) in averages(period: period) {
      let value = values[index]
      guard value.isFinite, !isMultiplicative || average > 0 else { continue }
      sums[index % period] += isMultiplicative ? value / average : value - average
      counts[index % period] += 1
    }
    let neutral = isMultiplicative ? 1.0 : 0
    var effects = zip(sums, counts).map { $1 > 0 ? $0 / $1 : neutral }
    if isMultiplicative {
      for place in effects.indices { effects[place] = max(effects[place], 1e-2) }
      let total = effects.reduce(0, +)
      return effects.map { $0 * Double(period) / total }
    }
    let mean = effects.reduce(0, +) / Double(period)
    return effects.map { $0 - mean }
  }

  /// Averages over one season centred on a value, its ends by half where m is even, of the known
  /// values; near the ends, and in gaps of more than half a season, there is none. A history of
  /// less than two seasons has its own average.
  private func averages(period: Int) -> [(index: Int, average: Double)] {
    guard values.count >= 2 * period else {
      let known = values.filter(\.isFinite)
      let mean = known.reduce(0, +) / Double(max(known.count, 1))
      return values.indices.map { ($0, mean) }
    }
    let half = period / 2
    var sums = [0.0]
    var counts = [0]
    for value in values {
      sums.append(sums[sums.count - 1] + (value.isFinite ? value : 0))
      counts.append(counts[counts.count - 1] + (value.isFinite ? 1 : 0))
    }
    return (half..<values.count - half).compactMap { index in
      func window(_ range: Range<Int>) -> (sum: Double, count: Int) {
        (
          sums[range.upperBound] - sums[range.lowerBound],
          counts[range.upperBound] - counts[range.lowerBound]
        )
      }
      let inner = window(index - half..<index + half + (period.isMultiple(of: 2) ? 0 : 1))
      guard 2 * inner.count >= period else { return nil }
      guard period.isMultiple(of: 2) else { return (index, inner.sum / Double(inner.count)) }
      let outer = window(index - half + 1..<index + half + 1)
      let count = Double(inner.count + outer.count)
      return (index, (inner.sum + outer.sum) / count)
    }
  }
}

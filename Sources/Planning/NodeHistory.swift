/// The history of a node: a series' own, or a sum of series whose parts are not all known.
///
/// A bucket of a sum is missing where the parts that are masked usually make up more than a tenth
/// of it; smaller gaps are filled with what those parts would probably have been, because otherwise
/// one stockout among thousands of series would erase the total. A part before its first value, or
/// after its end, contributes nothing. Where parts that make up more than a tenth are closed the
/// sum is masked too: it is known, but not what the node usually sells.
struct NodeHistory {
  static let fillableShare = 0.1

  /// The position of the first bucket.
  let start: Int
  /// NaN where masked.
  let values: [Double]

  init(start: Int, values: [Double]) {
    self.start = start
    self.values = values
  }

  init(_ part: PreparedSeries) {
    start = part.start
    values = part.values
  }

  init(sumOf parts: some Sequence<PreparedSeries>, next: Int) {
    let start = parts.reduce(next) { min($0, $1.start) }
    let count = next - start
    var values = [Double](repeating: 0, count: count)
    // Differences of the usual level of all living parts, added up below.
    var levelSteps = [Double](repeating: 0, count: count + 1)
    var maskedLevel = [Double](repeating: 0, count: count)
    var hasMask = false
    for part in parts {
      let shift = part.start - start
      part.values.withUnsafeBufferPointer { source in
        values.withUnsafeMutableBufferPointer { target in
          for offset in 0..<part.livedCount {
            // NaN is the only value that differs from itself.
            let value = source[offset]
            target[shift + offset] += value == value ? value : 0
          }
        }
      }
      levelSteps[shift] += part.usualLevel
      levelSteps[shift + part.livedCount] -= part.usualLevel
      for mask in part.masks {
        hasMask = true
        values[shift + mask.offset] += mask.expected
        maskedLevel[shift + mask.offset] += part.usualLevel
      }
    }
    if hasMask {
      var level = 0.0
      for offset in 0..<count {
        level += levelSteps[offset]
        if maskedLevel[offset] > NodeHistory.fillableShare * level * (1 + 1e-9) {
          values[offset] = .nan
        }
      }
    }
    self.start = start
    self.values = values
  }
}

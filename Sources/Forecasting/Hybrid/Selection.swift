/// Order statistics without sorting (Hoare 1961, "Algorithm 65: Find").
enum Selection {
  /// The median, the mean of the middle two of an even count; reorders the buffer. NaN when empty.
  static func median(reordering values: UnsafeMutableBufferPointer<Double>) -> Double {
    let count = values.count
    guard count > 0 else { return .nan }
    let upper = select(count / 2, in: values)
    guard count.isMultiple(of: 2) else { return upper }
    // What stands left of the upper middle is not above it: its largest is the lower middle.
    var lower = values[0]
    for index in 1..<max(count / 2, 1) { lower = max(lower, values[index]) }
    return 0.5 * (lower + upper)
  }

  /// The median of an array.
  static func median(_ values: [Double]) -> Double {
    var copy = values
    return copy.withUnsafeMutableBufferPointer { median(reordering: $0) }
  }

  /// The element of the given rank, moved to its place, smaller ones before it.
  static func select(
    _ rank: Int, in values: UnsafeMutableBufferPointer<Double>
  ) -> Double {
    var left = 0
    var right = values.count - 1
    while left < right {
      let pivot = values[(left + right) / 2]
      var low = left
      var high = right
      while low <= high {
        while values[low] < pivot { low += 1 }
        while values[high] > pivot { high -= 1 }
        if low <= high {
          values.swapAt(low, high)
          low += 1
          high -= 1
        }
      }
      if rank <= high {
        right = high
      } else if rank >= low {
        left = low
      } else {
        break
      }
    }
    return values[rank]
  }
}

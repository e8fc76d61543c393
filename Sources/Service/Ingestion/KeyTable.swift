internal import Glibc

/// The keys that NDJSON objects were found to have, in the order they come.
///
/// A key is compared with the one that followed its predecessor the last time, which is nearly
/// always the same; it is looked up only when it is not.
struct KeyTable {
  private let columns: [Column]
  private let mapping: ColumnMapping
  // Flat, because an array within an array would be retained and released at every look.
  private var arena: [UInt8] = []
  private var ends: [Int] = [0]
  /// Positions among the columns asked for, key after key; none for a column that is passed over.
  private var targets: [Int] = []
  private var targetEnds: [Int] = [0]
  private var successor = 0
  /// The row in which each column was last set, so that a key said twice is noticed.
  private var setInRow: [Int]
  private var row = 0

  init(columns: [Column], mapping: ColumnMapping) {
    self.columns = columns
    self.mapping = mapping
    setInRow = [Int](repeating: 0, count: columns.count)
  }

  mutating func beginRow() {
    row += 1
    successor = 0
  }

  /// Which of the keys this is; nil if no format knows it.
  @inline(__always)
  mutating func find(_ bytes: UnsafeRawBufferPointer) -> Int? {
    if successor < count, matches(successor, bytes) {
      successor += 1
      return successor - 1
    }
    return search(bytes)
  }

  /// Sets the columns that a key stands for; false if one was set before in the same row.
  @inline(__always)
  mutating func set(
    _ key: Int, _ value: UnsafeRawBufferPointer, in table: inout FieldTable
  ) -> Bool {
    for target in targetEnds[key]..<targetEnds[key + 1] {
      let position = targets[target]
      if setInRow[position] == row { return false }
      setInRow[position] = row
      table.set(position, value)
    }
    return true
  }

  /// Whether the row at hand has the column's key, if only to say null.
  func isSet(_ position: Int) -> Bool { setInRow[position] == row }

  private var count: Int { ends.count - 1 }

  private mutating func search(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard let found = (0..<count).first(where: { matches($0, bytes) }) else { return learn(bytes) }
    successor = found + 1
    return found
  }

  private mutating func learn(_ bytes: UnsafeRawBufferPointer) -> Int? {
    switch mapping.meaning(of: String(decoding: bytes, as: UTF8.self)) {
    case .unknown: return nil
    case .ignored: break
    case .columns(let meant): targets += meant.compactMap(columns.firstIndex)
    }
    targetEnds.append(targets.count)
    arena.append(contentsOf: bytes)
    ends.append(arena.count)
    successor = count
    return count - 1
  }

  @inline(__always)
  private func matches(_ key: Int, _ bytes: UnsafeRawBufferPointer) -> Bool {
    let start = ends[key]
    guard ends[key + 1] - start == bytes.count else { return false }
    return arena.withUnsafeBytes { known in
      guard let left = known.baseAddress, let right = bytes.baseAddress else { return true }
      return memcmp(left + start, right, bytes.count) == 0
    }
  }
}

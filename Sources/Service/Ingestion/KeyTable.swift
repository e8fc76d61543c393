internal import Glibc

/// The keys that NDJSON objects were found to have, in the order they come.
///
/// A key is compared with the one that followed its predecessor the last time, which is nearly
/// always the same; it is looked up only when it is not.
struct KeyTable {
  private struct Key {
    let bytes: [UInt8]
    /// Positions among the columns asked for; none for a column that is passed over.
    let positions: [Int]
  }

  private let columns: [Column]
  private let mapping: ColumnMapping
  private var known: [Key] = []
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
  mutating func find(_ bytes: UnsafeRawBufferPointer) -> Int? {
    if successor < known.count, matches(successor, bytes) {
      successor += 1
      return successor - 1
    }
    if let found = known.indices.first(where: { matches($0, bytes) }) {
      successor = found + 1
      return found
    }
    return learn(bytes)
  }

  /// The columns a key stands for, as positions among those asked for.
  func positions(of key: Int) -> [Int] { known[key].positions }

  /// Marks the columns of a key as set; false if one of them already was.
  mutating func mark(_ key: Int) -> Bool {
    for position in known[key].positions {
      if setInRow[position] == row { return false }
      setInRow[position] = row
    }
    return true
  }

  private mutating func learn(_ bytes: UnsafeRawBufferPointer) -> Int? {
    let positions: [Int]
    switch mapping.meaning(of: String(decoding: bytes, as: UTF8.self)) {
    case .unknown: return nil
    case .ignored: positions = []
    case .columns(let meant): positions = meant.compactMap(columns.firstIndex)
    }
    known.append(Key(bytes: Array(bytes), positions: positions))
    successor = known.count
    return known.count - 1
  }

  private func matches(_ key: Int, _ bytes: UnsafeRawBufferPointer) -> Bool {
    known[key].bytes.count == bytes.count
      && known[key].bytes.withUnsafeBytes {
        guard let left = $0.baseAddress, let right = bytes.baseAddress else { return true }
        return memcmp(left, right, bytes.count) == 0
      }
  }
}

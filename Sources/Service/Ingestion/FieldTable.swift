internal import Glibc

/// The fields of the row in hand, as spans of the reader's buffer, or of a scratch buffer where
/// quotes or escapes had to be undone.
///
/// The pointers are freed by `release()`, which the reader that owns the table calls.
struct FieldTable {
  /// More columns than any warehouse system exports.
  static let cellLimit = 4096

  private let cells: UnsafeMutablePointer<UnsafeRawBufferPointer>
  /// The cell of each column asked for; `cellLimit` is a cell that is always empty.
  private let places: UnsafeMutablePointer<Int>
  private let scratch: UnsafeMutablePointer<UInt8>
  private var scratchUsed = 0
  private let columns: Int
  /// Cells of every row; nil while the header is read.
  private(set) var expected: Int?
  private(set) var found = 0

  init(columns: Int) {
    self.columns = columns
    cells = .allocate(capacity: FieldTable.cellLimit + 1)
    cells.initialize(
      repeating: UnsafeRawBufferPointer(start: nil, count: 0), count: FieldTable.cellLimit + 1)
    places = .allocate(capacity: columns)
    for position in 0..<columns { (places + position).initialize(to: position) }
    // What undoing leaves is shorter than the row it came from, which is at most this long plus
    // what was read beyond it, and decoding makes three bytes of one at most; memory that is never
    // written costs nothing.
    scratch = .allocate(capacity: RowReader.rowLimitBytes * 5)
  }

  func release() {
    cells.deallocate()
    places.deallocate()
    scratch.deallocate()
  }

  @inline(__always)
  func field(_ position: Int) -> UnsafeRawBufferPointer { cells[places[position]] }

  mutating func expect(_ count: Int) { expected = count }

  mutating func place(_ position: Int, at cell: Int?) {
    places[position] = cell ?? FieldTable.cellLimit
  }

  /// Whether the header has a cell for the column.
  func isPlaced(_ position: Int) -> Bool { places[position] != FieldTable.cellLimit }

  @inline(__always)
  mutating func begin() {
    found = 0
    scratchUsed = 0
  }

  /// For rows that name their columns: all are missing until set.
  @inline(__always)
  mutating func clear() {
    begin()
    for cell in 0..<columns { cells[cell] = UnsafeRawBufferPointer(start: nil, count: 0) }
  }

  @inline(__always)
  mutating func append(_ start: UnsafePointer<UInt8>, _ count: Int) {
    if found < FieldTable.cellLimit {
      cells[found] = UnsafeRawBufferPointer(start: start, count: count)
    }
    found &+= 1
  }

  @inline(__always)
  mutating func set(_ cell: Int, _ field: UnsafeRawBufferPointer) { cells[cell] = field }

  /// Room for a field to be written; `keep` says how much of it was used.
  func room() -> UnsafeMutablePointer<UInt8> { scratch + scratchUsed }

  mutating func keep(_ count: Int) -> UnsafeRawBufferPointer {
    defer { scratchUsed += count }
    return UnsafeRawBufferPointer(start: scratch + scratchUsed, count: count)
  }

  /// Makes UTF-8 of the row's cells; false if a byte stands for nothing.
  mutating func decodeWindows1252() -> Bool {
    for cell in 0..<min(found, FieldTable.cellLimit)
    where cells[cell].contains(where: { $0 >= 0x80 }) {
      guard let count = Windows1252.decode(cells[cell], into: room()) else { return false }
      cells[cell] = keep(count)
    }
    return true
  }

  /// The cells of the row as text.
  func texts() -> [String] {
    (0..<min(found, FieldTable.cellLimit)).map { String(decoding: cells[$0], as: UTF8.self) }
  }
}

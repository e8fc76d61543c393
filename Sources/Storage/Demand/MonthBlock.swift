internal import Digests
internal import Inventory

/// The demand rows a batch touches, side by side in flat arrays, and the merge of facts into them.
///
/// A row is one series and one month with 31 places. Facts may come in any order; a file sorted by
/// series finds its row without a look-up.
struct MonthBlock {
  static let places = 31

  struct Key: Hashable, Comparable {
    let series: Int32
    /// The ordinal of the month's first day.
    let month: Int32

    static func < (left: Key, right: Key) -> Bool {
      (left.series, left.month) < (right.series, right.month)
    }
  }

  /// A value that does not stand.
  struct Change {
    let series: Int32
    let day: Int32
    let quantity: Double
    let batch: Int32
    let revision: Int64?
  }

  /// What tells two late values apart.
  struct LateKey: Hashable {
    let series: Int32
    let day: Int32
    let quantity: Double
  }

  /// Stands for "no revision" in `revisions`, which would otherwise be twice as large.
  static let noRevision = Int64.min

  let batch: Int32
  private let receipt: ReceiptOrder
  private(set) var keys: [Key] = []
  private(set) var isStored: [Bool] = []
  private(set) var isChanged: [Bool] = []
  /// NaN where no row came for the day.
  private(set) var quantities: [Double] = []
  private(set) var batches: [Int32] = []
  private(set) var revisions: [Int64] = []
  /// Values of earlier batches that were replaced.
  private(set) var changes: [Change] = []
  /// Values of this batch that came when a higher revision stood, lost a conflict, or gave way to
  /// another one of this batch: each with the highest revision it was told at.
  private(set) var late: [LateKey: Int64] = [:]
  /// The days whose value this batch repeated without a revision, as bits by row.
  private var repeated: [UInt32] = []
  private var positions: [Key: Int] = [:]
  private var latest: (key: Key, position: Int)?

  /// - Parameter receipt: where the batch stands in the order of receipt; nil for one that is no
  ///   replay.
  init(batch: Int32, receipt: ReceiptOrder? = nil) {
    self.batch = batch
    self.receipt = receipt ?? ReceiptOrder(of: batch)
  }

  /// Where the row stands, after making an empty one if need be.
  mutating func position(of key: Key) -> Int {
    if let latest, latest.key == key { return latest.position }
    let position: Int
    if let known = positions[key] {
      position = known
    } else {
      position = keys.count
      positions[key] = position
      keys.append(key)
      isStored.append(false)
      isChanged.append(false)
      repeated.append(0)
      quantities.append(contentsOf: repeatElement(.nan, count: MonthBlock.places))
      batches.append(contentsOf: repeatElement(0, count: MonthBlock.places))
      revisions.append(
        contentsOf: repeatElement(MonthBlock.noRevision, count: MonthBlock.places))
    }
    latest = (key, position)
    return position
  }

  /// Takes over a row as the database has it.
  mutating func load(_ key: Key, quantities: [Double], batches: [Int32], revisions: [Int64?]?) {
    let position = position(of: key)
    isStored[position] = true
    for place in quantities.indices where !quantities[place].isNaN {
      let cell = position * MonthBlock.places + place
      self.quantities[cell] = quantities[place]
      self.batches[cell] = batches.count == 1 ? batches[0] : batches[place]
      guard let revisions else { continue }
      let revision = revisions.count == 1 ? revisions[0] : revisions[place]
      self.revisions[cell] = revision ?? MonthBlock.noRevision
    }
  }

  /// What became of a fact, and what stood before it.
  struct Merged {
    let resolution: Resolution
    /// NaN where nothing stood.
    let standing: Double
    /// How this batch told the standing value; nil if it did not.
    let told: Telling?

    enum Telling { case applied, repeated }
  }

  /// Merges one fact. On a conflict the one that fell is the caller's to quarantine: the incoming
  /// one, or the one that stood, which may have been told by this batch.
  mutating func receive(
    row position: Int, place: Int, quantity: Double, revision: Int64
  ) throws(DigestError) -> Merged {
    let cell = position * MonthBlock.places + place
    let standing = quantities[cell]
    if standing.isNaN {
      set(cell, row: position, quantity, revision)
      return Merged(resolution: .applied, standing: .nan, told: nil)
    }
    let isOwn = batches[cell] == batch
    let received = receipt.place(of: batches[cell])
    let isRepeated = repeated[position] & 1 << UInt32(place) != 0
    let isUnordered =
      revision == MonthBlock.noRevision || revisions[cell] == MonthBlock.noRevision
    if received == .after, isUnordered, quantity != standing {
      noteLate(quantity, revision, row: position, place: place)
      return Merged(resolution: .stale, standing: standing, told: nil)
    }
    let resolution = try FactRule.resolve(
      quantity, revision: known(revision), against: standing, revision: known(revisions[cell]),
      sameBatch: isOwn || isRepeated || received == .same)
    switch resolution {
    case .applied, .conflict(incomingStands: true):
      remember(cell, row: position, place: place)
      set(cell, row: position, quantity, revision)
    case .duplicate(let raisesRevision):
      if raisesRevision {
        revisions[cell] = revision
        isChanged[position] = true
      }
      if revision == MonthBlock.noRevision { repeated[position] |= 1 << UInt32(place) }
    case .stale, .conflict(incomingStands: false):
      if quantity != standing { noteLate(quantity, revision, row: position, place: place) }
    }
    return Merged(
      resolution: resolution, standing: standing,
      told: isOwn ? .applied : isRepeated ? .repeated : nil)
  }

  /// Sets what a day's lines make together; nil when there are none any more.
  mutating func derive(row position: Int, place: Int, quantity: Double?) {
    let cell = position * MonthBlock.places + place
    let standing = quantities[cell].isNaN ? nil : quantities[cell]
    guard standing != quantity else { return }
    // What this batch made of its first lines only is no value that anybody told.
    if standing != nil, batches[cell] != batch { remember(cell, row: position, place: place) }
    set(cell, row: position, quantity ?? .nan, MonthBlock.noRevision)
  }

  private mutating func set(_ cell: Int, row: Int, _ quantity: Double, _ revision: Int64) {
    quantities[cell] = quantity
    batches[cell] = batch
    revisions[cell] = revision
    isChanged[row] = true
  }

  private mutating func remember(_ cell: Int, row: Int, place: Int) {
    guard batches[cell] != batch else {
      return noteLate(quantities[cell], revisions[cell], row: row, place: place)
    }
    changes.append(
      Change(
        series: keys[row].series, day: keys[row].month + Int32(place), quantity: quantities[cell],
        batch: batches[cell], revision: known(revisions[cell])))
  }

  private mutating func noteLate(_ quantity: Double, _ revision: Int64, row: Int, place: Int) {
    let key = LateKey(
      series: keys[row].series, day: keys[row].month + Int32(place), quantity: quantity)
    late[key] = max(late[key] ?? revision, revision)
  }

  /// Forgets the values that do not stand, after they were written.
  mutating func forgetChanges() {
    changes.removeAll(keepingCapacity: true)
    late.removeAll(keepingCapacity: true)
  }

  private func known(_ revision: Int64) -> Int64? {
    revision == MonthBlock.noRevision ? nil : revision
  }
}

extension MonthBlock {
  /// One row as the database stores it: cut after its last day, shared batch and revision once.
  struct StoredRow {
    var quantities: ArraySlice<Double>
    var batches: ArraySlice<Int32>
    /// Nil when no day has a revision.
    var revisions: ArraySlice<Int64>?
  }

  /// The days of a row for which something came: bit n - 1 is day n.
  func toldDays(_ position: Int) -> Int32 {
    let first = position * MonthBlock.places
    return (0..<MonthBlock.places).reduce(into: 0) { days, place in
      if !quantities[first + place].isNaN { days |= 1 << Int32(place) }
    }
  }

  func storedRow(_ position: Int) -> StoredRow {
    let first = position * MonthBlock.places
    var end = first + MonthBlock.places
    while end > first + 1, quantities[end - 1].isNaN { end -= 1 }
    let cells = (first..<end).filter { !quantities[$0].isNaN }
    // Of a month whose only values were taken back, the row stays, without any.
    guard !cells.isEmpty else {
      return StoredRow(
        quantities: quantities[first..<end], batches: batches[first..<end], revisions: nil)
    }
    let batch = batches[cells[0]]
    let sharesBatch = cells.allSatisfy { batches[$0] == batch }
    let revision = revisions[cells[0]]
    let sharesRevision = cells.allSatisfy { revisions[$0] == revision }
    return StoredRow(
      quantities: quantities[first..<end],
      batches: sharesBatch ? batches[cells[0]...cells[0]] : batches[first..<end],
      revisions: sharesRevision
        ? (revision == MonthBlock.noRevision ? nil : revisions[cells[0]...cells[0]])
        : revisions[first..<end])
  }
}

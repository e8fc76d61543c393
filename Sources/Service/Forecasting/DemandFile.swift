internal import Inventory
internal import Planning

/// Demand rows of one file, gathered series by series without a string per row.
///
/// Rows of one series and day add up: a file may hold single sales.
struct DemandFile: ~Copyable {
  static let columns: [Column] = [.item, .location, .region, .category, .day, .quantity]

  /// The numbers of a series' codes; -1 where the row has none.
  struct Key: Hashable {
    var item: Int32
    var location: Int32
    var region: Int32
    var category: Int32
  }

  /// Dense days, for days; rows as they came, for weeks and months.
  struct Cells {
    var firstDay: Int32 = 0
    /// NaN where no row was.
    var daily: [Double] = []
    var rows: [(day: Int32, quantity: Double)] = []
  }

  private(set) var rowCount = 0
  private(set) var negativeCount = 0
  private(set) var emptyQuantityCount = 0
  private(set) var keys: [Key] = []
  private(set) var cells: [Cells] = []
  /// Days on which any series has a row.
  private(set) var days: Set<Int32> = []
  private var items = ByteInterner()
  private var locations = ByteInterner()
  private var regions = ByteInterner()
  private var categories = ByteInterner()
  private let name: String
  private let isDaily: Bool

  /// - Parameter progress: bytes read and, where known, bytes in all; called now and then.
  init(
    _ path: String, bucket: Bucket, mapping: ColumnMapping,
    progress: ((_ read: Int, _ of: Int?) -> Void)? = nil
  ) throws {
    try self.init(ByteSource(.init(path: path)), path, bucket, mapping, progress)
  }

  init(
    _ source: consuming ByteSource, _ name: String, _ bucket: Bucket, _ mapping: ColumnMapping,
    _ progress: ((_ read: Int, _ of: Int?) -> Void)? = nil
  ) throws {
    self.name = name
    isDaily = bucket == .day
    var reader = try RowReader(
      source, columns: DemandFile.columns, required: [.day, .quantity], mapping: mapping)
    var index: [Key: Int] = [:]
    var lastKey = Key(item: -2, location: -2, region: -2, category: -2)
    var lastPlace = 0
    var dayCache = DayCache()
    var isReading = true
    while isReading {
      switch try reader.next() {
      case .end: isReading = false
      case .malformed:
        throw ForecastInputFailure.row(
          file: name, line: reader.line, column: "", text: excerpt(reader.raw), .malformedRow)
      case .row:
        guard let day = dayCache.day(reader.field(4)) else {
          throw failure(reader, 4, .dayNotReadable)
        }
        let key = Key(
          item: reader.field(0).isEmpty ? -1 : items.number(reader.field(0)),
          location: reader.field(1).isEmpty ? -1 : locations.number(reader.field(1)),
          region: reader.field(2).isEmpty ? -1 : regions.number(reader.field(2)),
          category: reader.field(3).isEmpty ? -1 : categories.number(reader.field(3)))
        if key != lastKey {
          lastKey = key
          lastPlace = index[key, default: keys.count]
          if lastPlace == keys.count {
            try check(reader)
            index[key] = lastPlace
            keys.append(key)
            cells.append(Cells())
          }
        }
        let quantity = try quantity(reader)
        add(quantity, on: day, at: lastPlace)
        rowCount += 1
        if rowCount & 0xFFFF == 0 {
          progress?(reader.progress.bytesRead, reader.progress.bytesTotal)
        }
      }
    }
    days = dayCache.days
    guard rowCount > 0 else { throw ForecastInputFailure.noRows(file: name) }
    try checkGroups()
  }

  func series(_ place: Int) -> Series {
    let key = keys[place]
    return Series(
      item: key.item < 0 ? nil : ItemCode(items.text(key.item)),
      location: key.location < 0 ? nil : LocationCode(locations.text(key.location)),
      region: key.region < 0 ? nil : RegionCode(regions.text(key.region)),
      category: key.category < 0 ? nil : CategoryCode(categories.text(key.category)))
  }

  /// NaN for an empty field: the demand of that day is not known.
  private mutating func quantity(_ reader: borrowing RowReader) throws -> Double {
    switch QuantityText(reader.field(5)) {
    case .number(let value) where value < 0:
      guard value >= -Quantity.limit else { throw failure(reader, 5, .quantityBeyondLimit) }
      negativeCount += 1
      return 0
    case .number(let value):
      guard value <= Quantity.limit else { throw failure(reader, 5, .quantityBeyondLimit) }
      return value
    case .empty:
      emptyQuantityCount += 1
      return .nan
    case .notANumber: throw failure(reader, 5, .quantityNotANumber)
    }
  }

  private mutating func add(_ quantity: Double, on day: Int32, at place: Int) {
    guard isDaily else {
      cells[place].rows.append((day, quantity))
      return
    }
    if cells[place].daily.isEmpty { cells[place].firstDay = day }
    let offset = Int(day - cells[place].firstDay)
    if offset < 0 {
      cells[place].daily.insert(contentsOf: repeatElement(.nan, count: -offset), at: 0)
      cells[place].firstDay = day
      cells[place].daily[0] = quantity
    } else if offset >= cells[place].daily.count {
      while cells[place].daily.count < offset { cells[place].daily.append(.nan) }
      cells[place].daily.append(quantity)
    } else {
      let known = cells[place].daily[offset]
      cells[place].daily[offset] =
        known.isNaN ? quantity : quantity.isNaN ? known : known + quantity
    }
  }

  /// Codes are looked at once, when a series is first met.
  private func check(_ reader: borrowing RowReader) throws {
    for column in 0..<4 {
      let field = reader.field(column)
      if field.isEmpty { continue }
      guard Code<Item>(String(decoding: field, as: UTF8.self)) != nil else {
        throw failure(reader, column, .codeNotValid)
      }
    }
  }

  private func checkGroups() throws {
    var regionOf: [Int32: Int32] = [:]
    var categoryOf: [Int32: Int32] = [:]
    for key in keys {
      if key.location >= 0 {
        let region = regionOf[key.location, default: key.region]
        regionOf[key.location] = region
        guard region == key.region else {
          throw ForecastInputFailure.locationInTwoRegions(
            location: locations.text(key.location), region < 0 ? "" : regions.text(region),
            key.region < 0 ? "" : regions.text(key.region))
        }
      }
      if key.item >= 0 {
        let category = categoryOf[key.item, default: key.category]
        categoryOf[key.item] = category
        guard category == key.category else {
          throw ForecastInputFailure.itemInTwoCategories(
            item: items.text(key.item), category < 0 ? "" : categories.text(category),
            key.category < 0 ? "" : categories.text(key.category))
        }
      }
    }
  }

  private func failure(
    _ reader: borrowing RowReader, _ column: Int, _ problem: ForecastInputFailure.Problem
  ) -> ForecastInputFailure {
    .row(
      file: name, line: reader.line, column: DemandFile.columns[column].rawValue,
      text: excerpt(reader.field(column)), problem)
  }
}

/// The first bytes of a field, for a sentence.
func excerpt(_ field: UnsafeRawBufferPointer) -> String {
  String(decoding: field.prefix(80), as: UTF8.self)
}

/// Reads days, and remembers them by their text: a file has few days and many rows.
private struct DayCache {
  private static let slotCount = 1 << 14

  private(set) var days: Set<Int32> = []
  private var texts = [(UInt64, UInt16)](repeating: (0, 0), count: slotCount)
  private var ordinals = [Int32](repeating: 0, count: slotCount)

  mutating func day(_ field: UnsafeRawBufferPointer) -> Int32? {
    guard field.count == 10 else { return nil }
    let text = (
      field.loadUnaligned(as: UInt64.self),
      field.loadUnaligned(fromByteOffset: 8, as: UInt16.self)
    )
    let mixed = (text.0 ^ UInt64(text.1) << 40) &* 0x9E37_79B9_7F4A_7C15
    let slot = Int(mixed >> 50)
    if texts[slot] == text { return ordinals[slot] }
    guard let day = DayCache.read(field) else { return nil }
    texts[slot] = text
    ordinals[slot] = day.ordinal
    days.insert(day.ordinal)
    return day.ordinal
  }

  /// `Day(iso:)` for one kind of collection, which costs a tenth of that for all kinds.
  private static func read(_ field: UnsafeRawBufferPointer) -> Day? {
    guard field[4] == UInt8(ascii: "-"), field[7] == UInt8(ascii: "-") else { return nil }
    func number(_ places: Range<Int>) -> Int? {
      var value = 0
      for place in places {
        let digit = Int(field[place]) - 48
        guard (0...9).contains(digit) else { return nil }
        value = value * 10 + digit
      }
      return value
    }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10) else {
      return nil
    }
    return Day(year: year, month: month, day: day)
  }
}

internal import Inventory
internal import Planning

/// Demand rows of one file, gathered series by series without a string per row.
///
/// Rows of one series and day add up: a file may hold single sales.
struct DemandFile {
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
  private var seenDays = [Bool](repeating: false, count: Day.latest - Day.earliest + 1)
  private var index: [Key: Int] = [:]
  private var lastKey = Key(item: -2, location: -2, region: -2, category: -2)
  private var lastPlace = 0
  private var dayReader = DayReader()
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
    var isReading = true
    while isReading {
      switch try reader.next() {
      case .end: isReading = false
      case .malformed(let problem):
        throw failure(reader, .malformed(problem), reader.raw)
      case .row: try take(reader)
      }
      if rowCount & 0xFFFF == 0 || !isReading {
        progress?(reader.progress.bytesRead, reader.progress.bytesTotal)
      }
    }
    guard rowCount > 0 else { throw ForecastInputFailure.noRows(file: name) }
    try checkGroups()
  }

  private mutating func take(_ reader: borrowing RowReader) throws {
    guard let day = dayReader.read(reader.field(4)) else {
      let isMissing = reader.field(4).isEmpty
      throw failure(reader, isMissing ? .missingValue(.day) : .invalidDay(.day), reader.field(4))
    }
    let key = Key(
      item: reader.field(0).isEmpty ? -1 : items.number(reader.field(0)),
      location: reader.field(1).isEmpty ? -1 : locations.number(reader.field(1)),
      region: reader.field(2).isEmpty ? -1 : regions.number(reader.field(2)),
      category: reader.field(3).isEmpty ? -1 : categories.number(reader.field(3)))
    if key != lastKey { try turn(to: key, reader) }
    add(try quantity(reader), on: day, at: lastPlace)
    seenDays[Int(day - Day.earliest.ordinal)] = true
    rowCount += 1
  }

  private mutating func turn(to key: Key, _ reader: borrowing RowReader) throws {
    lastKey = key
    lastPlace = index[key, default: keys.count]
    guard lastPlace == keys.count else { return }
    try checkCodes(reader)
    index[key] = lastPlace
    keys.append(key)
    cells.append(Cells())
  }

  /// The days on which any series has a row, ascending.
  var days: [Day] {
    seenDays.indices.filter { seenDays[$0] }.map {
      Day(ordinal: Day.earliest.ordinal + Int32($0))
    }
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
    let field = reader.field(5)
    guard let value = DecimalNumber.read(field) else {
      guard field.isEmpty else {
        throw failure(reader, .invalidQuantity(.quantity, .notANumber), field)
      }
      emptyQuantityCount += 1
      return .nan
    }
    guard value.magnitude <= Quantity.limit else {
      throw failure(reader, .invalidQuantity(.quantity, .beyondLimit), field)
    }
    if value < 0 { negativeCount += 1 }
    return max(value, 0)
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
  private func checkCodes(_ reader: borrowing RowReader) throws {
    for column in 0..<4 {
      let field = reader.field(column)
      if field.isEmpty { continue }
      guard Code<Item>(String(decoding: field, as: UTF8.self)) != nil else {
        throw failure(reader, .invalidCode(DemandFile.columns[column]), field)
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
    _ reader: borrowing RowReader, _ reason: RejectionReason, _ found: UnsafeRawBufferPointer
  ) -> ForecastInputFailure {
    .row(
      file: name,
      Rejection(line: reader.line, reason: reason, found: found, raw: Array(reader.raw)))
  }
}

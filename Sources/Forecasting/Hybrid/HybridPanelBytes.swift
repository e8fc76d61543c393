internal import LinearAlgebra

extension Hybrid.Panel {
  /// The panel as bytes, every number bit for bit. Observations are most of it, and most of them
  /// are counts: a column of whole units or thousandths takes a byte or two a bucket.
  public var bytes: [UInt8] {
    var out = Numbers.Writer()
    for number in [season, year, horizon, observations.rows, observations.columns] {
      out.put(number)
    }
    out.put(penalties)
    out.put(features.storage)
    for parent in parents { out.put(parent ?? -1) }
    for leads in closures { out.put(integers: leads) }
    out.put(sums == nil ? 0 : 1)
    for columns in sums ?? [] { out.put(integers: columns) }
    out.put(given == nil ? 0 : 1)
    for coefficients in given ?? [] { out.put(coefficients ?? []) }
    var bytes = out.bytes
    bytes.reserveCapacity(bytes.count + observations.storage.count * 2)
    observations.storage.withUnsafeBufferPointer { storage in
      for column in 0..<observations.columns {
        PackedColumn.append(
          UnsafeBufferPointer(
            rebasing: storage[column * observations.rows..<(column + 1) * observations.rows]),
          to: &bytes)
      }
    }
    return bytes
  }

  /// Nil when the bytes are not those of a panel.
  public init?(bytes: ArraySlice<UInt8>) {
    var input = Numbers.Reader(bytes)
    do {
      let (season, year, horizon) = (
        try input.integer(), try input.integer(), try input.integer()
      )
      let (rows, columns) = (try input.integer(), try input.count())
      let (penalties, features) = (try input.numbers(), try input.numbers())
      guard [season, year, horizon, rows].allSatisfy({ (1...1_000_000).contains($0) }),
        year >= season,
        features.count == (rows + horizon) * penalties.count, penalties.allSatisfy({ $0 > 0 })
      else { return nil }
      let parents = try (0..<columns).map { _ in try input.integer() }
      let closures = try (0..<columns).map { _ in try input.integers(in: 0..<horizon) }
      let sums =
        try input.integer() == 0
        ? nil : try (0..<columns).map { _ in try input.integers(in: 0..<columns) }
      let given =
        try input.integer() == 0 ? nil : try (0..<columns).map { _ in try input.numbers() }
      guard parents.allSatisfy({ (-1..<columns).contains($0) }),
        given?.allSatisfy({ $0.isEmpty || $0.count == penalties.count }) ?? true,
        let observations = PackedColumn.read(columns, of: rows, from: input.left)
      else { return nil }
      self.init(
        observations: Matrix(rows: rows, columns: columns, storage: observations),
        features: Matrix(rows: rows + horizon, columns: penalties.count, storage: features),
        penalties: penalties, parents: parents.map { $0 < 0 ? nil : $0 }, closures: closures,
        season: season, year: year, horizon: horizon, sums: sums,
        given: given?.map { $0.isEmpty ? nil : $0 })
    } catch {
      return nil
    }
  }
}

/// A column of numbers in as few bytes as keep every bit: a byte that names the unit, then each
/// number in it, as a zigzag integer of 7 bits a byte, 0 for NaN; or 8 bytes each.
private enum PackedColumn {
  private enum Unit: UInt8 { case whole, thousandths, none }

  static func append(_ values: UnsafeBufferPointer<Double>, to bytes: inout [UInt8]) {
    let start = bytes.count
    for unit in [Unit.whole, .thousandths] {
      bytes.append(unit.rawValue)
      if append(values, in: unit == .whole ? 1 : 1000, to: &bytes) { return }
      bytes.removeLast(bytes.count - start)
    }
    bytes.append(Unit.none.rawValue)
    for value in values {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
  }

  /// False where a number would not come back bit for bit.
  private static func append(
    _ values: UnsafeBufferPointer<Double>, in scale: Double, to bytes: inout [UInt8]
  ) -> Bool {
    for value in values {
      if value.bitPattern == Double.nan.bitPattern {
        bytes.append(0)
        continue
      }
      let count = (value * scale).rounded()
      guard count.magnitude < 0x1p52, (count / scale).bitPattern == value.bitPattern else {
        return false
      }
      let whole = Int64(count)
      var rest = UInt64(bitPattern: (whole << 1) ^ (whole >> 63)) + 1
      while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
    }
    return true
  }

  /// Nil when the bytes are not those of the columns, or not of them alone.
  static func read(_ columns: Int, of rows: Int, from bytes: ArraySlice<UInt8>) -> [Double]? {
    guard columns <= bytes.count, rows * columns <= bytes.count else { return nil }
    return bytes.withUnsafeBufferPointer { bytes in
      var values: [Double] = []
      values.reserveCapacity(rows * columns)
      var place = 0
      for _ in 0..<columns {
        guard place < bytes.count, let unit = Unit(rawValue: bytes[place]) else { return nil }
        place += 1
        for _ in 0..<rows {
          guard let value = next(unit, bytes, &place) else { return nil }
          values.append(value)
        }
      }
      return place == bytes.count ? values : nil
    }
  }

  private static func next(
    _ unit: Unit, _ bytes: UnsafeBufferPointer<UInt8>, _ place: inout Int
  ) -> Double? {
    var bits: UInt64 = 0
    if unit == .none {
      guard place + 8 <= bytes.count else { return nil }
      for byte in 0..<8 { bits |= UInt64(bytes[place + byte]) << (8 * UInt64(byte)) }
      place += 8
      return Double(bitPattern: bits)
    }
    var shift: UInt64 = 0
    while place < bytes.count, shift < 63 {
      let byte = bytes[place]
      place += 1
      bits |= UInt64(byte & 0x7F) << shift
      guard byte < 0x80 else {
        shift += 7
        continue
      }
      guard bits > 0 else { return .nan }
      let whole = Int64(bitPattern: (bits - 1) >> 1) ^ -Int64(bitPattern: (bits - 1) & 1)
      return unit == .whole ? Double(whole) : Double(whole) / 1000
    }
    return nil
  }
}

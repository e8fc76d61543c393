extension Hybrid {
  /// Forecasts as bytes, every number bit for bit: integers and floating-point numbers one after
  /// another, eight bytes each, little-endian.
  public static func bytes(of forecasts: [Forecast?]) -> [UInt8] {
    var out = Numbers.Writer()
    out.put(forecasts.count)
    for forecast in forecasts {
      out.put(forecast == nil ? 0 : 1)
      if let forecast { out.put(forecast) }
    }
    return out.bytes
  }

  /// Nil when the bytes are not those of forecasts.
  public static func forecasts(from bytes: [UInt8]) -> [Forecast?]? {
    var input = Numbers.Reader(bytes)
    do {
      var forecasts: [Forecast?] = []
      for _ in 0..<(try input.count()) {
        forecasts.append(try input.integer() == 0 ? nil : try input.forecast())
      }
      return input.isAtEnd ? forecasts : nil
    } catch {
      return nil
    }
  }
}

/// Integers and floating-point numbers one after another, eight bytes each.
enum Numbers {
  struct Malformed: Error {}

  struct Writer {
    private(set) var bytes: [UInt8] = []

    mutating func put(_ value: Int) {
      withUnsafeBytes(of: Int64(value).littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ value: Double) { put(Int(bitPattern: UInt(value.bitPattern))) }

    mutating func put(_ values: [Double]) {
      put(values.count)
      for value in values { put(value) }
    }

    mutating func put(integers values: [Int]) {
      put(values.count)
      for value in values { put(value) }
    }

    mutating func put(_ forecast: Hybrid.Forecast) {
      put(forecast.means)
      put(forecast.isPlausible ? 1 : 0)
      put(forecast.spread)
      put(forecast.scale)
      put(forecast.coefficients)
      put(forecast.level)
      put(forecast.slope)
      put(forecast.step == nil ? 0 : 1)
      if let step = forecast.step {
        put(step.column)
        put(step.buckets)
        put([step.strength, step.size, step.followed])
      }
      put(forecast.weekday)
      put(forecast.echo)
      put(forecast.smoothing)
      put(forecast.penalty.map { [$0] } ?? [])
      put(forecast.degreesOfFreedom)
      put(forecast.errors)
    }

    private mutating func put(_ spread: DemandSpread) {
      switch spread {
      case .squareRoot(let scale, let deviation, let growth):
        put(0)
        put([scale, deviation, growth])
      case .negativeBinomial(let dispersion):
        put(1)
        put([dispersion])
      case .certain:
        put(2)
        put([])
      }
    }
  }

  struct Reader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    /// The bytes that were not read.
    var left: ArraySlice<UInt8> { rest }

    mutating func integer() throws(Numbers.Malformed) -> Int {
      guard rest.count >= 8 else { throw Malformed() }
      let bits = rest.prefix(8).enumerated().reduce(UInt64(0)) {
        $0 | UInt64($1.element) << (8 * UInt64($1.offset))
      }
      rest = rest.dropFirst(8)
      return Int(Int64(bitPattern: bits))
    }

    /// How many things of at least eight bytes follow.
    mutating func count() throws(Numbers.Malformed) -> Int {
      let count = try integer()
      guard count >= 0, count <= rest.count / 8 else { throw Malformed() }
      return count
    }

    mutating func number() throws(Numbers.Malformed) -> Double {
      Double(bitPattern: UInt64(UInt(bitPattern: try integer())))
    }

    mutating func numbers() throws(Numbers.Malformed) -> [Double] {
      var values: [Double] = []
      for _ in 0..<(try count()) { values.append(try number()) }
      return values
    }

    mutating func integers(in range: Range<Int>) throws(Numbers.Malformed) -> [Int] {
      var values: [Int] = []
      for _ in 0..<(try count()) {
        let value = try integer()
        guard range.contains(value) else { throw Malformed() }
        values.append(value)
      }
      return values
    }

    mutating func forecast() throws(Numbers.Malformed) -> Hybrid.Forecast {
      Hybrid.Forecast(
        means: try numbers(), isPlausible: try integer() != 0, spread: try spread(),
        scale: try number(), coefficients: try numbers(), level: try number(),
        slope: try number(), step: try step(), weekday: try numbers(), echo: try numbers(),
        smoothing: try number(), penalty: try numbers().first, degreesOfFreedom: try number(),
        errors: try numbers())
    }

    private mutating func step() throws(Numbers.Malformed) -> Hybrid.Step? {
      guard try integer() != 0 else { return nil }
      let (column, buckets, values) = (try integer(), try integer(), try numbers())
      guard values.count == 3 else { throw Malformed() }
      return Hybrid.Step(
        column: column, buckets: buckets, strength: values[0], size: values[1],
        followed: values[2])
    }

    private mutating func spread() throws(Numbers.Malformed) -> DemandSpread {
      let (kind, values) = (try integer(), try numbers())
      switch (kind, values.count) {
      case (0, 3):
        return .squareRoot(scale: values[0], deviation: values[1], growth: values[2])
      case (1, 1): return .negativeBinomial(dispersion: values[0])
      case (2, 0): return .certain
      default: throw Malformed()
      }
    }
  }
}

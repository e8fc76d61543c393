internal import Dispatch
internal import Forecasting

/// One shard as numbers alone: whoever has them fits it, without the data that they were made of.
public struct ShardTask: Sendable {
  private let panel: Hybrid.Panel
  /// How many of the panel's columns are asked for; the others are what those are drawn towards.
  private let own: Int
  private let bucketIsWeek: Bool
  private let keptErrors: Int

  init(_ panel: Hybrid.Panel, own: Int, bucketIsWeek: Bool, keptErrors: Int) {
    self.panel = panel
    self.own = own
    self.bucketIsWeek = bucketIsWeek
    self.keptErrors = keptErrors
  }

  /// Every number bit for bit.
  public var bytes: [UInt8] {
    var out = [own, keptErrors, bucketIsWeek ? 1 : 0].flatMap { number in
      withUnsafeBytes(of: Int64(number).littleEndian) { Array($0) }
    }
    out.append(contentsOf: panel.bytes)
    return out
  }

  /// - Throws: `ShardAnswerError.malformed`.
  public init(bytes: [UInt8]) throws(ShardAnswerError) {
    let numbers = stride(from: 0, to: min(24, bytes.count), by: 8).map { first in
      bytes[first...].prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }.map { Int(Int64(bitPattern: $0)) }
    guard numbers.count == 3, let panel = Hybrid.Panel(bytes: bytes.dropFirst(24)),
      (0...panel.parents.count).contains(numbers[0]), numbers[1] >= 0
    else { throw .malformed }
    self.init(panel, own: numbers[0], bucketIsWeek: numbers[2] == 1, keptErrors: numbers[1])
  }

  /// Fits it on all processors.
  public func answer() throws -> ShardAnswer {
    let answers = try Hybrid.forecast(panel, parameters: parameters, loop: onAllProcessors)
    return ShardAnswer(Array(answers.prefix(own)))
  }

  /// Per column asked for, how far forecasts from each of the last buckets were off, by lead.
  func trialErrors(buckets: Int) throws -> [[Hybrid.TrialError]?] {
    let answers = try Hybrid.trialErrors(
      panel, buckets: buckets, parameters: parameters, loop: onAllProcessors)
    return Array(answers.prefix(own))
  }

  /// The method's own constants, but that a holiday seen once is believed in weekly data: there one
  /// week is all that a year tells of it (2.5 % on weekly sales of 45 shops).
  private var parameters: Hybrid.Parameters {
    var parameters = Hybrid.Parameters.standard(season: panel.season, year: panel.year)
    if bucketIsWeek { parameters.shortPenalties = parameters.penalties }
    parameters.keptErrors = keptErrors
    return parameters
  }
}

/// Runs a loop whose iterations do not share what they write.
private func onAllProcessors(_ count: Int, _ body: (Int) -> Void) {
  withoutActuallyEscaping(body) { body in
    nonisolated(unsafe) let body = body
    DispatchQueue.concurrentPerform(iterations: count) { body($0) }
  }
}

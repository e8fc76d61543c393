internal import Forecasting

/// What fitting one shard found, to be kept as bytes until all shards are there.
public struct ShardAnswer: Sendable {
  let forecasts: [Hybrid.Forecast?]

  init(_ forecasts: [Hybrid.Forecast?]) { self.forecasts = forecasts }

  /// Every number bit for bit.
  public var bytes: [UInt8] { Hybrid.bytes(of: forecasts) }

  /// - Throws: `ShardAnswerError.malformed`.
  public init(bytes: [UInt8]) throws(ShardAnswerError) {
    guard let forecasts = Hybrid.forecasts(from: bytes) else { throw .malformed }
    self.forecasts = forecasts
  }
}

public enum ShardAnswerError: Error, Hashable, Sendable {
  /// The bytes are not those of an answer.
  case malformed
  /// The answers are not those that were asked for.
  case notOfThisWork
}

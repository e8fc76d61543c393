import Foundation

/// Figures of parts that no command shows alone, for `scripts/bench`: it names an empty file, and
/// suites that are enabled by `isWanted` append their figures to it. Other runs skip them.
public enum Measurement {
  private static let path = ProcessInfo.processInfo.environment["QUARTERMASTER_MEASUREMENTS"]

  public static var isWanted: Bool { path != nil }

  /// One figure, as a line of JSON.
  public struct Figure: Encodable {
    let name: String
    let value: Double
    let unit: String
  }

  public static func record(_ name: String, _ value: Double, unit: String) throws {
    guard let path else { return }
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    defer { try? file.close() }
    try file.seekToEnd()
    let line = try JSONEncoder().encode(Figure(name: name, value: value, unit: unit))
    try file.write(contentsOf: line + Data("\n".utf8))
  }

  /// The least seconds of several runs of a body: what the machine can do when left alone.
  public static func seconds(
    bestOf runs: Int = 3, _ body: () throws -> Void
  ) rethrows -> Double {
    var best = Double.infinity
    for _ in 0..<runs {
      let taken = try ContinuousClock().measure(body)
      best = min(
        best, Double(taken.components.seconds) + Double(taken.components.attoseconds) * 1e-18)
    }
    return best
  }
}

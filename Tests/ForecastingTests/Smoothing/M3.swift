import Foundation

/// The M3 competition (Makridakis and Hibon 2000, International Journal of Forecasting 16,
/// 451-476), beside the checkout: data/m3.
struct M3 {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../../shared/data/m3").standardizedFileURL
  static let isPresent = FileManager.default.fileExists(
    atPath: folder.appending(path: "series.csv.gz").path(percentEncoded: false))

  struct Series {
    /// YEARLY, QUARTERLY, MONTHLY or OTHER.
    var frequency: Substring
    var period: Int
    var history: [Double]
    var later: [Double]
  }

  static func series() throws -> [Series] {
    var parts: [Substring: [Substring: [Double]]] = [:]
    for line in try unpacked("series.csv.gz").dropFirst() {
      let fields = line.split(separator: ",")
      parts[fields[1], default: [:]][fields[0], default: []].append(Double(fields[3]) ?? .nan)
    }
    return try unpacked("meta.csv.gz").dropFirst().map { line in
      // Descriptions hold commas: what follows them is counted from the end.
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      return Series(
        frequency: fields[1], period: Int(fields[fields.count - 4]) ?? 1,
        history: parts["train"]?[fields[0]] ?? [], later: parts["test"]?[fields[0]] ?? [])
    }
  }

  private static func unpacked(_ name: String) throws -> [Substring] {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/gzip")
    process.arguments = ["-dc", folder.appending(path: name).path(percentEncoded: false)]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self).split(separator: "\n")
  }
}

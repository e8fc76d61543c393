import HTTP

/// What is sent and what is wanted (RFC 9110, sections 8.3 and 12.5.1).
enum MediaType {
  /// Type and subtype of a `Content-Type`, without parameters, in small letters.
  static func ofContent(_ headers: Headers) -> String {
    essence(headers["Content-Type"] ?? "")
  }

  /// The first of what can be had that `Accept` likes best; nil when it likes none. No `Accept`
  /// likes everything.
  static func preferred(_ headers: Headers, among offered: [String]) -> String? {
    let ranges = headers.list("Accept").map(Range.init)
    guard !ranges.isEmpty else { return offered.first }
    let rated = offered.map { (type: $0, quality: quality(of: $0, ranges)) }
    let best = rated.map(\.quality).max() ?? 0
    return best > 0 ? rated.first { $0.quality == best }?.type : nil
  }

  private struct Range {
    let name: String
    let quality: Double

    init(_ text: String) {
      name = essence(text)
      quality = Range.quality(text.split(separator: ";").dropFirst().map(String.init))
    }

    /// The weight among the parameters, 1 where there is none.
    private static func quality(_ parameters: [String]) -> Double {
      for parameter in parameters {
        let pair = parameter.split(separator: "=").map { trimmed(String($0)) }
        if pair.count == 2, pair[0].lowercased() == "q" { return Double(pair[1]) ?? 1 }
      }
      return 1
    }

    /// How exactly it names the type: 2, its family 1, everything 0; nil when it does not.
    func exactness(for type: String) -> Int? {
      if name == type { return 2 }
      if name == "*/*" { return 0 }
      return name.hasSuffix("/*") && type.hasPrefix(name.dropLast()) ? 1 : nil
    }
  }

  /// The most exact range decides.
  private static func quality(of type: String, _ ranges: [Range]) -> Double {
    ranges.compactMap { range in range.exactness(for: type).map { ($0, range.quality) } }
      .max { $0.0 < $1.0 }?.1 ?? 0
  }

  private static func essence(_ text: String) -> String {
    trimmed(String(text.prefix { $0 != ";" })).lowercased()
  }

  private static func trimmed(_ text: String) -> String {
    text.split(separator: " ").joined(separator: " ")
  }
}

/// Name, help and labels of a number, and its lines in Prometheus' text format 0.0.4.
struct MetricDescription: Sendable {
  let name: String
  private let help: String
  private let labels: [String]

  init(_ name: String, _ help: String, _ labels: [String]) {
    let allowed = { (text: String) in
      !text.isEmpty && !(text.first?.isNumber ?? true)
        && text.utf8.allSatisfy { byte in
          byte == UInt8(ascii: "_") || (byte | 0x20) &- 97 < 26 || byte &- 48 < 10
        }
    }
    precondition(allowed(name) && labels.allSatisfy(allowed), "\(name) is no name of a metric")
    (self.name, self.help, self.labels) = (name, help, labels)
  }

  /// Where a combination of values is counted: in its own series while there is room.
  func series(_ values: [String], among known: some Collection<[String]>) -> [String] {
    precondition(values.count == labels.count, "\(name) has other labels")
    guard known.count >= Metrics.seriesLimit, !known.contains(values) else { return values }
    return labels.map { _ in "other" }
  }

  func head(_ type: String) -> [String] {
    ["# HELP \(name) \(escaped(help))", "# TYPE \(name) \(type)"]
  }

  /// - Parameter bound: the upper bound of a histogram's bucket.
  func line(
    suffix: String = "", values: [String], bound: Double? = nil, _ value: Double
  ) -> String {
    var pairs = zip(labels, values).map { "\($0)=\"\(escaped($1, isLabel: true))\"" }
    if let bound { pairs.append("le=\"\(number(bound))\"") }
    let selection = pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}"
    return "\(name)\(suffix)\(selection) \(number(value))"
  }

  private func number(_ value: Double) -> String {
    if value == .infinity { return "+Inf" }
    if value == -.infinity { return "-Inf" }
    if value.isNaN { return "NaN" }
    return value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
  }

  private func escaped(_ text: String, isLabel: Bool = false) -> String {
    var escaped = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": escaped += "\\\\"
      case "\n": escaped += "\\n"
      case "\"" where isLabel: escaped += "\\\""
      default: escaped.unicodeScalars.append(character)
      }
    }
    return escaped
  }
}

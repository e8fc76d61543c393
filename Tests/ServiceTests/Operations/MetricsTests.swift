import Testing

@testable import Service

/// Reads Prometheus' text format 0.0.4, and refuses what is none.
struct Exposition {
  struct Sample: Hashable {
    let name: String
    let labels: [String: String]
    let value: Double
  }

  struct Malformed: Error {
    let line: String
  }

  private(set) var types: [String: String] = [:]
  private(set) var samples: [Sample] = []

  init(_ text: String) throws {
    guard text.isEmpty || text.hasSuffix("\n") else { throw Malformed(line: "no end of line") }
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 3)
      if line.hasPrefix("# TYPE ") {
        guard words.count == 4, types[String(words[2])] == nil else {
          throw Malformed(line: String(line))
        }
        types[String(words[2])] = String(words[3])
      } else if !line.hasPrefix("# HELP ") {
        samples.append(try Exposition.sample(String(line)))
      }
    }
  }

  private static func sample(_ line: String) throws -> Sample {
    let name = line.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    var rest = line.dropFirst(name.count)
    var labels: [String: String] = [:]
    if rest.first == "{" {
      rest.removeFirst()
      while rest.first != "}" {
        let label = rest.prefix { $0 != "=" }
        rest = rest.dropFirst(label.count)
        guard rest.hasPrefix("=\"") else { throw Malformed(line: line) }
        rest = rest.dropFirst(2)
        var value = ""
        while let character = rest.popFirst(), character != "\"" {
          guard character == "\\" else {
            value.append(character)
            continue
          }
          switch rest.popFirst() {
          case "n": value.append("\n")
          case "\\": value.append("\\")
          case "\"": value.append("\"")
          default: throw Malformed(line: line)
          }
        }
        guard labels.updateValue(value, forKey: String(label)) == nil else {
          throw Malformed(line: line)
        }
        if rest.first == "," { rest.removeFirst() }
      }
      rest.removeFirst()
    }
    let number = rest.dropFirst() == "+Inf" ? "inf" : String(rest.dropFirst())
    guard !name.isEmpty, rest.first == " ", let value = Double(number) else {
      throw Malformed(line: line)
    }
    return Sample(name: String(name), labels: labels, value: value)
  }

  func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
    samples.first { $0.name == name && $0.labels == labels }?.value
  }
}

@Suite("Metrics")
struct MetricsTests {
  private let metrics = Metrics()

  @Test("counters and gauges appear with their type and labels")
  func plain() throws {
    let rows = metrics.counter("rows_total", "Rows.", labels: ["outcome"])
    rows.add(3, "applied")
    rows.add(0.5, "applied")
    rows.add(1, "stale")
    metrics.gauge("depth", "Depth.").set(-2)
    metrics.sampled("now", "Now.", labels: ["of"]) { [(["a"], 1), (["b"], .infinity)] }
    let exposition = try Exposition(metrics.text)
    #expect(exposition.types == ["rows_total": "counter", "depth": "gauge", "now": "gauge"])
    #expect(exposition.value("rows_total", ["outcome": "applied"]) == 3.5)
    #expect(exposition.value("rows_total", ["outcome": "stale"]) == 1)
    #expect(exposition.value("depth") == -2)
    #expect(exposition.value("now", ["of": "b"]) == .infinity)
  }

  @Test("a histogram's buckets add up from the smallest, and a bound holds its own value")
  func histogram() throws {
    let seconds = metrics.histogram(
      "seconds", "Seconds.", labels: ["route"], bounds: [0.1, 1, 10])
    for value in [0.05, 0.1, 0.5, 1, 11] { seconds.observe(value, "/a") }
    let exposition = try Exposition(metrics.text)
    #expect(exposition.types["seconds"] == "histogram")
    let buckets = ["0.1", "1", "10", "+Inf"].map {
      exposition.value("seconds_bucket", ["route": "/a", "le": $0])
    }
    #expect(buckets == [2, 4, 4, 5])
    #expect(exposition.value("seconds_count", ["route": "/a"]) == 5)
    #expect(abs((exposition.value("seconds_sum", ["route": "/a"]) ?? 0) - 12.65) < 1e-9)
  }

  @Test("odd values of labels and help come through whole")
  func escaping() throws {
    let odd = "a\"b\\c\nd,e}f"
    metrics.counter("odd_total", "Line\nand \\ and \"", labels: ["label"]).add(1, odd)
    #expect(try Exposition(metrics.text).value("odd_total", ["label": odd]) == 1)
  }

  @Test("series beyond the limit are counted together, and none is lost")
  func seriesLimit() throws {
    let counter = metrics.counter("many_total", "Many.", labels: ["of"])
    let count = Metrics.seriesLimit + 50
    for number in 0..<count { counter.add(1, String(number)) }
    counter.add(1, "0")
    let samples = try Exposition(metrics.text).samples
    #expect(samples.count == Metrics.seriesLimit + 1)
    #expect(samples.map(\.value).reduce(0, +) == Double(count + 1))
    #expect(samples.first { $0.labels == ["of": "other"] }?.value == 50)
    #expect(samples.first { $0.labels == ["of": "0"] }?.value == 2)
  }
}

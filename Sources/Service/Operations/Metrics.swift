internal import Synchronization

/// Numbers about the program for Prometheus: counters, gauges and histograms by name.
///
/// A name and its labels are given once, where the number is made; each combination of label values
/// is a series of its own. Values of labels come from fixed sets (routes, outcomes, regions), never
/// from what a client sends.
public final class Metrics: Sendable {
  /// Combinations of label values that one number may have; what comes after is counted together,
  /// under `other`.
  static let seriesLimit = 1_000

  private let families = Mutex<[any MetricFamily]>([])

  public init() {}

  /// A number that only grows. By convention its name ends in `_total`.
  public func counter(_ name: String, _ help: String, labels: [String] = []) -> Counter {
    register(Counter(MetricDescription(name, help, labels)))
  }

  /// A number that is set.
  public func gauge(_ name: String, _ help: String, labels: [String] = []) -> Gauge {
    register(Gauge(MetricDescription(name, help, labels)))
  }

  /// A number that is asked for when somebody reads.
  public func sampled(
    _ name: String, _ help: String, labels: [String] = [],
    _ sample: @escaping @Sendable () -> [(values: [String], value: Double)]
  ) {
    _ = register(SampledGauge(MetricDescription(name, help, labels), sample))
  }

  /// How often a number fell below each bound.
  public func histogram(
    _ name: String, _ help: String, labels: [String] = [], bounds: [Double]
  ) -> Histogram {
    register(Histogram(MetricDescription(name, help, labels), bounds: bounds))
  }

  /// Everything, in Prometheus' text format 0.0.4.
  public var text: String {
    families.withLock { $0 }.map { $0.lines.joined(separator: "\n") + "\n" }.joined()
  }

  private func register<Family: MetricFamily>(_ family: Family) -> Family {
    families.withLock { families in
      let name = family.description.name
      precondition(
        !families.contains { $0.description.name == name }, "two numbers are called \(name)")
      families.append(family)
    }
    return family
  }
}

extension Metrics {
  public final class Counter: MetricFamily {
    let description: MetricDescription
    private let values = Mutex<[[String]: Double]>([:])

    init(_ description: MetricDescription) { self.description = description }

    public func add(_ amount: Double = 1, _ labels: String...) {
      precondition(amount >= 0, "\(description.name) only grows")
      values.withLock { $0[description.series(labels, among: $0.keys), default: 0] += amount }
    }

    var lines: [String] {
      let values = values.withLock { $0 }
      return description.head("counter")
        + values.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        .map { description.line(values: $0.key, $0.value) }
    }
  }

  public final class Gauge: MetricFamily {
    let description: MetricDescription
    private let values = Mutex<[[String]: Double]>([:])

    init(_ description: MetricDescription) { self.description = description }

    public func set(_ value: Double, _ labels: String...) {
      values.withLock { $0[description.series(labels, among: $0.keys)] = value }
    }

    /// Forgets every series, as before setting those that still exist.
    public func clear() { values.withLock { $0 = [:] } }

    var lines: [String] {
      let values = values.withLock { $0 }
      return description.head("gauge")
        + values.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        .map { description.line(values: $0.key, $0.value) }
    }
  }

  final class SampledGauge: MetricFamily {
    let description: MetricDescription
    private let sample: @Sendable () -> [(values: [String], value: Double)]

    init(
      _ description: MetricDescription,
      _ sample: @escaping @Sendable () -> [(values: [String], value: Double)]
    ) {
      self.description = description
      self.sample = sample
    }

    var lines: [String] {
      description.head("gauge") + sample().map { description.line(values: $0.values, $0.value) }
    }
  }

  public final class Histogram: MetricFamily {
    private struct Series {
      var counts: [Int]
      var sum = 0.0
    }

    let description: MetricDescription
    private let bounds: [Double]
    private let values = Mutex<[[String]: Series]>([:])

    init(_ description: MetricDescription, bounds: [Double]) {
      precondition(bounds == bounds.sorted() && !bounds.isEmpty, "bounds rise")
      self.description = description
      self.bounds = bounds
    }

    public func observe(_ value: Double, _ labels: String...) {
      // The last count is of what no bound holds.
      let place = bounds.firstIndex { value <= $0 } ?? bounds.count
      values.withLock { values in
        let key = description.series(labels, among: values.keys)
        var series =
          values[key] ?? Series(counts: [Int](repeating: 0, count: bounds.count + 1))
        series.counts[place] += 1
        series.sum += value
        values[key] = series
      }
    }

    var lines: [String] {
      let values = values.withLock { $0 }
      return description.head("histogram")
        + values.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        .flatMap { lines(of: $0.value, $0.key) }
    }

    private func lines(of series: Series, _ labels: [String]) -> [String] {
      var below = 0
      var lines: [String] = []
      for (bound, count) in zip(bounds + [.infinity], series.counts) {
        below += count
        lines.append(
          description.line(suffix: "_bucket", values: labels, bound: bound, Double(below)))
      }
      lines.append(description.line(suffix: "_sum", values: labels, series.sum))
      lines.append(description.line(suffix: "_count", values: labels, Double(below)))
      return lines
    }
  }
}

/// One name with all its series.
protocol MetricFamily: Sendable {
  var description: MetricDescription { get }
  /// Its part of the exposition.
  var lines: [String] { get }
}

internal import Inventory
public import Storage

/// Measures a run from its start.
struct RunMeter: Sendable {
  private let start = ContinuousClock.now
  private let before = ProcessUse.now

  /// Processor seconds are those of the whole process meanwhile.
  func cost(of dataset: Dataset) -> RunCost {
    let after = ProcessUse.now
    return RunCost(
      cpuSeconds: after.cpuSeconds - before.cpuSeconds,
      wallSeconds: (ContinuousClock.now - start) / .seconds(1),
      peakMemoryBytes: Int64(after.peakMemoryBytes),
      rowsRead: Int64(dataset.observations + dataset.events.count + dataset.prices.count))
  }
}

extension RunCost {
  /// `12.4 s, 20.1 s of processor time, at most 1.2 GB of memory, 1,234,567 rows read`.
  public var sentence: String {
    "\(wallSeconds.tenths) s, \(cpuSeconds.tenths) s of processor time, at most"
      + " \(Int(peakMemoryBytes).asBytes) of memory, \(Int(rowsRead).grouped) rows read"
  }
}

extension Double {
  fileprivate var tenths: String { "\((self * 10).rounded() / 10)" }
}

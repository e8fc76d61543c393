internal import Inventory
internal import Planning
internal import Storage

/// How a run makes sums and series agree, and why.
struct ReconciliationDecision: Sendable {
  let method: ForecastSettings.Reconciliation
  /// Nil where the configuration says it.
  let finding: String?
}

extension TrainingView {
  /// The configuration's reconciliation, or that with which past origins were forecast best.
  func reconciliation(_ configuration: RunConfiguration) throws -> ReconciliationDecision {
    guard configuration.reconciliation == .auto else {
      return ReconciliationDecision(method: configuration.reconciliation, finding: nil)
    }
    let trial = try ReconciliationTrial.run(
      dataset.histories, events: dataset.events, prices: dataset.prices, origin: origin,
      settings: configuration.settings, horizon: configuration.horizonDays,
      limits: configuration.gate)
    return ReconciliationDecision(method: trial.method, finding: trial.sentence)
  }
}

extension ReconciliationTrial {
  fileprivate var sentence: String {
    switch outcome {
    case .tooManySeries(let count):
      "\(count.grouped) series are too many to choose by, more than"
        + " \(ReconciliationTrial.seriesLimit.grouped)"
    case .tooLittleHistory: "there is too little history to choose by"
    case .compared(let wapes, let origins):
      "chosen from \(origins) weekly origins: "
        + wapes.map { "\($0.method.rawValue) was off by \(Double?($0.wape).percent)" }
        .joined(separator: ", ")
    }
  }
}

internal import Inventory
internal import Planning
internal import Storage

// What a run is worth, and why there was one.

extension RunDetails {
  /// The part of the error of the run before that it takes away, from past origins; below 0 it adds
  /// to it. Nil where nothing was compared.
  var gainOverChampion: Double? { gain(.wape) }
  /// The same of repeating the last week.
  var gainOverNaive: Double? { gain(.naive) }

  private func gain(_ name: GateCheck.Name) -> Double? {
    checks.first { $0.name == name && $0.region == nil }?.figure.flatMap {
      $0.isFinite ? 1 - $0 : nil
    }
  }

  /// For a person; nil where nothing was compared.
  var gainSentence: String? {
    let parts = [
      gainOverChampion.map { ($0, "run \(run.comparedWith.map { "\($0)" } ?? "before")") },
      gainOverNaive.map { ($0, "repeating the last week") },
    ].compactMap { $0 }.map { gain, other in
      "\(Double?.some(gain.magnitude).percent) \(gain < 0 ? "more" : "less") error than \(other)"
    }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }
}

extension RunRequest {
  /// Why there was a run, without the regions that gave the reason: a reader of one region is told
  /// nothing of the others.
  var reasonToldAll: String {
    switch cause {
    case .slot: "the slot \(slot?.description ?? "") of '\(schedule?.text ?? "")'"
    case .person: "asked for by \(requestedBy)"
    case .correction: "a large correction of history"
    case .accuracy: "forecasts that the days which have arrived do not bear out"
    }
  }
}

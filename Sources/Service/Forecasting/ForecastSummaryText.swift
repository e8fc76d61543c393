internal import Inventory
internal import Planning

extension ForecastFilter.Summary {
  /// The closing line.
  public var text: String {
    let rungs = Tier.allCases.compactMap { tier in
      tiers[tier].map { "\(tier.rawValue) \($0.grouped)" }
    }
    var parts = [
      "\(rows.grouped) rows, \(series.grouped) series through \(origin) ->"
        + " \(nodes.grouped) forecasts (\(rungs.joined(separator: ", ")))"
    ]
    if negatives > 0 { parts.append("\(negatives.grouped) negative quantities read as 0") }
    if emptyQuantities > 0 {
      parts.append("\(emptyQuantities.grouped) rows without a quantity read as missing")
    }
    if partialBuckets > 0 {
      parts.append("\(partialBuckets.grouped) incomplete buckets at the file's ends left out")
    }
    return parts.joined(separator: "; ")
  }
}

/// One step of progress for each stage of the filter.
public final class StageProgress {
  private let channel: Progress.Channel
  private var stage: ForecastFilter.Stage?
  private var step: Progress?
  private var done = 0

  public init(_ channel: Progress.Channel) { self.channel = channel }

  public func reached(_ stage: ForecastFilter.Stage, _ reached: Int, of total: Int?) {
    if stage != self.stage {
      finish()
      self.stage = stage
      step = channel.step(stage.rawValue, unit: stage == .read ? "bytes" : "forecasts")
      done = 0
    }
    if let total { step?.expect(total) }
    step?.advance(by: reached - done)
    done = reached
  }

  public func finish() {
    step?.finish()
    step = nil
  }
}

internal import Digests
internal import Forecasting
internal import Inventory
internal import Planning
internal import Storage

extension ModelCard {
  /// What the command line prints of a model.
  public var text: String {
    var lines = ["\(forecast.node.item?.text ?? "") at \(forecast.node.location?.text ?? "")"]
    lines += facts.map {
      "  " + $0.name + String(repeating: " ", count: max(1, 16 - $0.name.count)) + $0.value
    }
    lines += ["", "Parts of the first week ahead, units a week:", parts]
    return lines.joined(separator: "\n") + "\n"
  }

  private var facts: [(name: String, value: String)] {
    let carried = run == fittedBy.run ? "" : ", carried over into run \(run)"
    return [
      ("method", "\(forecast.tier.rawValue): \(forecast.reason)"),
      ("parameters", forecast.spread.words),
      ("learnt from", "\(window.lowerBound) to \(window.upperBound), \(knownDays) days known"),
      (
        "accuracy", wape.map { "off by \(Double?($0).percent) from past origins" } ?? "not measured"
      ),
      ("from", "run \(fittedBy.run)\(carried), dataset version \(fittedBy.datasetVersion)"),
      (
        "configuration",
        configuration.map {
          "version \($0.version), \(Hexadecimal.text($0.digest).prefix(12))"
        } ?? "older than configurations"
      ),
      ("made by", "quartermaster \(fittedBy.codeVersion) on \(fittedBy.processorCore)"),
      (
        "made again",
        isReproduced ? "the same, bit for bit" : "NOT the same as what was published"
      ),
    ]
  }

  private var parts: String {
    func column(_ heading: String, _ cells: [String], isLeft: Bool = true) -> AlignedTable.Column {
      AlignedTable.Column(
        heading: heading, cells: cells, isLeft: isLeft, keep: AlignedTable.alwaysKept,
        ruleAfter: nil)
    }
    return AlignedTable(
      columns: [
        column("kind", explanation.parts.map(\.kind.rawValue)),
        column("name", explanation.parts.map(\.name)),
        column(
          "state", explanation.parts.map { part in part.scaled?.first.map(\.state) ?? "-" },
          isLeft: false),
        column(
          "units", explanation.parts.map { $0.units.prefix(7).reduce(0, +).figure },
          isLeft: false),
      ], width: 100
    ).text
  }
}

extension Double {
  /// On the scale of roots, where effects add: a few hundredths matter.
  fileprivate var state: String {
    guard isFinite, magnitude < 1e6 else { return "?" }
    return "\((self * 10_000).rounded() / 10_000)"
  }
}

extension DemandSpread {
  /// The family with its parameters.
  fileprivate var words: String {
    switch self {
    case .squareRoot(let scale, let deviation, let growth):
      "usual level \(scale.figure) a day, deviation \(deviation.state) on the scale of roots,"
        + " a day's error moves the level by \(growth.state)"
    case .negativeBinomial(let dispersion):
      "counts, their variance is \(dispersion.state) times their mean"
    case .certain: "nothing to vary"
    }
  }
}

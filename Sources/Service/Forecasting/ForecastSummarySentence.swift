internal import Inventory
internal import Planning

extension ForecastFilter.Summary {
  /// The closing line: what was read, what was forecast, and what of the file was not as it seemed.
  public var sentence: String {
    var parts = [
      "\(rows.grouped) rows, \(series.grouped) series, \(nodes.grouped) nodes forecast from"
        + " \(origin)"
    ]
    let rungs = Tier.allCases.compactMap { tier in
      tiers[tier].map { "\(tier.rawValue) \($0.grouped)" }
    }
    parts.append(rungs.joined(separator: ", "))
    if negatives > 0 { parts.append("\(negatives.grouped) negative quantities read as 0") }
    if emptyQuantities > 0 {
      parts.append("\(emptyQuantities.grouped) empty quantities read as missing")
    }
    if partialBuckets > 0 {
      parts.append(
        "\(partialBuckets.grouped) buckets at the ends left out, which the file covers in part")
    }
    return parts.joined(separator: "; ")
  }
}

internal import Inventory
internal import Storage

extension PushReceipt {
  /// What the command line prints of it.
  public var text: String {
    let counts = receipt.counts
    var lines = [
      "received \(counts.received.grouped) = applied \(counts.applied.grouped)"
        + " + duplicate \(counts.duplicate.grouped) + stale \(counts.stale.grouped)"
        + " + quarantined \(counts.quarantined.grouped)",
      receipt.isRepeated
        ? "batch \(receipt.batch) had this content: nothing was stored again"
        : "batch \(receipt.batch)"
          + (receipt.mappingVersion.map { ", read with mapping version \($0)" } ?? ""),
    ]
    if let heldBecause { lines.append(heldBecause) }
    if let watermark { lines.append(watermark) }
    if !firstQuarantined.isEmpty {
      lines.append("quarantined:")
      lines += firstQuarantined.map { "  \($0.message) [\($0.code)]" }
      let rest = counts.quarantined - firstQuarantined.count
      if rest > 0 { lines.append("  and \(rest.grouped) more") }
      lines.append(advice)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Where to go on from here.
  private var advice: String {
    let list = "'quartermaster quarantine list --batch \(receipt.batch)'"
    guard heldBecause != nil else { return "\(list) lists them" }
    let command = "--batch \(receipt.batch)"
    return """
      nothing of it counts until a person decides; \(list) lists the rows:
        'quartermaster quarantine replay \(command) --confirm' if the units are right,
        'quartermaster quarantine discard \(command) --reason TEXT' to send it in others
      """
  }

  private var watermark: String? {
    guard let completeThrough, !receipt.isRepeated else { return nil }
    if heldBecause != nil { return "the watermark did not move: the batch is held" }
    if receipt.watermarkMoved { return "complete through \(completeThrough)" }
    let tooMany =
      Double(receipt.counts.quarantined)
      > Synchronisation.watermarkTolerance * Double(receipt.counts.received)
    if tooMany { return "the watermark did not move: more than 1 % of the rows are quarantined" }
    return sourceHasLocations
      ? "the watermark did not move: the locations were complete through \(completeThrough) before"
      : "the watermark did not move: this source has sent demand of no location yet"
  }
}

internal import Inventory
internal import Planning
internal import Storage

/// How an explanation is told.
public enum PublishedExplanationFormat: String, CaseIterable, Hashable, Sendable {
  case table, json

  public func text(of explanation: PublishedExplanation) -> String {
    switch self {
    case .table: explanation.text
    case .json: explanation.json.text + "\n"
    }
  }
}

extension PublishedExplanation {
  private static let shownDeliveries = 5

  /// The chain, from the data to the number.
  var text: String {
    let node = forecast.node
    let home = [node.category?.text, node.region?.text].compactMap { $0 }.joined(separator: ", ")
    let quantiles = zip(madeIn.quantiles, quantiles).map { "q\($0) \($1.threeDigits)" }
    var lines = [
      "\(item) at \(location) (\(home)) on \(day): \(mean.asUnits) units",
      "  quantiles  \(quantiles.joined(separator: ", "))",
      "  data       \(data)",
    ]
    lines += deliveries.prefix(PublishedExplanation.shownDeliveries).map {
      "             \($0.words)"
    }
    let rest = deliveries.dropFirst(PublishedExplanation.shownDeliveries)
    if !rest.isEmpty {
      lines.append(
        "             and \(rest.count.grouped) earlier batches with"
          + " \(rest.reduce(0) { $0 + $1.days }.grouped) days")
    }
    lines.append("  run        \(maker)")
    lines.append("  method     \(forecast.tier.rawValue), \(forecast.reason)")
    if let lock {
      lines.append(
        "  locked     by lock \(lock.lock.id) of \(lock.lockedBy), as run \(lock.lock.run) said:"
          + " \(lock.reason)")
    }
    return lines.joined(separator: "\n") + "\n\n" + table + "\n" + check + "\n"
  }

  private var data: String {
    let days = deliveries.reduce(0) { $0 + $1.days }
    return "dataset version \(madeIn.datasetVersion): \(days.grouped) days told through"
      + " \(madeIn.origin), by \(deliveries.count.grouped)"
      + (deliveries.count == 1 ? " batch" : " batches")
  }

  private var maker: String {
    let carried = run == madeIn.run ? "" : ", carried over into run \(run)"
    return "\(madeIn.run), as of \(madeIn.asOf), origin \(madeIn.origin), version"
      + " \(madeIn.codeVersion) on \(madeIn.processorCore)\(carried)"
  }

  private var check: String {
    if mean == remade { return "Made again, the steps come to the published mean." }
    return "Made again on \(core), the steps come to \(remade.asUnits) units, not to the published"
      + " mean: 'quartermaster replay \(madeIn.run)' compares all of the run."
  }

  private var table: String {
    let steps = steps.filter { $0.units != 0 || ($0.scaled ?? 0) != 0 }
    let sum = self.steps.reduce(0) { $0 + $1.units }
    let rounding = Double(remade) / 1000 - sum
    func column(_ heading: String, _ cells: [String], isLeft: Bool = false) -> AlignedTable.Column {
      AlignedTable.Column(
        heading: heading, cells: cells, isLeft: isLeft, keep: AlignedTable.alwaysKept,
        ruleAfter: steps.count)
    }
    return AlignedTable(
      columns: [
        column("step", steps.map(\.part.kind.rawValue) + ["mean"], isLeft: true),
        column("of", steps.map(\.part.name) + ["rounded \(rounding.threeDigits)"], isLeft: true),
        column("root scale", steps.map { $0.scaled?.threeDigits ?? "" } + [""]),
        column("units", steps.map(\.units.threeDigits) + [remade.asUnits]),
      ], width: 100
    ).text
  }

  /// Every figure, for programs.
  var json: JSONValue {
    let node = forecast.node
    let text = { (code: String?) in code.map(JSONValue.string) ?? .null }
    return [
      "item": .string(item.text), "location": .string(location.text),
      "region": text(node.region?.text), "category": text(node.category?.text),
      "day": .string(day.description), "mean": .number(Double(mean) / 1000),
      "quantiles": .object(
        zip(madeIn.quantiles, quantiles).map {
          JSONValue.Member(name: "\($0)", value: .number($1))
        }),
      "run": .integer(run), "made_in_run": .integer(madeIn.run),
      "dataset_version": .integer(Int(madeIn.datasetVersion)),
      "as_of": .string(madeIn.asOf.description), "origin": .string(madeIn.origin.description),
      "code_version": .string(madeIn.codeVersion),
      "processor_core": .string(madeIn.processorCore),
      "tier": .string(forecast.tier.rawValue), "reason": .string(forecast.reason),
      "lock": lock.map { lock in
        [
          "lock": .integer(lock.lock.id), "by": .string(lock.lockedBy),
          "as_run": .integer(lock.lock.run), "reason": .string(lock.reason),
        ]
      } ?? .null,
      "batches": .array(deliveries.map(\.json)),
      "steps": .array(
        steps.map { step in
          [
            "kind": .string(step.part.kind.rawValue), "name": .string(step.part.name),
            "scaled": step.scaled.map(JSONValue.number) ?? .null, "units": .number(step.units),
          ]
        }),
      "made_again": .number(Double(remade) / 1000), "same": .boolean(mean == remade),
    ]
  }
}

extension Delivery {
  fileprivate var words: String {
    let second = Instant(microseconds: receivedAt.microseconds / 1_000_000 * 1_000_000)
    let span = firstDay == lastDay ? "\(firstDay)" : "\(firstDay) to \(lastDay)"
    return
      "batch \(batch) of \(source), received \(second), key \(key.cut(to: 20)): \(days.grouped) "
      + (days == 1 ? "day" : "days") + ", \(span)"
  }

  fileprivate var json: JSONValue {
    [
      "batch": .integer(batch), "version": .integer(Int(place)), "key": .string(key),
      "source": .string(source.text), "received_at": .string(receivedAt.description),
      "days": .integer(days), "first_day": .string(firstDay.description),
      "last_day": .string(lastDay.description),
    ]
  }
}

extension Double {
  /// To thousandths; whole numbers without a fraction.
  fileprivate var threeDigits: String {
    let rounded = (self * 1000).rounded() / 1000
    return rounded == rounded.rounded() && rounded.magnitude < 1e15
      ? "\(Int64(rounded))" : "\(rounded)"
  }
}

extension Int64 {
  /// Thousandths as units.
  fileprivate var asUnits: String { "\(Double(self) / 1000)" }
}

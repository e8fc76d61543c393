internal import Inventory
internal import Storage

extension DemandFormat {
  public func text(of life: NumberLife) -> String {
    switch self {
    case .table: DemandFormat.table(life)
    case .csv: DemandFormat.csv(life)
    case .json: DemandFormat.json(life)
    }
  }

  private static func table(_ life: NumberLife) -> String {
    let heading = "\(life.item) at \(life.location) on \(life.day)"
    guard !life.values.isEmpty else { return heading + ": nothing was ever told\n" }
    func column(
      _ heading: String, isLeft: Bool = true, keep: Int = AlignedTable.alwaysKept,
      _ cell: (ToldDemand) -> String
    ) -> AlignedTable.Column {
      AlignedTable.Column(
        heading: heading, cells: life.values.map(cell), isLeft: isLeft, keep: keep, ruleAfter: nil)
    }
    return heading + ", as it was told:\n"
      + AlignedTable(
        columns: [
          column("quantity", isLeft: false) { $0.quantity?.digits ?? "?" },
          column("became") { $0.fateText },
          column("versions") { $0.versionText },
          column("revision") { $0.revision?.description ?? "" },
          column("source") { $0.source.text },
          column("batch", isLeft: false) { "\($0.batch)" },
          column("key", keep: 1) { $0.key },
          column("received") { $0.receivedAtSecond.description },
          column("row", keep: 2) { $0.rawText ?? "" },
        ], width: 160
      ).text
  }

  private static func csv(_ life: NumberLife) -> String {
    let rows = life.values.map { told in
      [
        told.quantity?.digits ?? "", told.state, told.fromVersion.map { "\($0)" } ?? "",
        told.throughVersion.map { "\($0)" } ?? "", told.revision?.description ?? "",
        told.source.text.csvField, "\(told.batch)", told.key,
        told.receivedAt.description, told.replacedBy.map { "\($0)" } ?? "",
        told.quarantineCode ?? "", (told.rawText ?? "").csvField,
      ].joined(separator: ",") + "\n"
    }
    return "quantity,state,from_version,through_version,revision,source,batch,key,received_at,"
      + "replaced_by,code,row\n" + rows.joined()
  }

  private static func json(_ life: NumberLife) -> String {
    func text(_ value: String?) -> String { value.map(ReportJSON.quoted) ?? "null" }
    func number(_ value: (some BinaryInteger)?) -> String { value.map { "\($0)" } ?? "null" }
    let values = life.values.map { told in
      let pairs = [
        ("quantity", told.quantity?.digits ?? "null"), ("state", text(told.state)),
        ("from_version", number(told.fromVersion)),
        ("through_version", number(told.throughVersion)),
        ("revision", text(told.revision?.description)), ("source", text(told.source.text)),
        ("batch", "\(told.batch)"), ("key", text(told.key)),
        ("received_at", text(told.receivedAt.description)),
        ("replaced_by", number(told.replacedBy)), ("code", text(told.quarantineCode)),
        ("row", text(told.rawText)),
      ]
      return "    {" + pairs.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
    }
    let array = values.isEmpty ? "[]" : "[\n" + values.joined(separator: ",\n") + "\n  ]"
    return "{\n  \"item\": \(text(life.item.text)),\n  \"location\": \(text(life.location.text)),\n"
      + "  \"day\": \"\(life.day)\",\n  \"values\": \(array)\n}\n"
  }
}

extension ToldDemand {
  /// `from 12`, `3 to 11`; empty for what never stood.
  fileprivate var versionText: String {
    guard let fromVersion else { return "" }
    guard let throughVersion else { return "from \(fromVersion)" }
    return fromVersion == throughVersion
      ? "\(fromVersion)" : "\(fromVersion) to \(throughVersion)"
  }
}

internal import Inventory
public import Storage

extension Keys.Created {
  /// What the command line prints: the key stands alone on standard output's second line.
  public var report: String {
    "key \(id), shown this once and kept nowhere:\n\(text.secret)\n"
  }
}

extension [KeyRecord] {
  /// What the command line prints of all keys.
  public var text: String {
    guard !isEmpty else { return "no keys yet: 'quartermaster keys create' makes one\n" }
    func column(_ heading: String, _ cells: [String], isLeft: Bool = true) -> AlignedTable.Column {
      AlignedTable.Column(
        heading: heading, cells: cells, isLeft: isLeft, keep: AlignedTable.alwaysKept,
        ruleAfter: nil)
    }
    return AlignedTable(
      columns: [
        column("key", map { String($0.id) }, isLeft: false),
        column("scope", map(\.scope.word)),
        column("client", map(\.client.text)),
        column("region", map { $0.scope.region?.text ?? "-" }),
        column("created", map { String($0.createdAt.description.prefix(19)) + "Z" }),
        column("revoked", map { $0.revokedAt.map { $0.description.prefix(19) + "Z" } ?? "live" }),
      ], width: 100
    ).text
  }
}

extension KeyRecord {
  /// What the command line prints of a key that is no more.
  public var revocation: String { "key \(id) of '\(client)' is revoked\n" }
}

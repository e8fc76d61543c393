/// The revision with which each field of a fact stands; nil where receipt decided, or nobody has
/// said the field yet.
struct FieldRevisions: Equatable {
  /// Shared by all fields, or else the highest.
  private(set) var highest: Int64?
  /// Field by field; empty while all share one.
  private var each: [Int64?] = []

  /// - Parameter count: how many fields there are; those that are not said have no revision.
  init(_ revision: Int64?, of said: SaidFields = .all, count: Int) {
    highest = revision
    guard revision != nil, said.bits(of: count) != SaidFields.all.bits(of: count) else { return }
    each = (0..<count).map { said.bits & 1 << UInt32($0) == 0 ? nil : revision }
    settle()
  }

  subscript(field: Int) -> Int64? { each.isEmpty ? highest : each[field] }

  mutating func set(_ field: Int, to revision: Int64?, count: Int) {
    guard self[field] != revision else { return }
    if each.isEmpty { each = Array(repeating: highest, count: count) }
    each[field] = revision
    settle()
  }

  private mutating func settle() {
    highest = each.compactMap(\.self).max()
    if each.allSatisfy({ $0 == highest }) { each = [] }
  }
}

extension FieldRevisions {
  /// As they stand in `revision` and `field_revisions`: the second is nil while all fields share
  /// the first, else an object like `{"name": 3, "category": 5}`.
  init(_ shared: Int64?, _ object: String?, names: [String]) {
    self.init(shared, count: names.count)
    guard let object else { return }
    each = Array(repeating: nil, count: names.count)
    for pair in object.split(whereSeparator: { "{},".contains($0) }) {
      let parts = pair.split(whereSeparator: { "\": ".contains($0) })
      guard parts.count == 2, let field = names.firstIndex(of: String(parts[0])) else { continue }
      each[field] = Int64(parts[1])
    }
    settle()
  }

  /// What stands in `field_revisions`.
  func object(names: [String]) -> String? {
    guard !each.isEmpty else { return nil }
    let said = zip(names, each).compactMap { name, revision in
      revision.map { "\"\(name)\": \($0)" }
    }
    return "{" + said.joined(separator: ", ") + "}"
  }
}

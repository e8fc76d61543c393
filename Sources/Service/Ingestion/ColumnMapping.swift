/// How a source names its columns: `--map item=dept_id,day=date` and `--ignore cat_id`.
public struct ColumnMapping: Hashable, Sendable {
  /// Why a mapping cannot be read.
  public enum Failure: Error, Hashable, Sendable {
    /// Not of the form `ours=theirs`.
    case malformed(String)
    /// The left side is no column of the formats.
    case unknownColumn(String, nearest: String?)
    case mappedTwice(Column)
  }

  /// Theirs by ours.
  public var theirs: [Column: String]
  /// Their columns that are passed over.
  public var ignored: Set<String>

  public init(theirs: [Column: String] = [:], ignored: Set<String> = []) {
    self.theirs = theirs
    self.ignored = ignored
  }

  /// Reads the two options; both may be empty.
  public init(map: String, ignore: String) throws(Failure) {
    self.init()
    for pair in map.split(separator: ",") {
      guard let equals = pair.firstIndex(of: "="), equals != pair.startIndex,
        pair.index(after: equals) != pair.endIndex
      else { throw .malformed(String(pair)) }
      let ours = String(pair[..<equals])
      guard let column = Column(rawValue: ours) else {
        throw .unknownColumn(ours, nearest: ColumnMapping.nearest(to: ours))
      }
      guard theirs[column] == nil else { throw .mappedTwice(column) }
      theirs[column] = String(pair[pair.index(after: equals)...])
    }
    ignored = Set(ignore.split(separator: ",").map(String.init))
  }

  /// One line that says the same for the same mapping: part of a default idempotency key.
  public var canonical: String {
    let pairs = Column.allCases.compactMap { column in
      theirs[column].map { "\(column.rawValue)=\($0)" }
    }
    return pairs.joined(separator: ",") + ";" + ignored.sorted().joined(separator: ",")
  }

  /// What one of their columns is for.
  enum Meaning: Hashable {
    case columns([Column])
    case ignored, unknown
  }

  /// One of their columns may stand for several of ours, as a code that is also the name.
  func meaning(of name: String) -> Meaning {
    let mapped = Column.allCases.filter { theirs[$0] == name }
    if !mapped.isEmpty { return .columns(mapped) }
    if ignored.contains(name) { return .ignored }
    return Column(rawValue: name).map { .columns([$0]) } ?? .unknown
  }

  /// The known column that a name looks most like, if it is near at all: at most a third of its
  /// letters would have to change.
  static func nearest(to name: String) -> String? {
    let lowered = name.lowercased().filter { $0 != " " && $0 != "-" && $0 != "_" }
    let candidates = Column.allCases.map { column in
      (column.rawValue, editDistance(lowered, column.rawValue.filter { $0 != "_" }))
    }
    guard let best = candidates.min(by: { $0.1 < $1.1 }), best.1 * 3 <= lowered.count else {
      return nil
    }
    return best.0
  }
}

/// Insertions, deletions and replacements that turn one word into the other (Wagner and Fischer,
/// "The string-to-string correction problem", JACM 21(1), 1974).
func editDistance(_ left: String, _ right: String) -> Int {
  let (rows, columns) = (Array(left.utf8), Array(right.utf8))
  var previous = Array(0...columns.count)
  for (row, letter) in rows.enumerated() {
    var current = [row + 1]
    for (column, other) in columns.enumerated() {
      current.append(
        min(
          previous[column] + (letter == other ? 0 : 1), previous[column + 1] + 1,
          current[column] + 1))
    }
    previous = current
  }
  return previous[columns.count]
}

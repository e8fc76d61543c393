/// How a source names its columns, `--map item=dept_id,day=date` and `--ignore cat_id`, and how it
/// writes what stands in them.
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
  /// Delimiter, encoding, and the form of days, numbers and units.
  public var form: RowForm

  public init(
    theirs: [Column: String] = [:], ignored: Set<String> = [], form: RowForm = .plain
  ) {
    self.theirs = theirs
    self.ignored = ignored
    self.form = form
  }

  /// Whether rows are as the formats have them, nothing mapped.
  public var isPlain: Bool { self == ColumnMapping() }

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

  /// `ours=theirs`, column by column, in the formats' order.
  var pairs: [String] {
    Column.allCases.compactMap { column in theirs[column].map { "\(column.rawValue)=\($0)" } }
  }

  /// One line that says the same for the same mapping: part of a default idempotency key.
  public var canonical: String {
    let columns = pairs.joined(separator: ",") + ";" + ignored.sorted().joined(separator: ",")
    return form == .plain ? columns : columns + ";" + form.canonical
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

  /// The known column that a name looks most like, if it is near at all.
  static func nearest(to name: String) -> String? {
    NearestName.of(name, in: Column.allCases.map(\.rawValue))
  }
}

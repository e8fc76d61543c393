internal import Inventory
internal import Postgres
internal import Storage

extension Push {
  /// The push with the mapping that its source's rows of this kind are read with, unless it brings
  /// its own.
  func mapped(in db: isolated Session) throws -> Push {
    guard mapping.isPlain,
      let record = try MappingStore.mapping(
        forPushOf: kind.rawValue, source: source, key: key, in: db)
    else { return self }
    let stored = try ColumnMapping(record.text, kind: kind)
    guard !stored.isPlain else { return self }
    var push = self
    (push.mapping, push.mappingVersion) = (stored, record.version)
    return push
  }

  /// Says how a mapping would read what cannot be read without.
  func advising(_ work: () throws -> Void) throws {
    do {
      try work()
    } catch ReadFailure.foreign(let name, .separated(let separator, wanted: let wanted)) {
      guard let delimiter = RowForm.Delimiter(rawValue: separator) else {
        throw ReadFailure.foreign(name: name, .separated(by: separator, wanted: wanted))
      }
      throw UnmappedDelimiter(
        name: name, found: delimiter, wanted: wanted, source: source, kind: kind)
    } catch ReadFailure.unknownColumn(let found, let nearest) where mappingVersion != nil {
      throw UnmappedColumn(found: found, nearest: nearest, source: source, kind: kind)
    }
  }
}

/// A file cut by another sign than its source's files are said to be.
struct UnmappedDelimiter: Failure {
  let name: String
  let found: RowForm.Delimiter
  let wanted: RowForm.Delimiter
  let source: SourceCode
  let kind: SyncKind

  var code: String { "wrong-format" }
  var exitCode: ExitCode { .data }

  var sentence: String {
    let sign = found == .tab ? "tab" : "'\(found.rawValue)'"
    return
      "\(ReadFailure.foreign(name: name, .separated(by: found.rawValue, wanted: wanted)).sentence)"
      + ", or say that this source's files are so: quartermaster sources map"
      + " \(source) \(kind.rawValue) --delimiter \(sign)"
  }
}

/// A column that its source's mapping does not name. `--map` would not add it to the mapping but
/// replace it.
struct UnmappedColumn: Failure {
  let found: String
  let nearest: String?
  let source: SourceCode
  let kind: SyncKind

  var code: String { "unknown-column" }
  var exitCode: ExitCode { .data }

  var sentence: String {
    let (name, hint) = (found.shownShort, nearest.map { "did you mean '\($0)'? " } ?? "")
    return "unknown column '\(name)': \(hint)say --column OURS=\(name) or --ignore \(name) with the"
      + " rest of the mapping that 'quartermaster sources show \(source) \(kind.rawValue)' shows"
  }
}

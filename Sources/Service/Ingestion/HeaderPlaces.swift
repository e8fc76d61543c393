/// Which cell of a CSV row holds which column of ours.
struct HeaderPlaces {
  private(set) var cells: [Column: Int] = [:]

  /// Refuses what it does not know: a column read as nothing would be data lost in silence.
  init(
    _ header: [String], columns: [Column], mapping: ColumnMapping
  ) throws(ReadFailure) {
    for (cell, name) in header.enumerated() {
      switch mapping.meaning(of: name) {
      case .ignored: continue
      case .unknown:
        guard !name.isEmpty else { throw .unnamedColumn(number: cell + 1) }
        throw .unknownColumn(found: name, nearest: ColumnMapping.nearest(to: name))
      case .columns(let meant):
        for column in meant where columns.contains(column) {
          guard cells[column] == nil else { throw .duplicateColumn(column) }
          cells[column] = cell
        }
      }
    }
    for column in columns {
      guard let theirs = mapping.theirs[column], !header.contains(theirs) else { continue }
      throw .mappedColumnAbsent(column, theirs: theirs, header: header)
    }
  }
}

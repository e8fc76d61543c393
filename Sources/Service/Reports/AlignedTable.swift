/// A table of text in columns as wide as their content, within a width.
///
/// When it does not fit, the columns that matter least are left out first, then long codes are cut.
struct AlignedTable {
  struct Column {
    /// Broken at its spaces, so that it is not wider than the figures below it.
    let heading: String
    var cells: [String]
    let isLeft: Bool
    /// 9 for a column that is never left out; the smallest goes first.
    let keep: Int
    /// Rows above a separating rule.
    let ruleAfter: Int?

    var headingLines: [String] { heading.split(separator: " ").map(String.init) }
    var width: Int { (headingLines + cells).map(\.displayWidth).max() ?? 0 }
  }

  static let gap = "  "
  static let shortestCode = 8
  static let alwaysKept = 9

  let text: String
  /// Headings of the columns that did not fit.
  let dropped: [String]

  init(columns: [Column], width: Int) {
    var columns = columns.filter { $0.cells.contains { !$0.isEmpty } }
    var dropped: [String] = []
    while AlignedTable.width(of: columns) > width,
      let least = columns.indices.min(by: { columns[$0].keep < columns[$1].keep }),
      columns[least].keep < AlignedTable.alwaysKept
    {
      dropped.append(columns.remove(at: least).heading)
    }
    AlignedTable.shorten(&columns, to: width)
    self.dropped = dropped
    text = AlignedTable.lines(columns).joined(separator: "\n") + "\n"
  }

  private static func width(of columns: [Column]) -> Int {
    columns.map(\.width).reduce(0, +) + gap.count * max(0, columns.count - 1)
  }

  /// Cuts the widest left column, letter by letter, until the table fits.
  private static func shorten(_ columns: inout [Column], to width: Int) {
    var excess = self.width(of: columns) - width
    while excess > 0,
      let widest = columns.indices.filter({ columns[$0].isLeft }).max(by: {
        columns[$0].width < columns[$1].width
      }), columns[widest].width > shortestCode
    {
      let others = columns.indices.filter { $0 != widest && columns[$0].isLeft }
      let next = others.map { columns[$0].width }.max() ?? 0
      let target = max(
        shortestCode, columns[widest].width - excess, min(next, columns[widest].width - 1))
      columns[widest].cells = columns[widest].cells.map { $0.cut(to: target) }
      excess = self.width(of: columns) - width
    }
  }

  private static func lines(_ columns: [Column]) -> [String] {
    let widths = columns.map(\.width)
    let depth = columns.map(\.headingLines.count).max() ?? 0
    let headings = (0..<depth).map { row in
      line(columns, widths) { column in
        let words = column.headingLines
        let place = row - (depth - words.count)
        return place >= 0 ? words[place] : ""
      }
    }
    let rule = String(repeating: "-", count: width(of: columns))
    var lines = headings + [rule]
    for row in columns.first?.cells.indices ?? 0..<0 {
      if row == columns.first?.ruleAfter { lines.append(rule) }
      lines.append(line(columns, widths) { $0.cells[row] })
    }
    return lines
  }

  private static func line(
    _ columns: [Column], _ widths: [Int], _ cell: (Column) -> String
  ) -> String {
    let cells = zip(columns, widths).map { column, width in
      cell(column).padded(to: width, left: column.isLeft)
    }
    let line = cells.joined(separator: gap)
    return String(line.reversed().drop { $0 == " " }.reversed())
  }
}

extension String {
  /// Columns on a terminal: East Asian wide characters take two.
  var displayWidth: Int {
    if utf8.allSatisfy({ $0 < 0x80 }) { return utf8.count }
    return reduce(0) { $0 + $1.displayWidth }
  }

  func padded(to width: Int, left: Bool) -> String {
    let space = String(repeating: " ", count: Swift.max(0, width - displayWidth))
    return left ? self + space : space + self
  }

  /// Cut so that with an ellipsis it takes at most `width` columns.
  func cut(to width: Int) -> String {
    guard displayWidth > width else { return self }
    var (kept, used) = ("", 0)
    for character in self {
      guard used + character.displayWidth < width else { break }
      kept.append(character)
      used += character.displayWidth
    }
    return kept + "…"
  }
}

extension Character {
  /// The blocks that Unicode's East Asian Width (UAX #11) holds to be wide or full-width.
  fileprivate var displayWidth: Int {
    guard let scalar = unicodeScalars.first?.value else { return 0 }
    switch scalar {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}

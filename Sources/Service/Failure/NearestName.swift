/// What a mistyped name probably meant.
public enum NearestName {
  /// The candidate with the smallest distance to the name, the first of equals; nil when more than
  /// a third of the letters (and more than one) would have to change, which is no likeness.
  public static func of(_ name: String, in candidates: [String]) -> String? {
    let nearest = candidates.map { (name: $0, distance: distance(name, $0)) }
      .min { $0.distance < $1.distance }
    guard let nearest else { return nil }
    let limit = max(1, max(name.count, nearest.name.count) / 3)
    return nearest.distance <= limit ? nearest.name : nil
  }

  /// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other,
  /// no part of it edited twice: the optimal string alignment distance of Damerau (1964), "A
  /// technique for computer detection and correction of spelling errors", CACM 7(3), 171-176.
  public static func distance(_ left: String, _ right: String) -> Int {
    let (rows, columns) = (Array(left.lowercased()), Array(right.lowercased()))
    var twoBack: [Int] = []
    var previous = Array(0...columns.count)
    for row in rows.indices {
      var current = [row + 1]
      for column in columns.indices {
        let replaced = previous[column] + (rows[row] == columns[column] ? 0 : 1)
        var best = min(replaced, previous[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, rows[row] == columns[column - 1], rows[row - 1] == columns[column] {
          best = min(best, twoBack[column - 1] + 1)
        }
        current.append(best)
      }
      (twoBack, previous) = (previous, current)
    }
    return previous[columns.count]
  }
}

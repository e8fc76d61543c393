import Foundation
import LinearAlgebra

/// M5's departments (levels 1-9) with the reference's 233 calendar features: real data beside the
/// checkout.
struct M5 {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../../shared/data/m5").standardizedFileURL
  static let isPresent = FileManager.default.fileExists(
    atPath: folder.appending(path: "store_dept_daily.csv.gz").path(percentEncoded: false))

  /// 1,913 days × 154 nodes, the last 70 of them the bottom.
  var demand: Matrix
  /// Per node: its level 1-9, its revenue weight, its parent.
  var levels: [Int]
  var weights: [Double]
  var parents: [Int?]
  /// Per node, the columns of the bottom that it sums.
  var bottoms: [[Int]]
  /// Per node, the nodes that sum it and more.
  var sums: [[Int]]
  var features: Matrix
  var penalties: [Double]
  /// Whether a day is 25 December.
  var isChristmas: [Bool]

  private static let keys: [[Int]] = [[], [1], [2], [3], [4], [1, 3], [1, 4], [2, 3], [2, 4]]

  init() throws {
    let lines = try M5.unpacked("store_dept_daily.csv.gz")
    var days: [Substring: Int] = [:]
    var bottom: [String: [Double]] = [:]
    var fields: [String: [Substring]] = [:]
    for line in lines.dropFirst() {
      let field = line.split(separator: ",")
      let day = days[field[0], default: days.count]
      days[field[0]] = day
      let key = "\(field[2])|\(field[4])"
      fields[key] = field
      bottom[key, default: Array(repeating: 0, count: 1913)][day] = Double(field[5])!
    }
    let names = bottom.keys.sorted()
    let revenue = try M5.revenue()
    let total = names.reduce(0) { $0 + revenue[$1]! }
    var columns: [[Double]] = []
    var index: [String: Int] = [:]
    (levels, weights, bottoms) = ([], [], [])
    var labels: [[Substring]] = []
    for (level, key) in M5.keys.enumerated() {
      var groups: [String: [Int]] = [:]
      for (place, name) in names.enumerated() {
        groups[key.map { fields[name]![$0] }.joined(separator: "|"), default: []].append(place)
      }
      for (label, members) in groups.sorted(by: { $0.key < $1.key }) {
        index["\(level + 1) \(label)"] = columns.count
        levels.append(level + 1)
        labels.append(label.split(separator: "|"))
        weights.append(members.reduce(0) { $0 + revenue[names[$1]]! } / total)
        bottoms.append(members)
        var sum = Array(repeating: 0.0, count: 1913)
        for member in members {
          for (day, units) in bottom[names[member]]!.enumerated() { sum[day] += units }
        }
        columns.append(sum)
      }
    }
    demand = Matrix(columns: columns)
    let members = bottoms.map(Set.init)
    sums = members.map { own in
      members.indices.filter { members[$0].count > own.count && own.isSubset(of: members[$0]) }
    }
    parents = zip(levels, labels).map { level, label in
      switch level {
      case 7: index["5 \(label[1])"]
      case 8: index["6 \(label[0].prefix(2))|\(label[1])"]
      case 9: index["7 \(label[0].prefix(2))|\(label[1])"]
      default: nil
      }
    }
    let calendar = try M5.calendar()
    (features, penalties) = M5.features(calendar)
    isChristmas = calendar.map { $0.date.hasSuffix("-12-25") }
  }

  struct CalendarDay {
    var date: Substring
    var weekday: Int
    var events: [Substring]
    var snap: [Double]
  }

  private static func unpacked(_ name: String) throws -> [Substring] {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/gzip")
    process.arguments = ["-dc", folder.appending(path: name).path(percentEncoded: false)]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self).split(separator: "\n")
  }

  private static func text(_ name: String) throws -> [Substring] {
    let data = try Data(contentsOf: folder.appending(path: name))
    return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
  }

  private static func revenue() throws -> [String: Double] {
    var revenue: [String: Double] = [:]
    for line in try text("store_dept_weights.csv").dropFirst() {
      let field = line.split(separator: ",")
      revenue["\(field[0])|\(field[1])"] = Double(field[2])!
    }
    return revenue
  }

  private static func calendar() throws -> [CalendarDay] {
    try text("calendar.csv").dropFirst().map { line in
      let field = line.split(separator: ",", omittingEmptySubsequences: false)
      return CalendarDay(
        date: field[0], weekday: Int(field[3])! - 1,
        events: [field[7], field[9]].filter { !$0.isEmpty },
        snap: field[11...13].map { Double($0)! })
    }
  }

  private static func features(_ days: [CalendarDay]) -> (Matrix, [Double]) {
    var columns: [[Double]] = []
    var penalties: [Double] = []
    func add(_ column: [Double], _ penalty: Double) {
      columns.append(column)
      penalties.append(penalty)
    }
    let places = days.indices.map(Double.init)
    let daysOfMonth = days.map { Double($0.date.suffix(2))! }
    func fourier(_ x: [Double], period: Double, order: Int, _ penalty: Double) {
      for k in 1...order {
        add(x.map { sin(2 * .pi * Double(k) * $0 / period) }, penalty)
        add(x.map { cos(2 * .pi * Double(k) * $0 / period) }, penalty)
      }
    }
    for weekday in 0..<7 { add(days.map { $0.weekday == weekday ? 1 : 0 }, 1) }
    fourier(places, period: 365.25, order: 6, 10)
    fourier(daysOfMonth, period: 30.4375, order: 5, 1)
    for k in 1...5 {
      for weekday in 0..<6 {
        let contrast = days.map { $0.weekday == weekday ? 1.0 : $0.weekday == 6 ? -1 : 0 }
        let angle = places.map { 2 * .pi * Double(k) * $0 / 365.25 }
        add(zip(contrast, angle).map { $0 * sin($1) }, 10)
        add(zip(contrast, angle).map { $0 * cos($1) }, 10)
      }
    }
    for state in 0..<3 { add(days.map { $0.snap[state] }, 1) }
    func shifted(_ column: [Double], _ lag: Int) -> [Double] {
      column.indices.map { column[(($0 - lag) % column.count + column.count) % column.count] }
    }
    for event in Set(days.flatMap(\.events)).sorted() {
      let column = days.map { $0.events.contains(event) ? 1.0 : 0 }
      for lag in -2...1 { add(shifted(column, lag), 1) }
      if event == "Thanksgiving" {
        for lag in [-7, -6, -5, -4, -3, 2, 3] { add(shifted(column, lag), 1) }
      }
    }
    let christmas = days.map { $0.date.hasSuffix("-12-25") ? 1.0 : 0 }
    for lag in Array(-10 ... -3) + Array(2...7) { add(shifted(christmas, lag), 1) }
    return (Matrix(columns: columns), penalties)
  }
}

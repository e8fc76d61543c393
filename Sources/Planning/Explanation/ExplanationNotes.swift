internal import Inventory

/// What each step made of the forecasts of the nodes that somebody asked about.
struct ExplanationNotes {
  private struct Note {
    var parts: [Explanation.Part]
    var means: [Double]
  }

  private let wanted: Set<Int>
  private var notes: [Int: Note] = [:]

  /// - Parameter wanted: positions of nodes.
  init(_ wanted: Set<Int>) { self.wanted = wanted }

  func wants(_ node: Int) -> Bool { wanted.contains(node) }

  var nodes: [Int] { wanted.sorted() }

  /// A forecast begins, made of parts; what they leave open is a part of its own.
  mutating func begin(_ node: Int, _ parts: [Explanation.Part], means: [Double]) {
    let sums = means.indices.map { lead in parts.reduce(0) { $0 + $1.units[lead] } }
    notes[node] = Note(parts: parts, means: sums)
    // A hybrid's forecast is 0 on closures whatever its parts say.
    step(node, .closure, "closed", to: means)
  }

  /// A forecast begins that is not taken apart.
  mutating func begin(_ node: Int, rung name: String, means: [Double]) {
    notes[node] = Note(
      parts: [Explanation.Part(kind: .rung, name: name, scaled: nil, units: means)], means: means)
  }

  /// A step changed the means.
  mutating func step(_ node: Int, _ kind: Explanation.Kind, _ name: String, to means: [Double]) {
    guard let before = notes[node]?.means else { return }
    // Less than a billionth is how sums round, not a step. Each bucket is measured by itself: one
    // may be a million times another.
    let units = zip(means, before).map { after, before in
      abs(after - before) > 1e-9 * max(1, after, before) ? after - before : 0
    }
    guard units.contains(where: { $0 != 0 }) else { return }
    notes[node]?.parts.append(
      Explanation.Part(kind: kind, name: name, scaled: nil, units: units))
    notes[node]?.means = means
  }

  func parts(of node: Int) -> [Explanation.Part] { notes[node]?.parts ?? [] }
}

/// Days ahead that are judged together, as `8-14`, or without an end, as `15+`.
public struct LeadBand: Hashable, Sendable, Comparable {
  /// From 1.
  public let first: Int
  /// Nil goes on for ever.
  public let last: Int?

  /// The furthest that a forecast reaches.
  public static let longest = 365

  /// Nil where there is no such band.
  public init?(first: Int, last: Int? = nil) {
    guard (1...LeadBand.longest).contains(first), (first...LeadBand.longest).contains(last ?? first)
    else { return nil }
    self.first = first
    self.last = last
  }

  public func contains(_ lead: Int) -> Bool { lead >= first && lead <= last ?? lead }

  /// By the first day, then the last.
  public static func < (left: LeadBand, right: LeadBand) -> Bool {
    (left.first, left.last ?? .max) < (right.first, right.last ?? .max)
  }
}

extension LeadBand: LosslessStringConvertible {
  /// `8-14`, `15+`, `1`; one spelling each.
  public init?(_ text: String) {
    let isOpen = text.hasSuffix("+")
    let parts = text.dropLast(isOpen ? 1 : 0).split(
      separator: "-", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Int($0) }
    guard numbers.count == parts.count, numbers.count == 1 || numbers.count == 2 && !isOpen,
      let band = LeadBand(first: numbers[0], last: isOpen ? nil : numbers.last),
      band.description == text
    else { return nil }
    self = band
  }

  public var description: String {
    guard let last else { return "\(first)+" }
    return first == last ? "\(first)" : "\(first)-\(last)"
  }
}

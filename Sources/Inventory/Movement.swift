/// A line of a warehouse's journal: units of an item that came to a location or left it.
public struct Movement: Hashable, Sendable {
  /// What happened, and so which way the units went.
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    /// Units that a customer took.
    case sale
    /// Units that a customer brought back.
    case `return`
    /// Units that a supplier delivered.
    case receipt
    /// Units that came from another location.
    case transferIn = "transfer_in"
    /// Units that went to another location.
    case transferOut = "transfer_out"
    /// What else changed: shrinkage below zero, finds above.
    case adjustment
    /// Units that somebody counted: what is on hand from then on, whatever was thought before.
    case count

    /// Whether demand is made from it.
    public var tellsDemand: Bool { self == .sale || self == .return }

    /// The kind says which way the units went; only an adjustment needs a sign for that.
    public var mayBeNegative: Bool { self == .adjustment }
  }

  /// When it happened.
  public enum At: Hashable, Sendable, CustomStringConvertible {
    case moment(Instant)
    /// A plain day: it counts as the day's end.
    case day(Day)

    public var description: String {
      switch self {
      case .moment(let instant): instant.description
      case .day(let day): day.description
      }
    }
  }

  /// The line's name, given by its source.
  public let id: MovementID
  public let kind: Kind
  public let item: ItemCode
  public let location: LocationCode
  public let at: At
  /// Units; below zero only for an adjustment.
  public let quantity: Double
  /// Of a return: the sale that it undoes.
  public let undoes: MovementID?

  public init(
    id: MovementID, kind: Kind, item: ItemCode, location: LocationCode, at: At, quantity: Double,
    undoes: MovementID? = nil
  ) {
    self.id = id
    self.kind = kind
    self.item = item
    self.location = location
    self.at = at
    // Negative zero is zero, or equal lines would differ in their bytes.
    self.quantity = quantity == 0 ? 0 : quantity
    self.undoes = kind == .return ? undoes : nil
  }

  /// The same line with another quantity.
  public func counted(_ quantity: Double) -> Movement {
    Movement(
      id: id, kind: kind, item: item, location: location, at: at, quantity: quantity,
      undoes: undoes)
  }
}

public typealias MovementID = Code<Movement>

/// How a source's units are counted in an item's own: a case is a pack, a dozen 12.
public struct UnitTable: Hashable, Sendable {
  public enum Factor: Hashable, Sendable {
    /// The item's pack size.
    case pack
    /// Units of the item in one of the source's.
    case units(Double)
  }

  /// Why a row's quantity cannot be counted in the item's unit.
  public enum Problem: Error, Hashable, Sendable {
    /// Neither the item's own unit nor one of the table.
    case unknown(itemUnit: String?)
    /// The table says that it is a pack, and nobody said how much a pack of the item holds.
    case noPackSize
  }

  public let factors: [String: Factor]

  public init(_ factors: [String: Factor] = [:]) { self.factors = factors }

  public var isEmpty: Bool { factors.isEmpty }

  /// Units of the item in one of `unit`. The item's own unit and none at all are 1.
  ///
  /// The table goes before the item's own unit: what a source says of its words holds for all it
  /// sends.
  public func factor(
    of unit: String, itemUnit: String?, packSize: Double?
  ) throws(Problem) -> Double {
    switch factors[unit] {
    case .units(let units): return units
    case .pack:
      guard let packSize else { throw .noPackSize }
      return packSize
    case nil:
      guard unit.isEmpty || unit == itemUnit else { throw .unknown(itemUnit: itemUnit) }
      return 1
    }
  }

  /// The product to a millionth, so that 1.1 dozens are 13.2 and not 13.200000000000001.
  public static func convert(_ quantity: Double, by factor: Double) -> Double {
    let product = quantity * factor
    // Beyond the limit of a quantity the product is refused anyway.
    guard factor != 1, product.magnitude <= Quantity.limit else { return product }
    return (product * 1e6).rounded() / 1e6
  }
}

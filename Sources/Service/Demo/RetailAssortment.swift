internal import Inventory

/// What the generated retailer sells, and where.
struct RetailAssortment {
  struct Product {
    let item: Item
    let category: Int
    let parameters: RetailerParameters.Product
  }

  struct Place {
    let location: Location
    let region: Int
    let parameters: RetailerParameters.Place
    /// Position among the sources.
    let source: Int
  }

  /// One item at one location, by their positions.
  struct Pair: Hashable {
    let item: Int
    let place: Int
  }

  let products: [Product]
  let places: [Place]
  /// Carried pairs, location by location.
  let pairs: [Pair]

  init(_ parameters: RetailerParameters) throws {
    products = try parameters.categories.enumerated().flatMap { category, group in
      try group.items.enumerated().map { position, product in
        try Product(
          item: RetailAssortment.item(product, group, number: 101 + position), category: category,
          parameters: product)
      }
    }
    places = try parameters.regions.enumerated().flatMap { region, group in
      try group.locations.map { try RetailAssortment.place($0, group, region, parameters) }
    }
    var pairs: [Pair] = []
    for place in places.indices {
      for item in products.indices {
        var draws = SeededDraws(parameters.seed, .assortment, item, place)
        if draws.chance(parameters.assortmentShare) { pairs.append(Pair(item: item, place: place)) }
      }
    }
    self.pairs = pairs
  }

  private static func item(
    _ product: RetailerParameters.Product, _ group: RetailerParameters.Category, number: Int
  ) throws -> Item {
    Item(
      code: try code("\(group.prefix)-\(number)"), name: product.name,
      category: try code(group.code), unit: "piece", packSize: Double(product.packSize),
      launched: try product.launched.map(day), ended: try product.ended.map(day),
      predecessor: try product.predecessor.map { try code($0) })
  }

  private static func place(
    _ place: RetailerParameters.Place, _ group: RetailerParameters.Region, _ region: Int,
    _ parameters: RetailerParameters
  ) throws -> Place {
    guard let source = parameters.sources.firstIndex(where: { $0.code == place.source }) else {
      throw GeneratedRetailer.Failure.invalidParameter(place.source)
    }
    let location = Location(
      code: try code(place.code), region: try code(group.code), name: place.name,
      timeZone: group.timeZone)
    return Place(location: location, region: region, parameters: place, source: source)
  }

  private static func code<Thing>(_ text: String) throws -> Code<Thing> {
    guard let code = Code<Thing>(text) else {
      throw GeneratedRetailer.Failure.invalidParameter(text)
    }
    return code
  }

  private static func day(_ text: String) throws -> Day {
    guard let day = Day(text) else { throw GeneratedRetailer.Failure.invalidParameter(text) }
    return day
  }
}

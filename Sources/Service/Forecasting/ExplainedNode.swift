public import Inventory
public import Planning

/// Which forecast is to be explained: `total`, or parts as `item=FOODS_1,location=CA_1`.
public struct ExplainedNode: Hashable, Sendable {
  private static let names = ["item", "location", "region", "category"]

  public let item: ItemCode?
  public let location: LocationCode?
  public let region: RegionCode?
  public let category: CategoryCode?

  /// The sum of everything.
  public static let total = ExplainedNode()

  private init() { (item, location, region, category) = (nil, nil, nil, nil) }

  /// Nil where the text is neither.
  public init?(_ text: String) {
    var codes: [String: String] = [:]
    var last: String?
    for piece in text == "total" ? [] : text.split(separator: ",") {
      let sides = piece.split(separator: "=", maxSplits: 1).map(String.init)
      if sides.count == 2, ExplainedNode.names.contains(sides[0]) {
        guard codes.updateValue(sides[1], forKey: sides[0]) == nil else { return nil }
        last = sides[0]
      } else {
        // A comma within a code.
        guard let last, let code = codes[last] else { return nil }
        codes[last] = "\(code),\(piece)"
      }
    }
    item = codes.removeValue(forKey: "item").flatMap { ItemCode($0) }
    location = codes.removeValue(forKey: "location").flatMap { LocationCode($0) }
    region = codes.removeValue(forKey: "region").flatMap { RegionCode($0) }
    category = codes.removeValue(forKey: "category").flatMap { CategoryCode($0) }
    let isNamed = item != nil || location != nil || region != nil || category != nil
    guard codes.isEmpty, isNamed != (text == "total") else { return nil }
  }

  var isTotal: Bool { item == nil && location == nil && region == nil && category == nil }

  /// Whether all parts that are named agree. Of several such nodes the coarsest is meant.
  func covers(_ node: Node) -> Bool {
    if isTotal { return node.level == .total }
    return (item == nil || item == node.item) && (location == nil || location == node.location)
      && (region == nil || region == node.region)
      && (category == nil || category == node.category)
  }
}

/// No node of the file is what somebody asked about.
public struct NothingToExplain: Error, Hashable, Sendable {
  public let levels: [Level]
}

extension NothingToExplain: Failure {
  public var code: String { "nothing-to-explain" }
  public var exitCode: ExitCode { .data }
  public var sentence: String {
    "no forecast of this file has the parts that --explain names; its levels are "
      + levels.map(\.rawValue).joined(separator: ", ")
  }
}

extension ForecastFilter {
  /// Forecasts, and takes one forecast apart.
  public func explain(
    _ wanted: ExplainedNode, progress: Progress.Channel = .silent
  ) throws -> (explanation: Explanation, chart: ForecastChart) {
    let (histories, table, _) = try forecastWithHistories(progress, wanted.covers)
    let found = table.explanations.min { $0.node.level < $1.node.level }
    guard let found, let forecast = table.nodes.first(where: { $0.node == found.node }) else {
      let levels = Set(table.nodes.map(\.node.level)).sorted()
      throw NothingToExplain(levels: levels)
    }
    return (found, ForecastChart(forecast, of: table, histories: histories))
  }
}

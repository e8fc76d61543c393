public import Inventory

/// A retailer that does not exist, as its warehouse systems would sync it: three regions, nine
/// locations, items of every class of demand, three years of history, and then every day as it
/// comes: on time, late, corrected, sent twice.
///
/// Seeded: the same parameters give the same facts for the same days, whatever days are asked for
/// in one go. `planted` tells what in the data is not as it was.
public struct GeneratedRetailer: Sendable {
  public enum Failure: Error, Hashable, Sendable {
    /// A name, code or day in `retailer.json` that cannot be used.
    case invalidParameter(String)
  }

  /// The source of everything but demand and stock.
  static let headOffice = "head-office"

  private let parameters: RetailerParameters

  /// The retailer that the program was built with.
  public init() throws { parameters = try .embedded() }

  init(_ parameters: RetailerParameters) { self.parameters = parameters }

  /// All pushes that bring a database up to a day.
  ///
  /// - Parameters:
  ///   - through: the last day with data; for a demo the day before it starts.
  ///   - after: the last day synced before; nil begins with master data and the bulk history.
  public func batches(through: Day, after: Day? = nil) throws -> [SyncBatch] {
    let first = after.map { $0 + 1 } ?? through - (parameters.historyDays - 1)
    guard first <= through else { return [] }
    let assortment = try RetailAssortment(parameters)
    let world = RetailWorld(
      parameters, assortment, days: (first - 40)...(through + parameters.calendarDaysAhead))
    let batches = try RetailBatches(world)
    let daily = max(first, through - (parameters.dailySyncDays - 1))
    var script: [SyncBatch] = []
    if after == nil { script += try batches.masterData(on: first) }
    let calendarFrom = after.map { $0 + parameters.calendarDaysAhead + 1 } ?? first
    script += [batches.calendar(calendarFrom...(through + parameters.calendarDaysAhead), through)]
    if first < daily { script += batches.bulk(first...(daily - 1), thinsStock: after == nil) }
    var day = daily
    while day <= through {
      script += batches.daily(day, catchesUp: after == nil && day == through)
      day = day + 1
    }
    return script
  }

  /// The days through which scripts of `batches` were begun, from the keys of the head office's
  /// pushes: each script has one push of calendar days, whose key ends with the last of them.
  func throughDays(ofKeys keys: [String]) -> [Day] {
    let beginning = "\(GeneratedRetailer.headOffice)-\(SyncKind.calendar.rawValue)-"
    return keys.filter { $0.hasPrefix(beginning) }
      .compactMap { Day(String($0.suffix(10))).map { $0 - parameters.calendarDaysAhead } }
  }

  /// The truth about a stretch of days, as CSV: kind, location, item (empty = every item there),
  /// from, through, factor.
  public func truth(from: Day, through: Day) throws -> [UInt8] {
    let assortment = try RetailAssortment(parameters)
    var text = "kind,location,item,from,through,factor\n"
    for one in PlantedAbnormality.all(parameters, assortment, in: from...through) {
      let items = one.items.map { $0.map { Optional(assortment.products[$0].item) } } ?? [nil]
      for item in items {
        let factor = one.kind == .unitChange ? 1 / (item?.packSize ?? 1) : one.factor
        let fields: [String] = [
          one.kind.rawValue, assortment.places[one.place].location.code.text,
          item?.code.text ?? "", one.days.lowerBound.description,
          one.days.upperBound.description, factor.description,
        ]
        text += fields.joined(separator: ",") + "\n"
      }
    }
    return Array(text.utf8)
  }
}

extension GeneratedRetailer.Failure: Failure {
  public var code: String { "invalid-parameter" }
  public var exitCode: ExitCode { .software }
  public var sentence: String {
    switch self {
    case .invalidParameter(let text): "retailer.json: '\(text)' cannot be used"
    }
  }
}

internal import HTTP
internal import Inventory
internal import Planning
internal import Postgres
internal import Storage

/// One series day by day, and the life of one number.
struct DemandRoutes: RouteGroup {
  let api: API

  private static let item = Parameter<ItemCode>.code("item", required: true, "The item.")
  private static let location = Parameter<LocationCode>.code(
    "location", required: true, "The location.")
  private static let from = Parameter<Day>.day(
    "from", "The first day; without it, 28 days are shown.")
  private static let through = Parameter<Day>.day(
    "to", "The last day; without it, the last that is complete or told.")
  private static let version = Parameter<Int>.integer(
    "version", 0...Int(Int32.max), "The data as of this dataset version; without it, the newest.")
  private static let day = Parameter<Day>.day("day", required: true, "The day.")

  private static let listing = Operation(
    "showDemand", "The demand of an item at a location, day by day",
    details: "`demand`: told. `zero`: no row, and the location is complete. `missing`: not told"
      + " yet, or waiting in quarantine. `closed`: the calendar says so. `stockout`: demand was at"
      + " least the quantity.",
    tag: API.tags.demand, access: .read,
    parameters: [item.facts, location.facts, from.facts, through.facts, version.facts],
    outcomes: [.json("The days.", DemandAnswer.schema)])

  private static let life = Operation(
    "showDemandHistory", "Every value that was told of an item, location and day",
    tag: API.tags.demand, access: .read, parameters: [item.facts, location.facts, day.facts],
    outcomes: [.json("The values, in the order in which they came.", LifeAnswer.schema)])

  func add(to routes: inout RouteTable) {
    routes.on(.get, "/v1/demand", DemandRoutes.listing) { call in
      var query = DemandListing.Query(
        item: try call.required(DemandRoutes.item),
        location: try call.required(DemandRoutes.location))
      query.from = call.value(DemandRoutes.from)
      query.through = call.value(DemandRoutes.through)
      query.version = call.value(DemandRoutes.version).map(Int64.init)
      let asked = query
      let clock = api.clock()
      let listing = try await visible(call, asked.item, asked.location) { db in
        try DemandListing.read(asked, clock: clock, in: db)
      }
      return try Answer.json(DemandAnswer(listing))
    }
    routes.on(.get, "/v1/demand/history", DemandRoutes.life) { call in
      let item = try call.required(DemandRoutes.item)
      let location = try call.required(DemandRoutes.location)
      let day = try call.required(DemandRoutes.day)
      let life = try await visible(call, item, location) { db in
        try NumberLife.read(ofItem: item, at: location, on: day, in: db)
      }
      return try Answer.json(LifeAnswer(life))
    }
  }

  /// Reads what the caller may see: a location of another region looks like none.
  private func visible<Found: Sendable>(
    _ call: WebCall, _ item: ItemCode, _ location: LocationCode,
    _ read: @Sendable (isolated Session) throws -> Found
  ) async throws -> Found {
    let caller = try call.knownCaller()
    let unknown = WebRefusal.objectUnknown("demand of item '\(item)' at location '\(location)'")
    return try await api.pool.use { session in
      try await session.run { db in
        try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
          guard let region = try LocationStore.region(of: location, in: db),
            caller.maySee(region)
          else { throw unknown }
          do {
            return try read(db)
          } catch DemandRefusal.unknownSeries { throw unknown }
        }
      }
    }
  }
}

private struct DemandAnswer: Encodable, Sendable {
  struct Day: Encodable, Sendable {
    let day: String
    let quantity: Double?
    let state: String
  }

  let item: String
  let location: String
  let region: String?
  let version: Int64
  let completeThrough: String?
  let days: [Day]

  private enum CodingKeys: String, CodingKey {
    case item, location, region, version, days
    case completeThrough = "complete_through"
  }

  init(_ listing: DemandListing) {
    (item, location) = (listing.item.text, listing.location.text)
    region = listing.region?.text
    version = listing.version
    completeThrough = listing.completeThrough?.description
    days = listing.days.map {
      Day(day: $0.day.description, quantity: $0.quantity, state: $0.state.rawValue)
    }
  }

  static let schema = Schema.object([
    .required("item", .code), .required("location", .code), .optional("region", .code),
    .required("version", .integer()), .optional("complete_through", .day),
    .required(
      "days",
      .array(
        of: .object([
          .required("day", .day),
          .optional("quantity", .number.described("Units; left out where nobody told any.")),
          .required("state", .choice(DemandDay.State.allCases.map(\.rawValue))),
        ]))),
  ])
}

private struct LifeAnswer: Encodable, Sendable {
  struct Value: Encodable, Sendable {
    let quantity: Double?
    let state: String
    let fromVersion: Int64?
    let throughVersion: Int64?
    let revision: String?
    let source: String
    let batch: Int
    let key: String
    let receivedAt: String
    let replacedBy: Int?
    let code: String?
    let row: String?

    private enum CodingKeys: String, CodingKey {
      case quantity, state, revision, source, batch, key, code, row
      case fromVersion = "from_version"
      case throughVersion = "through_version"
      case receivedAt = "received_at"
      case replacedBy = "replaced_by"
    }

    init(_ told: ToldDemand) {
      (quantity, state) = (told.quantity, told.state)
      (fromVersion, throughVersion) = (told.fromVersion, told.throughVersion)
      revision = told.revision?.description
      (source, batch, key) = (told.source.text, told.batch, told.key)
      receivedAt = told.receivedAt.description
      (replacedBy, code, row) = (told.replacedBy, told.quarantineCode, told.rawText)
    }
  }

  let item: String
  let location: String
  let day: String
  let values: [Value]

  init(_ life: NumberLife) {
    (item, location, day) = (life.item.text, life.location.text, life.day.description)
    values = life.values.map(Value.init)
  }

  static let schema = Schema.object([
    .required("item", .code), .required("location", .code), .required("day", .day),
    .required(
      "values",
      .array(
        of: .object([
          .optional("quantity", .number), .required("state", .choice(ToldDemand.states)),
          .optional("from_version", .integer()), .optional("through_version", .integer()),
          .optional("revision", .text()), .required("source", .code),
          .required("batch", .integer()), .required("key", .text()),
          .required("received_at", .instant), .optional("replaced_by", .integer()),
          .optional("code", .text()),
          .optional("row", .text().described("What was set aside, at most 60 characters.")),
        ]))),
  ])
}

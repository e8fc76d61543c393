internal import HTTP
internal import Inventory
internal import Planning
internal import Postgres
internal import Storage

/// Near days that keep what the forecast in use says.
struct ForecastLockRoutes: RouteGroup {
  let api: API

  private static let number = Parameter<Int>.integer(
    "lock", in: .path, 1...Int(Int32.max), "The lock's number.")
  private static let days = 1...365

  private static let list = Operation(
    "listForecastLocks", "Locks of near days, the newest first",
    details: "Those that have ended or were taken away among them. A key of one region sees those"
      + " that may hold series of it.",
    tag: API.tags.forecasts, access: .read,
    parameters: [Parameter<Int>.limit.facts, Parameter<Cursor>.cursor.facts],
    outcomes: [.json("Locks.", .page(of: ForecastLockAnswer.schema))])

  private static let lock = Operation(
    "lockForecast", "Keep near days of the forecast in use as they are",
    details: "From today on, up to `through` or for so many `days`. `all` is the whole company,"
      + " which no place named does not mean. The audit keeps who and why.",
    tag: API.tags.forecasts, access: .admin,
    takes: [
      (
        "application/json",
        .object([
          .required("reason", .statedReason), .optional("region", .code.orNull),
          .optional("location", .code.orNull), .optional("item", .code.orNull),
          .optional("all", .boolean.orNull), .optional("through", .day.orNull),
          .optional("days", .integer(days).orNull), .optional("as_of", .day.orNull),
        ])
      )
    ],
    outcomes: [.json("The lock.", ForecastLockAnswer.schema, status: 201)])

  private static let unlock = Operation(
    "unlockForecast", "Take a lock away before its last day",
    details: "The forecast in use stays as it is; the next run says what it finds.",
    tag: API.tags.forecasts, access: .admin, parameters: [number.facts],
    takes: [("application/json", .object([.required("reason", .statedReason)]))],
    outcomes: [.json("The lock.", ForecastLockAnswer.schema)])

  func add(to routes: inout RouteTable) {
    routes.on(.get, "/v1/forecast-locks", ForecastLockRoutes.list) { call in
      let limit = call.value(Parameter<Int>.limit) ?? 100
      let before = try ForecastLockRoutes.position(call)
      let region = try call.knownCaller().visibleRegions?.first
      let locks = try await api.pool.use { session in
        try await session.run { db in
          try ForecastLockStore.history(region: region, before: before, limit: limit + 1, in: db)
        }
      }
      let today = api.clock().today(zone: nil)
      return try Answer.json(
        Page(locks.map { ForecastLockAnswer($0, today: today) }, limit: limit) {
          [String($0.lock)]
        })
    }
    routes.on(.post, "/v1/forecast-locks", ForecastLockRoutes.lock) { call in
      let body = try call.json(LockBody.self)
      let (scope, until, reason) = (try body.scope, try body.until, try body.reason.statedReason)
      let (clock, actor) = (
        api.clock(asOf: try body.day(body.asOf, "as_of")), "key \(try call.knownCaller().keyID)"
      )
      let locked = try await api.pool.use { session in
        try await ForecastLocks.lock(
          scope, until: until, reason: reason, by: actor, clock: clock, in: session)
      }
      return try Answer.json(
        ForecastLockAnswer(locked.record, today: clock.today(zone: nil), series: locked.series),
        status: 201)
    }
    routes.on(.post, "/v1/forecast-locks/{lock}/unlock", ForecastLockRoutes.unlock) { call in
      let lock = try call.required(ForecastLockRoutes.number)
      let reason = try call.json(UnlockBody.self).reason.statedReason
      let actor = "key \(try call.knownCaller().keyID)"
      let record = try await api.pool.use { session in
        try await ForecastLocks.unlock(lock, reason: reason, by: actor, in: session)
      }
      return try Answer.json(
        ForecastLockAnswer(record, today: api.clock().today(zone: nil)))
    }
  }

  private static func position(_ call: WebCall) throws -> Int? {
    guard let cursor = call.value(Parameter<Cursor>.cursor) else { return nil }
    guard let position = Int(try cursor.parts(1)[0]) else { throw cursor.invalid }
    return position
  }

  private struct UnlockBody: Decodable {
    let reason: String
  }

  private struct LockBody: Decodable {
    let reason: String
    let region: String?
    let location: String?
    let item: String?
    let all: Bool?
    let through: String?
    let days: Int?
    let asOf: String?

    private enum CodingKeys: String, CodingKey {
      case reason, region, location, item, all, through, days
      case asOf = "as_of"
    }

    var scope: ForecastLocks.Scope {
      get throws(WebRefusal) {
        let scope = ForecastLocks.Scope(
          region: try code(region, "region"), location: try code(location, "location"),
          item: try code(item, "item"))
        guard (scope == ForecastLocks.Scope()) == (all ?? false) else {
          throw .bodyMalformed(
            "name a 'region', 'location' or 'item', or say 'all' for the whole company, not both")
        }
        return scope
      }
    }

    var until: ForecastLocks.Until {
      get throws(WebRefusal) {
        switch (try day(through, "through"), days) {
        case (let last?, nil): return .day(last)
        case (nil, let count?) where ForecastLockRoutes.days.contains(count): return .days(count)
        case (nil, .some): throw .bodyMalformed("'days' is a whole number from 1 to 365")
        default: throw .bodyMalformed("say either 'through', a day, or how many 'days'")
        }
      }
    }

    func day(_ text: String?, _ name: String) throws(WebRefusal) -> Day? {
      guard let text else { return nil }
      guard let day = Day(text) else { throw .bodyMalformed("'\(name)' is a day as 2024-06-30") }
      return day
    }

    private func code<Thing>(
      _ text: String?, _ name: String
    ) throws(WebRefusal) -> Code<Thing>? {
      guard let text else { return nil }
      guard let code = Code<Thing>(text) else {
        throw .bodyMalformed("'\(name)' is 1 to 128 bytes without control characters")
      }
      return code
    }
  }
}

private struct ForecastLockAnswer: Encodable, Sendable {
  let lock: Int
  let region: String?
  let location: String?
  let item: String?
  let firstDay: String
  let lastDay: String
  let asRun: Int
  let state: String
  let lockedAt: String
  let lockedBy: String
  let reason: String
  let unlockedAt: String?
  let unlockedBy: String?
  let unlockReason: String?
  let series: Int?

  private enum CodingKeys: String, CodingKey {
    case lock, region, location, item, state, reason, series
    case firstDay = "first_day"
    case lastDay = "last_day"
    case asRun = "as_run"
    case lockedAt = "locked_at"
    case lockedBy = "locked_by"
    case unlockedAt = "unlocked_at"
    case unlockedBy = "unlocked_by"
    case unlockReason = "unlock_reason"
  }

  init(_ record: ForecastLockRecord, today: Day, series: Int? = nil) {
    lock = record.lock.id
    (region, location, item) = (
      record.lock.region?.text, record.lock.location?.text, record.lock.item?.text
    )
    (firstDay, lastDay) = (record.lock.firstDay.description, record.lock.lastDay.description)
    asRun = record.lock.run
    state = record.state(today: today).rawValue
    (lockedAt, lockedBy, reason) = (
      record.lockedAt.description, record.lockedBy, record.reason
    )
    unlockedAt = record.unlocked?.at.description
    (unlockedBy, unlockReason) = (record.unlocked?.by, record.unlocked?.reason)
    self.series = series
  }

  static let schema = Schema.object([
    .required("lock", .integer()), .optional("region", .code), .optional("location", .code),
    .optional("item", .code), .required("first_day", .day), .required("last_day", .day),
    .required("as_run", .integer().described("The run whose numbers stay.")),
    .required("state", .choice(ForecastLockState.allCases.map(\.rawValue))),
    .required("locked_at", .instant), .required("locked_by", .text()),
    .required("reason", .text()), .optional("unlocked_at", .instant),
    .optional("unlocked_by", .text()), .optional("unlock_reason", .text()),
    .optional("series", .integer().described("How many it holds, when it is set.")),
  ])
}

internal import HTTP
internal import Inventory
internal import Postgres
internal import Storage

/// Rows that were set aside. A sync key sees and settles those of its source, an administrator all.
struct QuarantineRoutes: RouteGroup {
  /// Rows that one request replays or discards.
  static let rowsPerRequest = 50_000
  private static let longestCode = 64

  let api: API

  static let access = Access.scopes([.sync])
  private static let id = Parameter<Int>.integer("id", in: .path, 1...Int.max, "The row's number.")
  private static let source = Parameter<SourceCode>.code(
    "source", "Only this source's; a sync key sees no other than its own.")
  private static let code = Parameter<String>.text(
    "code", maximumBytes: 64, "Only rows set aside for this reason, as `unknown_item`.")
  private static let item = Parameter<ItemCode>.code("item", "Only rows about this item.")
  private static let location = Parameter<LocationCode>.code(
    "location", "Only rows about this location.")
  private static let batch = Parameter<Int>.integer(
    "batch", 1...Int(Int32.max), "Only rows that came in this batch.")
  private static let settled = Parameter<Bool>.flag(
    "settled", "Rows that wait no more, too.")

  private static let list = Operation(
    "listQuarantine", "Rows that were set aside, in the order in which they came",
    tag: API.tags.sync, access: access,
    parameters: [
      source.facts, code.facts, item.facts, location.facts, batch.facts, settled.facts,
      Parameter<Int>.limit.facts, Parameter<Cursor>.cursor.facts,
    ],
    outcomes: [.json("Rows.", .page(of: QuarantineAnswer.schema))])

  private static let one = Operation(
    "getQuarantinedRow", "One row that was set aside, with its bytes", tag: API.tags.sync,
    access: access, parameters: [id.facts],
    outcomes: [.json("The row.", QuarantineAnswer.schema)])

  private static let replayOne = Operation(
    "replayQuarantinedRow", "Bring one row in again, corrected or as it stands",
    details:
      "`row` is a corrected row in the format of its batch. A row that fails again waits on.",
    tag: API.tags.sync, access: access, parameters: [id.facts],
    takes: [("application/json", .object([.optional("row", .text(minimumLength: 1).orNull)]))],
    outcomes: [.json("What became of it.", ReplayAnswer.schema)])

  private static let discardOne = Operation(
    "discardQuarantinedRow", "Say that a row is no fact", tag: API.tags.sync, access: access,
    parameters: [id.facts],
    takes: [("application/json", .object([.required("reason", .statedReason)]))],
    outcomes: [.json("How many rows were discarded.", DiscardAnswer.schema)])

  private static let replayMany = Operation(
    "replayQuarantine", "Bring rows in again that wait",
    details: "At most \(rowsPerRequest) rows at once: ask again while `complete` is false."
      + " `confirm_units` says that the units of a held batch are right; `remap` reads rows with"
      + " the newest mapping of their source.",
    tag: API.tags.sync, access: access,
    takes: [
      (
        "application/json",
        .object(
          narrowing + [
            .optional("confirm_units", .boolean.orNull), .optional("remap", .boolean.orNull),
          ])
      )
    ],
    outcomes: [.json("What became of them.", ReplayAnswer.schema)])

  private static let discardMany = Operation(
    "discardQuarantine", "Say of rows that they are no facts",
    details: "At most \(rowsPerRequest) rows at once: ask again until `discarded` is 0.",
    tag: API.tags.sync, access: access,
    takes: [("application/json", .object(narrowing + [.required("reason", .statedReason)]))],
    outcomes: [.json("How many rows were discarded.", DiscardAnswer.schema)])

  private static let narrowing: [Schema.Property] = [
    .optional("ids", .array(of: .integer(1...Int.max)).orNull), .optional("source", .code.orNull),
    .optional("code", .text(maximumLength: longestCode).orNull), .optional("item", .code.orNull),
    .optional("location", .code.orNull), .optional("batch", .integer(1...Int(Int32.max)).orNull),
  ]

  func add(to routes: inout RouteTable) {
    routes.on(.get, "/v1/quarantine", QuarantineRoutes.list) { try await list($0) }
    routes.on(.get, "/v1/quarantine/{id}", QuarantineRoutes.one) { call in
      try Answer.json(QuarantineAnswer(try await row(call)))
    }
    routes.on(.post, "/v1/quarantine/{id}/replay", QuarantineRoutes.replayOne) {
      try await replayOne($0)
    }
    routes.on(.post, "/v1/quarantine/{id}/discard", QuarantineRoutes.discardOne) {
      try await discardOne($0)
    }
    routes.on(.post, "/v1/quarantine/replay", QuarantineRoutes.replayMany) {
      try await replayMany($0)
    }
    routes.on(.post, "/v1/quarantine/discard", QuarantineRoutes.discardMany) {
      try await discardMany($0)
    }
  }

  // MARK: - Looking

  private func list(_ call: WebCall) async throws -> Response {
    let limit = call.value(Parameter<Int>.limit) ?? 100
    var query = QuarantineQuery(limit: limit + 1)
    query.source = try visible(call.value(QuarantineRoutes.source), call)
    query.code = call.value(QuarantineRoutes.code)
    query.item = call.value(QuarantineRoutes.item)
    query.location = call.value(QuarantineRoutes.location)
    query.batch = call.value(QuarantineRoutes.batch)
    query.includesSettled = call.value(QuarantineRoutes.settled) ?? false
    if let cursor = call.value(Parameter<Cursor>.cursor) {
      guard let position = Int64(try cursor.parts(1)[0]) else { throw cursor.invalid }
      query.after = position
    }
    let asked = query
    let records = try await api.pool.use { try await Quarantine.list(asked, in: $0) }
    return try Answer.json(
      Page(records.map(QuarantineAnswer.init), limit: limit) { [String($0.id)] })
  }

  /// The row asked for, if the caller may see it.
  private func row(_ call: WebCall) async throws -> QuarantineRecord {
    let id = Int64(try call.required(QuarantineRoutes.id))
    let found = try await api.pool.use { try await Quarantine.row(id, in: $0) }
    let own = try call.ownSource()
    return try call.found(
      found.flatMap { own == nil || $0.source == own ? $0 : nil }, "row \(id) in quarantine")
  }

  /// The source asked for: a sync key's own, whatever it asks for; a foreign one looks like none.
  private func visible(_ source: SourceCode?, _ call: WebCall) throws -> SourceCode? {
    guard let own = try call.ownSource() else { return source }
    guard let source, source != own else { return own }
    throw WebRefusal.objectUnknown("source '\(source)'")
  }

  // MARK: - Settling

  private func replayOne(_ call: WebCall) async throws -> Response {
    struct Body: Decodable { let row: String? }
    let (body, id) = (try call.json(Body.self), try await row(call).id)
    let person = try call.person()
    let summary = try await api.pool.use { session in
      try await Quarantine.replay(
        id, correction: body.row.map { Array($0.utf8) }, by: person, clock: api.clock(),
        retention: api.retention, in: session)
    }
    return try Answer.json(ReplayAnswer(summary))
  }

  private func discardOne(_ call: WebCall) async throws -> Response {
    struct Body: Decodable { let reason: String }
    let (body, id) = (try call.json(Body.self), try await row(call).id)
    let (reason, person) = (try body.reason.statedReason, try call.person())
    let count = try await api.pool.use { session in
      _ = try await Quarantine.waiting(id, in: session)
      return try await Quarantine.discard(
        .ids([id]), because: reason, by: person, in: session)
    }
    return try Answer.json(DiscardAnswer(discarded: count))
  }

  private func replayMany(_ call: WebCall) async throws -> Response {
    let body = try call.json(Narrowing.self)
    var request = ReplayRequest(try query(body, call), by: try call.person())
    request.confirmsUnits = body.confirmUnits ?? false
    request.usesNewestMapping = body.remap ?? false
    let asked = request
    let summary = try await api.pool.use { session in
      try await Replay.run(
        asked, clock: api.clock(), retention: api.retention, in: session)
    }
    return try Answer.json(ReplayAnswer(summary))
  }

  private func discardMany(_ call: WebCall) async throws -> Response {
    let body = try call.json(Narrowing.self)
    guard body.isNarrow else {
      throw WebRefusal.bodyMalformed("say which rows: 'ids', 'batch', 'code', 'item' or 'location'")
    }
    let (query, reason) = (try query(body, call), try (body.reason ?? "").statedReason)
    let person = try call.person()
    let count = try await api.pool.use { session in
      try await Quarantine.discard(query, because: reason, by: person, in: session)
    }
    return try Answer.json(DiscardAnswer(discarded: count))
  }

  private struct Narrowing: Decodable {
    let ids: [Int64]?
    let source: String?
    let code: String?
    let item: String?
    let location: String?
    let batch: Int?
    let confirmUnits: Bool?
    let remap: Bool?
    let reason: String?

    private enum CodingKeys: String, CodingKey {
      case ids, source, code, item, location, batch, remap, reason
      case confirmUnits = "confirm_units"
    }

    /// Whether it means some rows, and not all there are.
    var isNarrow: Bool {
      ids != nil || code != nil || item != nil || location != nil || batch != nil
    }
  }

  private func query(_ body: Narrowing, _ call: WebCall) throws -> QuarantineQuery {
    func code<Thing>(_ text: String?, _ name: String) throws -> Code<Thing>? {
      guard let text else { return nil }
      guard let code = Code<Thing>(text) else {
        throw WebRefusal.bodyMalformed("'\(name)' is 1 to 128 bytes without control characters")
      }
      return code
    }
    guard (body.ids ?? []).count <= QuarantineRoutes.rowsPerRequest else {
      throw WebRefusal.bodyMalformed(
        "'ids' names more than \(QuarantineRoutes.rowsPerRequest.grouped) rows")
    }
    guard (body.code ?? "").unicodeScalars.count <= QuarantineRoutes.longestCode else {
      throw WebRefusal.bodyMalformed("'code' is none of the codes")
    }
    guard (body.ids ?? []).allSatisfy({ $0 >= 1 }) else {
      throw WebRefusal.bodyMalformed("'ids' are numbers of rows")
    }
    if let batch = body.batch, !(1...Int(Int32.max)).contains(batch) {
      throw WebRefusal.bodyMalformed("'batch' is the number of a batch")
    }
    var query = QuarantineQuery(limit: QuarantineRoutes.rowsPerRequest)
    query.ids = body.ids
    query.source = try visible(try code(body.source, "source"), call)
    query.code = body.code
    query.item = try code(body.item, "item")
    query.location = try code(body.location, "location")
    query.batch = body.batch
    return query
  }
}

extension WebCall {
  /// The source that a sync key belongs to; nil for an administrator, who sees all.
  fileprivate func ownSource() throws(WebRefusal) -> SourceCode? {
    switch try knownCaller().reach {
    case .sync(let source): return source
    case .admin: return nil
    case .read: throw .scopeMissing(needed: "sync")
    }
  }

  /// Who the audit says it was.
  fileprivate func person() throws(WebRefusal) -> String { "key \(try knownCaller().keyID)" }
}

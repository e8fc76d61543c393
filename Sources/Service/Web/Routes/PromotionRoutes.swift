internal import HTTP
internal import Inventory
internal import Postgres

/// Which run readers see.
struct PromotionRoutes: RouteGroup {
  let api: API

  private static let number = Parameter<Int>.integer(
    "run", in: .path, 1...Int(Int32.max), "The run's number.")
  private static let promote = Operation(
    "promoteRun", "Put a run into use",
    details: "One that the gate refused only with `force`. The audit keeps who and why.",
    tag: API.tags.runs, access: .admin, parameters: [number.facts],
    takes: [
      (
        "application/json",
        .object([.required("reason", .statedReason), .optional("force", .boolean.orNull)])
      )
    ],
    outcomes: [.json("What readers see from now on.", ChangeAnswer.schema)])

  private static let rollBack = Operation(
    "rollBack", "Give readers the forecast again that they had before",
    details: "`to` is an earlier run; without it, the one before the one in use.",
    tag: API.tags.runs, access: .admin,
    takes: [
      (
        "application/json",
        .object([
          .required("reason", .statedReason), .optional("to", .integer(1...Int(Int32.max)).orNull),
        ])
      )
    ],
    outcomes: [.json("What readers see from now on.", ChangeAnswer.schema)])

  private struct Body: Decodable {
    let reason: String
    let force: Bool?
    let to: Int?
  }

  func add(to routes: inout RouteTable) {
    routes.on(.post, "/v1/runs/{run}/promote", PromotionRoutes.promote) { call in
      let run = try call.required(PromotionRoutes.number)
      let body = try call.json(Body.self)
      let (reason, actor) = (try body.reason.statedReason, "key \(try call.knownCaller().keyID)")
      return try Answer.json(
        ChangeAnswer(
          try await api.pool.use { session in
            try await Promotions.promote(
              run, isForced: body.force ?? false, reason: reason, by: actor, in: session)
          }))
    }
    routes.on(.post, "/v1/rollback", PromotionRoutes.rollBack) { call in
      let body = try call.json(Body.self)
      let (reason, actor) = (try body.reason.statedReason, "key \(try call.knownCaller().keyID)")
      return try Answer.json(
        ChangeAnswer(
          try await api.pool.use { session in
            try await Promotions.rollBack(to: body.to, reason: reason, by: actor, in: session)
          }))
    }
  }
}

private struct ChangeAnswer: Encodable, Sendable {
  let run: Int
  let before: Int?
  let locksNotHeld: [Int]?

  private enum CodingKeys: String, CodingKey {
    case run, before
    case locksNotHeld = "locks_not_held"
  }

  init(_ change: Promotions.Change) {
    (run, before) = (change.run, change.before)
    locksNotHeld = change.locksNotHeld.isEmpty ? nil : change.locksNotHeld
  }

  static let schema = Schema.object([
    .required("run", .integer()), .optional("before", .integer()),
    .optional(
      "locks_not_held",
      .array(of: .integer()).described("Locks in force that the run was made without.")),
  ])
}

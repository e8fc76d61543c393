internal import Digests
internal import HTTP
internal import Inventory
internal import Planning
internal import Postgres
internal import Storage

/// What runs are made by.
struct ConfigurationRoutes: RouteGroup {
  let api: API

  private static let reason = Parameter<String>.text(
    "reason", required: true, maximumBytes: 1_000, "Why; the audit keeps it.")

  private static let document = Schema.object([
    .optional("horizon_days", .integer(ConfigurationDocument.horizonRange)),
    .optional("quantiles", .array(of: .number)),
    .optional("method", .choice(ForecastSettings.Choice.allCases.map(\.rawValue))),
    .optional(
      "reconciliation", .choice(ForecastSettings.Reconciliation.allCases.map(\.rawValue))),
    .optional("blend", Schema(value: ["type": ["number", "string"]])),
    .optional("gate", Schema(value: ["type": "object"])),
  ])

  private static let version = Schema.object([
    .required("version", .integer()), .required("sha256", .text()),
    .required("made_at", .instant), .required("made_by", .text()), .required("reason", .text()),
    .required("document", document),
  ])

  private static let get = Operation(
    "getConfiguration", "The configuration that runs are made by", tag: API.tags.runs,
    access: .admin, outcomes: [.json("The version in force.", version)])

  private static let put = Operation(
    "putConfiguration", "Make runs by another configuration from the next one on",
    details: "The whole document: members left out have their defaults.", tag: API.tags.runs,
    access: .admin, parameters: [reason.facts], takes: [("application/json", document)],
    outcomes: [.json("The version in force.", version)])

  private static let history = Operation(
    "listConfigurations", "The latest versions of the configuration, the newest first",
    tag: API.tags.runs, access: .admin,
    outcomes: [.json("At most 100.", .object([.required("items", .array(of: version))]))])

  func add(to routes: inout RouteTable) {
    routes.on(.get, "/v1/configuration", ConfigurationRoutes.get) { _ in
      ConfigurationRoutes.answer(
        try await api.pool.use { session in try await Configurations.inForce(in: session) })
    }
    routes.on(.put, "/v1/configuration", ConfigurationRoutes.put) { call in
      let reason = try call.required(ConfigurationRoutes.reason)
      let actor = "key \(try call.knownCaller().keyID)"
      let text = String(decoding: call.body, as: UTF8.self)
      return ConfigurationRoutes.answer(
        try await api.pool.use { session in
          try await Configurations.set(text, by: actor, reason: reason, in: session).record
        })
    }
    routes.on(.get, "/v1/configurations", ConfigurationRoutes.history) { _ in
      let records = try await api.pool.use { session in
        try await Configurations.history(in: session)
      }
      let items = records.map(ConfigurationRoutes.json).joined(separator: ",")
      return .json(Array("{\"items\":[\(items)]}".utf8), status: 200)
    }
  }

  private static func answer(_ record: ConfigurationRecord) -> Response {
    .json(Array(json(record).utf8), status: 200)
  }

  /// The document is JSON already.
  private static func json(_ record: ConfigurationRecord) -> String {
    let members: [(String, String)] = [
      ("version", "\(record.version)"),
      ("sha256", ReportJSON.quoted(Hexadecimal.text(record.digest))),
      ("made_at", ReportJSON.quoted(record.madeAt.description)),
      ("made_by", ReportJSON.quoted(record.madeBy)),
      ("reason", ReportJSON.quoted(record.reason)), ("document", record.document),
    ]
    return "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
  }
}

internal import HTTP
internal import Inventory
internal import Postgres
internal import Storage

/// How sources write their rows.
struct SourceRoutes: RouteGroup {
  let api: API

  private static let source = Parameter<SourceCode>.code(
    "source", in: .path, "The warehouse system that pushes.")
  private static let kind = Parameter<SyncKind>(
    "kind", in: .path, schema: .choice(SyncKind.allCases.map(\.rawValue)),
    expected: "one of " + SyncKind.allCases.map(\.rawValue).joined(separator: ", "),
    "What the rows are."
  ) { SyncKind(rawValue: $0) }

  private static let get = Operation(
    "getMapping", "How a source's rows of a kind are read",
    details: "A sync key sees its own source's.", tag: API.tags.sync, access: .scopes([.sync]),
    parameters: [source.facts, kind.facts],
    outcomes: [.json("The mapping in force.", MappingAnswer.schema)])

  private static let put = Operation(
    "putMapping", "Say how a source's rows of a kind are read",
    details:
      "The whole mapping: what is left out is as the formats have it, and an empty object ends"
      + " the mapping. What the source pushes from then on is read so.",
    tag: API.tags.sync, access: .admin, parameters: [source.facts, kind.facts],
    takes: [("application/json", MappingBody.schema)],
    outcomes: [.json("The mapping in force.", MappingAnswer.schema)])

  func add(to routes: inout RouteTable) {
    let path = "/v1/sources/{source}/mappings/{kind}"
    routes.on(.get, path, SourceRoutes.get) { call in try await show(call) }
    routes.on(.put, path, SourceRoutes.put) { call in try await store(call) }
  }

  private func show(_ call: WebCall) async throws -> Response {
    let (source, kind) = (
      try call.required(SourceRoutes.source), try call.required(SourceRoutes.kind)
    )
    let mayRead =
      switch try call.knownCaller().reach {
      case .admin: true
      case .sync(let own): own == source
      case .read: false
      }
    let found = try await api.pool.use { session in
      try await Mappings.inForce(source: source, kind: kind, in: session)
    }
    return try Answer.json(
      MappingAnswer(
        call.found(mayRead ? found : nil, "mapping of \(kind.rawValue) of '\(source)'")))
  }

  private func store(_ call: WebCall) async throws -> Response {
    let (source, kind) = (
      try call.required(SourceRoutes.source), try call.required(SourceRoutes.kind)
    )
    let body = try call.json(MappingBody.self)
    let mapping: ColumnMapping
    do {
      mapping = try ColumnMapping(body.text, kind: kind)
    } catch { throw WebRefusal.bodyMalformed(error.sentence) }
    let actor = "key \(try call.knownCaller().keyID)"
    let outcome = try await api.pool.use { session in
      try await Mappings.set(mapping, source: source, kind: kind, actor: actor, in: session)
    }
    return try Answer.json(MappingAnswer(outcome.record))
  }
}

/// A mapping as it is sent.
private struct MappingBody: Decodable {
  /// `pack`, or a number.
  enum Factor: Decodable {
    case word(String)
    case number(Double)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else {
        self = .word(try container.decode(String.self))
      }
    }

    var text: String {
      switch self {
      case .word(let word): word
      case .number(let number): UnitTable.Factor.units(number).word
      }
    }
  }

  let columns: [String: String]?
  let ignore: [String]?
  let header: [String]?
  let delimiter: String?
  let encoding: String?
  let decimal: String?
  let thousands: String?
  let dateFormat: String?
  let units: [String: Factor]?

  private enum CodingKeys: String, CodingKey {
    case columns, ignore, header, delimiter, encoding, decimal, thousands, units
    case dateFormat = "date_format"
  }

  var text: MappingText {
    var text = MappingText()
    text.columns = columns ?? [:]
    text.ignored = ignore ?? []
    text.header = header
    text.delimiter = delimiter ?? text.delimiter
    text.encoding = encoding ?? text.encoding
    text.decimal = decimal ?? text.decimal
    text.thousands = thousands
    text.dateFormat = dateFormat
    text.units = units?.mapValues(\.text) ?? [:]
    return text
  }

  static let properties: [Schema.Property] = [
    .optional("columns", .map(of: .text()).described("Theirs by ours.")),
    .optional("ignore", .array(of: .text())),
    .optional(
      "header",
      .array(of: .text(minimumLength: 1)).described(
        "The columns of files whose first line does not name them.")),
    .optional("delimiter", .choice(RowForm.Delimiter.allCases.map(\.rawValue))),
    .optional("encoding", .choice(RowForm.Encoding.allCases.map(\.rawValue))),
    .optional("decimal", .choice(NumberForm.Point.allCases.map(\.rawValue))),
    .optional("thousands", .choice(NumberForm.Thousands.allCases.map(\.rawValue))),
    .optional(
      "date_format", .text(minimumLength: 8).described("yyyy, MM, M, dd, d, HH, mm and ss.")),
    .optional("units", .map(of: units).described("A number, or `pack`.")),
  ]

  private static let units = Schema(
    value: ["anyOf": [Schema.number.value, Schema.choice(["pack"]).value]])

  static let schema = Schema.object(properties)
}

/// A mapping as it is answered.
private struct MappingAnswer: Encodable {
  let source: String
  let kind: String
  let version: Int
  let madeAt: String
  let madeBy: String
  let columns: [String: String]?
  let ignore: [String]?
  let header: [String]?
  let delimiter: String
  let encoding: String
  let decimal: String
  let thousands: String?
  let dateFormat: String?
  let units: [String: Factor]?

  enum Factor: Encodable {
    case pack
    case units(Double)

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .pack: try container.encode("pack")
      case .units(let number): try container.encode(number)
      }
    }
  }

  private enum CodingKeys: String, CodingKey {
    case source, kind, version, columns, ignore, header, delimiter, encoding, decimal, thousands
    case units
    case madeAt = "made_at"
    case madeBy = "made_by"
    case dateFormat = "date_format"
  }

  init(_ record: MappingRecord) {
    let text = record.text
    (source, kind, version) = (record.source.text, record.kind, record.version)
    (madeAt, madeBy) = (record.madeAt.description, record.madeBy)
    columns = text.columns.isEmpty ? nil : text.columns
    ignore = text.ignored.isEmpty ? nil : text.ignored
    header = text.header
    (delimiter, encoding) = (text.delimiter, text.encoding)
    (decimal, thousands, dateFormat) = (text.decimal, text.thousands, text.dateFormat)
    units =
      text.units.isEmpty ? nil : text.units.mapValues { Double($0).map { .units($0) } ?? .pack }
  }

  static let schema = Schema.object(
    [
      .required("source", .code), .required("kind", .text()), .required("version", .integer()),
      .required("made_at", .instant), .required("made_by", .text()),
    ] + MappingBody.properties)
}

/// What a value looks like, in the JSON Schema of OpenAPI 3.1 (draft 2020-12).
struct Schema: Hashable, Sendable {
  struct Property: Hashable, Sendable {
    let name: String
    let schema: Schema
    let isRequired: Bool

    static func required(_ name: String, _ schema: Schema) -> Property {
      Property(name: name, schema: schema, isRequired: true)
    }

    static func optional(_ name: String, _ schema: Schema) -> Property {
      Property(name: name, schema: schema, isRequired: false)
    }
  }

  let value: JSONValue

  static func text(
    minimumLength: Int? = nil, maximumLength: Int? = nil, pattern: String? = nil,
    format: String? = nil
  ) -> Schema {
    make(
      "string",
      [
        ("minLength", minimumLength.map(JSONValue.integer)),
        ("maxLength", maximumLength.map(JSONValue.integer)),
        ("pattern", pattern.map(JSONValue.string)), ("format", format.map(JSONValue.string)),
      ])
  }

  /// A civil date, as `2024-06-30`.
  static let day = text(format: "date")
  /// A moment with its offset, as `2024-06-30T12:00:00Z`.
  static let instant = text(format: "date-time")
  /// The code of an item, location, region, category or source.
  static let code = text(
    minimumLength: 1, maximumLength: 128, pattern: "^[^\\u0000-\\u001f\\u007f-\\u009f]*$")
  /// Rows of a table, a header line first.
  static let csv = text(minimumLength: 1)
  static let boolean = make("boolean", [])
  static let number = make("number", [])

  static func integer(_ range: ClosedRange<Int>? = nil) -> Schema {
    make(
      "integer",
      [
        ("minimum", range.map { .integer($0.lowerBound) }),
        ("maximum", range.map { .integer($0.upperBound) }),
      ])
  }

  static func choice(_ words: [String]) -> Schema {
    make("string", [("enum", .array(words.map(JSONValue.string)))])
  }

  static func array(of items: Schema) -> Schema { make("array", [("items", items.value)]) }

  /// Other members than these do not occur.
  static func object(_ properties: [Property]) -> Schema {
    make(
      "object",
      [
        (
          "properties",
          .object(properties.map { JSONValue.Member(name: $0.name, value: $0.schema.value) })
        ),
        ("required", .array(properties.filter(\.isRequired).map { .string($0.name) })),
        ("additionalProperties", false),
      ])
  }

  /// Members of any name with values of one kind.
  static func map(of values: Schema) -> Schema {
    make("object", [("additionalProperties", values.value)])
  }

  /// A list of which one page is given, and where the next begins.
  static func page(of items: Schema) -> Schema {
    object([.required("items", .array(of: items)), .required("next", .text().orNull)])
  }

  /// A schema of the document's components.
  static func named(_ name: String) -> Schema {
    Schema(value: ["$ref": .string("#/components/schemas/\(name)")])
  }

  /// The members that an object of this kind may have; nil where the schema does not tell.
  var propertyNames: [String]? {
    guard case .object(let members)? = value["properties"] else { return nil }
    return members.map(\.name)
  }

  /// Either this or null.
  var orNull: Schema { Schema(value: ["anyOf": [value, ["type": "null"]]]) }

  func described(_ description: String) -> Schema {
    Schema(value: value.adding(["description": .string(description)]))
  }

  func withDefault(_ value: JSONValue) -> Schema {
    Schema(value: self.value.adding(["default": value]))
  }

  private static func make(_ type: String, _ members: [(String, JSONValue?)]) -> Schema {
    let given = members.compactMap { name, value in
      value.map { JSONValue.Member(name: name, value: $0) }
    }
    return Schema(value: .object([.init(name: "type", value: .string(type))] + given))
  }
}

/// A data type of PostgreSQL, by the number its catalogue gives it.
public struct PostgresType: Hashable, Sendable, CustomStringConvertible {
  public let oid: UInt32

  public init(oid: UInt32) { self.oid = oid }

  public static let bool = PostgresType(oid: 16)
  public static let bytea = PostgresType(oid: 17)
  public static let name = PostgresType(oid: 19)
  public static let int8 = PostgresType(oid: 20)
  public static let int2 = PostgresType(oid: 21)
  public static let int4 = PostgresType(oid: 23)
  public static let text = PostgresType(oid: 25)
  public static let json = PostgresType(oid: 114)
  public static let float4 = PostgresType(oid: 700)
  public static let float8 = PostgresType(oid: 701)
  public static let bpchar = PostgresType(oid: 1042)
  public static let varchar = PostgresType(oid: 1043)
  public static let date = PostgresType(oid: 1082)
  public static let timestamptz = PostgresType(oid: 1184)
  public static let numeric = PostgresType(oid: 1700)
  public static let uuid = PostgresType(oid: 2950)
  public static let jsonb = PostgresType(oid: 3802)

  /// From `pg_type.dat`: these numbers are fixed for ever.
  private static let arrays: [PostgresType: UInt32] = [
    .bool: 1000, .bytea: 1001, .name: 1003, .int8: 1016, .int2: 1005, .int4: 1007, .text: 1009,
    .json: 199, .float4: 1021, .float8: 1022, .bpchar: 1014, .varchar: 1015, .date: 1182,
    .timestamptz: 1185, .numeric: 1231, .uuid: 2951, .jsonb: 3807,
  ]

  private static let names: [PostgresType: String] = [
    .bool: "bool", .bytea: "bytea", .name: "name", .int8: "int8", .int2: "int2", .int4: "int4",
    .text: "text", .json: "json", .float4: "float4", .float8: "float8", .bpchar: "bpchar",
    .varchar: "varchar", .date: "date", .timestamptz: "timestamptz", .numeric: "numeric",
    .uuid: "uuid", .jsonb: "jsonb",
  ]

  /// The type of arrays of this type; PostgreSQL's `unknown` where there is none.
  public var array: PostgresType { PostgresType(oid: Self.arrays[self] ?? 705) }

  public var description: String {
    if let name = Self.names[self] { return name }
    if let element = Self.arrays.first(where: { $0.value == oid })?.key { return "\(element)[]" }
    return "type \(oid)"
  }
}

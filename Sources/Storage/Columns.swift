public import Inventory
public import Postgres

// How the words of Inventory stand in columns and parameters.

extension Day: Parameter, ColumnValue {
  public static var postgresType: PostgresType { PostgresDate.postgresType }

  public func encode(into value: inout ParameterValue) {
    PostgresDate(daysSince1970: ordinal).encode(into: &value)
  }

  public static func decode(_ field: borrowing Field) throws(PostgresError) -> Day {
    Day(ordinal: try PostgresDate.decode(field).daysSince1970)
  }
}

extension Instant: Parameter, ColumnValue {
  public static var postgresType: PostgresType { PostgresTimestamp.postgresType }

  public func encode(into value: inout ParameterValue) {
    PostgresTimestamp(microsecondsSince1970: microseconds).encode(into: &value)
  }

  public static func decode(_ field: borrowing Field) throws(PostgresError) -> Instant {
    Instant(microseconds: try PostgresTimestamp.decode(field).microsecondsSince1970)
  }
}

extension Code: Parameter, ColumnValue {
  public static var postgresType: PostgresType { String.postgresType }

  public func encode(into value: inout ParameterValue) { text.encode(into: &value) }

  public static func decode(_ field: borrowing Field) throws(PostgresError) -> Code {
    let text = try String.decode(field)
    guard let code = Code(text) else { throw field.malformed }
    return code
  }
}

public import Postgres

extension Migration {
  /// This program's schema, in the order of application.
  public static let all: [Migration] = [
    Migration(name: "m0001_schema", script: text(PackageResources.m0001_schema_sql)),
    Migration(name: "m0002_service", script: text(PackageResources.m0002_service_sql)),
    Migration(name: "m0003_order", script: text(PackageResources.m0003_order_sql)),
  ]

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

public import Postgres

extension Migration {
  /// This program's schema, in the order of application.
  public static let all: [Migration] = [
    Migration(name: "m0001_schema", script: text(PackageResources.m0001_schema_sql)),
    Migration(name: "m0002_service", script: text(PackageResources.m0002_service_sql)),
    Migration(name: "m0004_history", script: text(PackageResources.m0004_history_sql)),
    Migration(name: "m0007_mappings", script: text(PackageResources.m0007_mappings_sql)),
  ]

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

public import Postgres

extension Migration {
  /// This program's schema, in the order of application.
  public static let all: [Migration] = [
    Migration(name: "m0001_schema", script: text(PackageResources.m0001_schema_sql)),
    Migration(name: "m0002_service", script: text(PackageResources.m0002_service_sql)),
    Migration(name: "m0003_order", script: text(PackageResources.m0003_order_sql)),
    Migration(name: "m0004_history", script: text(PackageResources.m0004_history_sql)),
    Migration(name: "m0005_movements", script: text(PackageResources.m0005_movements_sql)),
    Migration(name: "m0006_quarantine", script: text(PackageResources.m0006_quarantine_sql)),
    Migration(name: "m0007_mappings", script: text(PackageResources.m0007_mappings_sql)),
    Migration(name: "m0008_retention", script: text(PackageResources.m0008_retention_sql)),
    Migration(name: "m0009_registry", script: text(PackageResources.m0009_registry_sql)),
    Migration(name: "m0010_schedule", script: text(PackageResources.m0010_schedule_sql)),
    Migration(name: "m0011_shards", script: text(PackageResources.m0011_shards_sql)),
    Migration(name: "m0012_stability", script: text(PackageResources.m0012_stability_sql)),
    Migration(name: "m0013_work", script: text(PackageResources.m0013_work_sql)),
    Migration(name: "m0014_upkeep", script: text(PackageResources.m0014_upkeep_sql)),
  ]

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

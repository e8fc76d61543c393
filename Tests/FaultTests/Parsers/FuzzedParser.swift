@testable import Service

/// What the fuzzer looks for besides crashes.
struct BrokenProperty: Error {
  let sentence: String
}

/// The parsers that read what strangers send, each with what must hold of it for any bytes at all.
///
/// The names are those of the corpus' folders in `Fixtures/fuzz`.
enum FuzzedParser: String, CaseIterable, Sendable {
  case demandCSV = "demand-csv"
  case demandNDJSON = "demand-ndjson"
  case demandMapped = "demand-mapped"
  case facts, http, schedule, mapping
  case jsonRows = "json-rows"
  case body, values

  /// - Throws: `BrokenProperty`.
  func check(_ bytes: [UInt8]) throws {
    switch self {
    case .demandCSV: try DemandProperties.check(bytes, .csv)
    case .demandNDJSON: try DemandProperties.check(bytes, .ndjson)
    case .demandMapped: try MappedProperties.check(bytes)
    case .facts: try FactProperties.check(bytes)
    case .http: try RequestProperties.check(bytes)
    case .schedule: try ScheduleProperties.check(bytes)
    case .mapping: try MappingProperties.check(bytes)
    case .jsonRows: try JSONRowsProperties.check(bytes)
    case .body: try BodyProperties.check(bytes)
    case .values: try ValueProperties.check(bytes)
    }
  }
}

/// - Throws: `BrokenProperty` unless the condition holds.
func require(_ holds: Bool, _ sentence: @autoclosure () -> String) throws {
  if !holds { throw BrokenProperty(sentence: sentence()) }
}

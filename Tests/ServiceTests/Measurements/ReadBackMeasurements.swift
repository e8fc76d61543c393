import Foundation
import Glibc
import Inventory
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

/// A database that holds histories, made by `scripts/bench`.
private let database = ProcessInfo.processInfo.environment["QUARTERMASTER_MEASURED_DATABASE"]

@Suite(
  "how fast histories are read back", .serialized,
  .enabled(if: Measurement.isWanted && database != nil))
struct ReadBackMeasurements {
  @Test("all histories, as training reads them")
  func dataset() async throws {
    let url = try #require(database)
    let session = try await Session.connect(ConnectionTarget(url))
    let clock = ZoneClock(deploymentZone: "UTC")
    let measured = try await session.run { db in
      var observations = 0
      let processor = Self.processorSeconds()
      let seconds = try Measurement.seconds(bestOf: 1) {
        try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
          let locations = try DatasetStore.locations(in: db)
          let origin = try #require(locations.compactMap(\.completeThrough).min())
          observations = try DatasetStore.dataset(
            ofRegions: Array(Set(locations.map(\.region))), through: origin,
            civilDay: { clock.day(of: $0, zone: $1) }, in: db
          ).observations
        }
      }
      return (observations, seconds, Self.processorSeconds() - processor)
    }
    await session.close()
    #expect(measured.0 > 0)
    let millions = Double(measured.0) / 1e6
    try Measurement.record("read back", millions / measured.1, unit: "M observations/s")
    try Measurement.record(
      "read back, of the program's processor", millions / measured.2,
      unit: "M observations/s")
  }

  @Test("all histories, as they stood before the last batch")
  func earlierVersion() async throws {
    let url = try #require(database)
    let session = try await Session.connect(ConnectionTarget(url))
    let clock = ZoneClock(deploymentZone: "UTC")
    let (observations, seconds) = try await session.run { db in
      var observations = 0
      let version = DatasetVersion.at(try BatchStore.version(in: db) - 1)
      let locations = try DatasetStore.locations(at: version, in: db)
      let origin = try #require(locations.compactMap(\.completeThrough).min())
      let seconds = try Measurement.seconds(bestOf: 1) {
        try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
          observations = try DatasetStore.dataset(
            ofRegions: Array(Set(locations.map(\.region))), through: origin, version: version,
            civilDay: { clock.day(of: $0, zone: $1) }, in: db
          ).observations
        }
      }
      return (observations, seconds)
    }
    await session.close()
    #expect(observations > 0)
    try Measurement.record(
      "read back, an earlier version", Double(observations) / 1e6 / seconds,
      unit: "M observations/s")
  }

  private static func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

public import Inventory
public import Planning
public import Postgres
public import Storage

/// The flags of one run, as they are listed.
public struct FlagListing: Sendable {
  public let run: Int
  public let asOf: Day
  public let flags: [StoredFlag]

  /// The flags of a run, critical first.
  ///
  /// - Parameters:
  ///   - run: nil is the run in use.
  ///   - region: nil is every region, and what spans regions.
  ///   - after: flags behind the one of this id only.
  /// - Throws: `FlagListingRefusal` when there is no such run, `ReportRefusal` without the region.
  public static func read(
    run: Int? = nil, region: RegionCode? = nil, severity: Severity? = nil, after: Int64? = nil,
    limit: Int = 1000, in session: Session
  ) async throws -> FlagListing {
    try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        guard let run = try run ?? RunStore.published(in: db)?.run else {
          throw FlagListingRefusal.notTrainedYet
        }
        guard let asOf = try RunStore.asOf(ofRun: run, in: db) else {
          throw FlagListingRefusal.unknownRun(run)
        }
        if let region {
          let known = try RunStore.regions(ofRun: run, in: db).map(\.region)
          guard known.contains(region) else {
            throw ReportRefusal.unknownRegion(region, known: known)
          }
        }
        let query = FlagQuery(
          run: run, region: region, severity: severity, after: after, limit: limit)
        return FlagListing(run: run, asOf: asOf, flags: try FlagStore.flags(query, in: db))
      }
    }
  }
}

/// Why there are no flags to list.
public enum FlagListingRefusal: Error, Hashable, Sendable {
  case notTrainedYet
  case unknownRun(Int)
}

extension FlagListingRefusal: Failure {
  public var code: String {
    switch self {
    case .notTrainedYet: "not-trained-yet"
    case .unknownRun: "unknown-run"
    }
  }

  public var exitCode: ExitCode { .data }

  public var sentence: String {
    switch self {
    case .notTrainedYet: "there is no run yet: 'quartermaster train' makes one"
    case .unknownRun(let run): "there is no run \(run)"
    }
  }
}

extension [Severity: Int] {
  /// "2 critical, 5 warning"; nil where there are none.
  var listed: String? {
    let parts = Severity.allCases.reversed().compactMap { severity in
      self[severity].map { "\($0.grouped) \(severity.rawValue)" }
    }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }
}

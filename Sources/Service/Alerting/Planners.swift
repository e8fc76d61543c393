public import Inventory
internal import Mail
public import Postgres
internal import Storage

/// Who is told of which region's flags.
public enum Planners {
  /// Adds a planner to a region and says so in a sentence.
  public static func add(
    _ address: String, region: RegionCode, actor: String, in session: Session
  ) async throws -> String {
    let mailbox = try MailAddress(address).description
    return try await session.run { db in
      try db.transaction { db in
        let known = try PlannerStore.regions(in: db)
        guard known.contains(region) else { throw UnknownRegion(region: region, known: known) }
        guard try PlannerStore.add(mailbox, region: region, in: db) else {
          return "\(mailbox) is told of '\(region)' already"
        }
        try AuditStore.append(
          actor: actor, action: "planner-added", subject: "\(mailbox): \(region)", in: db)
        return "\(mailbox) is told of '\(region)'"
      }
    }
  }

  /// Removes a planner from a region, or from all, and says so in a sentence.
  public static func remove(
    _ address: String, region: RegionCode?, actor: String, in session: Session
  ) async throws -> String {
    let mailbox = try MailAddress(address).description
    return try await session.run { db in
      try db.transaction { db in
        guard try PlannerStore.remove(mailbox, region: region, in: db) > 0 else {
          throw UnknownPlanner(address: mailbox, region: region)
        }
        let of = region?.text ?? "all regions"
        try AuditStore.append(
          actor: actor, action: "planner-removed", subject: "\(mailbox): \(of)", in: db)
        return "\(mailbox) is told of " + (region.map { "'\($0)' no more" } ?? "no region any more")
      }
    }
  }

  /// What the command line prints of all planners.
  public static func list(in session: Session) async throws -> String {
    let planners = try await session.run { db in try PlannerStore.list(in: db) }
    guard !planners.isEmpty else {
      return "no planners yet: 'quartermaster planners add ADDRESS --region REGION' adds one\n"
    }
    func column(_ heading: String, _ cells: [String]) -> AlignedTable.Column {
      AlignedTable.Column(
        heading: heading, cells: cells, isLeft: true, keep: AlignedTable.alwaysKept,
        ruleAfter: nil)
    }
    return AlignedTable(
      columns: [
        column("region", planners.map(\.region.text)),
        column("planner", planners.map(\.address)),
      ], width: 100
    ).text
  }
}

/// A region that no location is in.
struct UnknownRegion: Failure {
  let region: RegionCode
  let known: [RegionCode]

  var code: String { "unknown-region" }
  var exitCode: ExitCode { .data }
  var sentence: String {
    known.isEmpty
      ? "no location is in region '\(region)': sync locations first"
      : "no location is in region '\(region)'; known are \(known.map(\.text).listed)"
  }
}

/// A planner whom nobody added.
struct UnknownPlanner: Failure {
  let address: String
  let region: RegionCode?

  var code: String { "unknown-planner" }
  var exitCode: ExitCode { .data }
  var sentence: String {
    "\(address) is no planner of " + (region.map { "'\($0)'" } ?? "any region")
  }
}

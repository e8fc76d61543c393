import Inventory
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

/// What the gate need not fit because it is known, and that it finds the same by it.
@Suite("Past origins whose forecasts stand")
struct PastOriginTests {
  /// The program's own forecasts by a maker that is not known to be its own: all is fitted.
  private static let fitting = ForecastMaker { try ForecastMaker.standard.make($0, $1, $2) }

  /// A run published on each of four Sundays, and the data of the fifth.
  private func seed(_ session: Session) async throws -> ZoneClock {
    let warehouse = try await Warehouse.stocked(session)
    var next = day("2024-03-01")
    for sunday in ["2024-06-02", "2024-06-09", "2024-06-16", "2024-06-23", "2024-06-30"].map(day) {
      try await SmallRetailer.send(to: warehouse, from: next, through: sunday)
      next = sunday + 1
      guard sunday < day("2024-06-30") else { break }
      _ = try await SmallRetailer.publish(SmallRetailer.clock(sunday.description), in: session)
    }
    return SmallRetailer.clock("2024-06-30")
  }

  /// What the gate finds, to the last bit, and how many fits that took.
  private struct Findings {
    let checks: [GateCheck]
    let wapes: [Node: Double]
    let refits: Int

    func areSame(as other: Findings) -> Bool {
      checks == other.checks && wapes == other.wapes && !wapes.isEmpty
        && checks.contains { $0.name == .wape && $0.figure != nil }
    }
  }

  private func findings(
    _ clock: ZoneClock, by maker: ForecastMaker = .standard,
    of configuration: RunConfiguration = RunConfiguration(), in session: Session
  ) async throws -> Findings {
    let view = try await session.run { db in
      try db.transaction(isolation: .repeatableRead, readOnly: true) { db in
        try TrainingView.read(clock: clock, in: db)
      }
    }
    let trial = try await PastOrigins(
      view: view, configuration: configuration, maker: maker, clock: clock
    ).trial(progress: .silent, in: session)
    #expect(trial.origins.count == 4)
    let table = try ForecastMaker.standard.make(
      view.dataset, view.origin, configuration.settings)
    return Findings(
      checks: Gate.verdict(view.gateInput(table, trial, configuration)).checks,
      wapes: table.nodes.reduce(into: [:]) { $0[$1.node] = trial.wape(of: $1.node) },
      refits: trial.refits)
  }

  @Test("what the same configuration published is not fitted again, and the trial is the same")
  func published() async throws {
    try await withDatabase(.migrated) { session, _ in
      let clock = try await seed(session)
      let standing = try await findings(clock, in: session)
      let fitted = try await findings(clock, by: PastOriginTests.fitting, in: session)
      #expect(standing.refits == 0 && fitted.refits == 4)
      #expect(standing.areSame(as: fitted))
    }
  }

  @Test("of one configuration and one state of the data one fit serves both sides")
  func shared() async throws {
    try await withDatabase(.migrated) { session, _ in
      let clock = try await seed(session)
      // Readers were given nothing from these origins: the champion's say is fitted as well.
      _ = try await session.run { db in
        try db.execute("UPDATE run SET origin = origin - 1")
      }
      let shared = try await findings(clock, in: session)
      let fitted = try await findings(clock, by: PastOriginTests.fitting, in: session)
      #expect(shared.refits == 4 && fitted.refits == 8)
      #expect(shared.areSame(as: fitted))
    }
  }

  @Test("another configuration, program, processor or carried region is fitted")
  func others() async throws {
    try await withDatabase(.migrated) { session, _ in
      let clock = try await seed(session)
      var other = RunConfiguration()
      other.method = .mean
      #expect(try await findings(clock, of: other, in: session).refits == 4)
      for change: SQL in [
        "UPDATE run SET code_version = 'other' WHERE run_id = 1",
        "UPDATE run SET processor_core = 'other' WHERE run_id = 2",
        "UPDATE run_region SET state = 'stale' WHERE run_id = 3 AND region = 'south'",
        """
        DELETE FROM forecast f USING node n
        WHERE f.run_id = 4 AND n.node_id = f.node_id AND n.level = 'total'
        """,
      ] {
        _ = try await session.run { db in try db.execute(change) }
      }
      #expect(try await findings(clock, in: session).refits == 4)
    }
  }
}

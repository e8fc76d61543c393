import Foundation
import Glibc
import Postgres
import Synchronization
import TestKit
import Testing

extension FaultTests {
  @Suite("Slots of schedules, while whoever carries them out goes away")
  struct SlotTests {
    @Test("each slot takes effect once, and whoever comes back too late is refused")
    func slots() async throws {
      let (slots, strikes) = (Rounds.of(12, long: 200), Rounds.of(6, long: 60))
      try await Scene.run { scene in
        try await stock(scene)
        let session = try await Session.connect(scene.server.target("shop"))
        try await ask(for: slots, in: session)
        let crew = try await Crew.begin(scene)
        var struck: [Strike: Int] = [:]
        for round in 0..<strikes {
          let strike = Strike.allCases[round % Strike.allCases.count]
          if try await crew.strike(strike, in: session) { struck[strike, default: 0] += 1 }
        }
        let ended = try await crew.comesTrue(in: session) { db in
          try db.rows(
            "SELECT count(*) = \(slots) FROM run_request WHERE state IN ('done', 'failed')")[0][0]
        }
        #expect(ended, "not all slots came to their end")
        let late = try await crew.end()
        try await check(slots, in: session)
        for strike in Strike.allCases {
          #expect(struck[strike, default: 0] > 0, "\(strike) met no run under way")
        }
        // Each that was stopped under way came back: to a refused effect, or to a session that the
        // database had ended, and to nothing else.
        #expect(
          late.ofStopped.fenced + late.ofStopped.ended == struck[.stopped, default: 0],
          "\(late), \(struck) strikes")
        try Rounds.note(
          "\(slots) slots, struck under way: \(struck[.killed, default: 0]) killed,"
            + " \(struck[.stopped, default: 0]) stopped, \(struck[.swallowed, default: 0]) cut off."
            + " Of the stopped, \(late.ofStopped.fenced) were refused their late effect and"
            + " \(late.ofStopped.ended) found their session ended. In the logs of the"
            + " programs' last lives: \(late.all.fenced) effects refused,"
            + " \(late.all.ended) sessions ended")
        await session.close()
      }
    }

    /// Three hundred series: enough for several shards.
    private func stock(_ scene: Scene) async throws {
      let today = Int(Date().timeIntervalSince1970) / 86_400
      var rows = "item,location,day,quantity\n"
      var items = "item,category\n"
      for item in 0..<150 {
        items += "thing-\(item),group-\(item % 4)\n"
        for location in ["leeds", "bath"] {
          for back in (0..<70).reversed() {
            rows += "thing-\(item),\(location),\(name(ofDay: today - back)),"
            rows += "\(4 + item % 9 + back % 7)\n"
          }
        }
      }
      try await scene.store("items", items)
      try await scene.store("demand", rows, "--complete-through", name(ofDay: today))
    }

    private func name(ofDay number: Int) -> String {
      Date(timeIntervalSince1970: Double(number) * 86_400).formatted(
        .iso8601.year().month().day())
    }

    /// Schedules of which each has missed one slot, last New Year, and has no other this year.
    private func ask(for slots: Int, in session: Session) async throws {
      _ = try await session.run { db in
        try db.execute(
          """
          INSERT INTO schedule (name, cron, time_zone, considered_through)
          SELECT 'slot-' || number, '0 0 1 1 *', 'UTC',
            date_trunc('year', clock_timestamp()) - interval '1 day'
          FROM generate_series(1, \(slots)) AS number
          """)
      }
      // What a run in use has seen already is not fitted again: each sees other data.
      try await session.run { db in
        _ = try db.execute(
          """
          CREATE FUNCTION other_data() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            NEW.content_digest = sha256(convert_to(random()::text, 'UTF8'));
            RETURN NEW;
          END $$
          """)
        _ = try db.execute(
          """
          CREATE TRIGGER other_data BEFORE INSERT ON run FOR EACH ROW EXECUTE FUNCTION other_data()
          """)
      }
    }

    private func check(_ slots: Int, in session: Session) async throws {
      let (done, failed, runs, published): (Int, Int, Int, Int) = try await session.run { db in
        let row = try db.rows(
          """
          SELECT (SELECT count(*) FROM run_request WHERE state = 'done' AND missed_slots = 0),
            (SELECT count(*) FROM run_request WHERE state <> 'done'),
            (SELECT count(*) FROM run), (SELECT count(*) FROM publication)
          """)[0]
        return (try row[0], try row[1], try row[2], try row[3])
      }
      let failures: [String] = try await session.run { db in
        try db.rows(
          "SELECT concat_ws(': ', state, failure) FROM run_request WHERE state <> 'done'"
        ).map { try $0[0] }
      }
      #expect(done == slots && failed == 0, "\(done) done, \(failures)")
      #expect(runs == slots && published == slots, "\(runs) runs, \(published) published")
      let isEach: Bool = try await session.run { db in
        try db.rows("SELECT count(DISTINCT run_id) = count(*) FROM run_request")[0][0]
      }
      #expect(isEach, "two slots share a run")
      let left: Int = try await session.run { db in
        try db.rows("SELECT count(*) FROM run_work")[0][0]
      }
      #expect(left == 0)
    }
  }
}

/// What befalls a program.
private enum Strike: CaseIterable {
  case killed, stopped, swallowed
}

/// What programs found that came back too late.
private struct Late: Sendable {
  /// Effects that were refused: of requests, and of shards.
  var fenced = 0
  /// Sessions that the database had ended, or that were cut.
  var ended = 0

  /// What a program's log says.
  init(_ log: String) {
    for line in log.split(separator: "\n") {
      if line.contains("\"shard-refused\"")
        || (line.contains("\"run-given-up\"") && line.contains("\"overtaken\""))
      {
        fenced += 1
      } else if line.contains("\"worker-interrupted\"") {
        ended += 1
      }
    }
  }

  var any: Int { fenced + ended }
}

/// Three programs that carry out runs, each with its own way to the database.
private final class Crew: Sendable {
  private struct Hand {
    var program: ServedProgram
    let proxy: Proxy
    let hole: BlackHole
  }

  private let scene: Scene
  private let hands: Mutex<[Hand]>
  /// Of the programs that were stopped under way: what each came back to first.
  private let ofStopped = Mutex((fenced: 0, ended: 0))

  private init(_ scene: Scene, _ hands: [Hand]) {
    self.scene = scene
    self.hands = Mutex(hands)
  }

  static func begin(_ scene: Scene) async throws -> Crew {
    var hands: [Hand] = []
    for _ in 0..<3 {
      let hole = BlackHole()
      let proxy = try Proxy(to: .socket(scene.server.socket), through: hole)
      hands.append(
        Hand(program: try await start(scene.url(through: proxy)), proxy: proxy, hole: hole))
    }
    return Crew(scene, hands)
  }

  private static func start(_ url: String) async throws -> ServedProgram {
    try await ServedProgram.start(
      url, roles: "web,scheduler,worker", environment: ["QUARTERMASTER_LEASE_SECONDS": "2"])
  }

  func comesTrue(
    in session: Session, _ condition: @Sendable (isolated Session) throws -> Bool
  ) async throws -> Bool {
    for _ in 0..<24_000 {
      if try await session.run(condition) { return true }
      try await blocking { _ = poll(nil, 0, 5) }
    }
    return false
  }

  /// Strikes the program that carries out a request, and waits until another has done so.
  ///
  /// - Returns: whether it was under way when it was struck; false where none was left to strike.
  func strike(_ strike: Strike, in session: Session) async throws -> Bool {
    let holders = hands.withLock { $0.map { "-\($0.program.processNumber)-" } }
    for _ in 0..<100_000 {
      // A request that was struck too often is given up, as it should be.
      guard let (request, token, holder) = try await running(in: session), token < 4 else {
        if try await isOver(in: session) { return false }
        try await blocking { _ = poll(nil, 0, 1) }
        continue
      }
      guard let place = holders.firstIndex(where: { holder.contains($0) }) else { continue }
      let hand = hands.withLock { $0[place] }
      let before = Late(try hand.program.logText())
      begin(strike, hand)
      let isStruck = try await session.run { db in
        let found: Bool = try db.rows(
          """
          SELECT state = 'running' AND token = \(token) FROM run_request
          WHERE request_id = \(request)
          """)[0][0]
        return found
      }
      if isStruck {
        let isTaken = try await comesTrue(in: session) { db in
          try db.rows(
            """
            SELECT state = 'done' OR (state = 'running' AND token > \(token)) FROM run_request
            WHERE request_id = \(request)
            """)[0][0]
        }
        let sessions: [String] = try await session.run { db in
          try db.rows(
            """
            SELECT concat_ws(' ', pid, state, wait_event, left(query, 60)) FROM pg_stat_activity
            WHERE datname = current_database()
            """
          ).map { try $0[0] }
        }
        #expect(isTaken, "request \(request) was left to \(holder): \(strike) \(sessions)")
      }
      try await end(strike, place, hand)
      if strike == .stopped, isStruck { try await comesBack(hand.program, since: before) }
      return isStruck
    }
    return false
  }

  /// Waits until a program that was stopped says what it found, and counts that.
  private func comesBack(_ program: ServedProgram, since before: Late) async throws {
    for _ in 0..<24_000 {
      let now = Late(try program.logText())
      guard now.any > before.any else {
        try await blocking { _ = poll(nil, 0, 5) }
        continue
      }
      ofStopped.withLock {
        if now.fenced > before.fenced { $0.fenced += 1 } else { $0.ended += 1 }
      }
      return
    }
    Issue.record("a program that was stopped never said what it found")
  }

  private func begin(_ strike: Strike, _ hand: Hand) {
    switch strike {
    case .killed: hand.program.signal(SIGKILL)
    case .stopped: hand.program.signal(SIGSTOP)
    case .swallowed: hand.hole.swallow()
    }
  }

  private func end(_ strike: Strike, _ place: Int, _ hand: Hand) async throws {
    switch strike {
    case .killed:
      _ = await hand.program.exitStatus()
      let risen = try await Crew.start(scene.url(through: hand.proxy))
      hands.withLock { $0[place].program = risen }
    case .stopped: hand.program.signal(SIGCONT)
    case .swallowed:
      hand.hole.end()
      hand.proxy.cut()
    }
  }

  private func running(in session: Session) async throws -> (Int, Int, String)? {
    try await session.run { db in
      try db.rows(
        "SELECT request_id, token, holder FROM run_request WHERE state = 'running' LIMIT 1"
      ).first.map { (try $0[0], try $0[1], try $0[2]) }
    }
  }

  private func isOver(in session: Session) async throws -> Bool {
    try await session.run { db in
      try db.rows(
        """
        SELECT count(*) > 0 AND count(*) FILTER (WHERE state NOT IN ('done', 'failed')) = 0
        FROM run_request
        """)[0][0]
    }
  }

  /// Ends all of them, and says what came too late: of those that were stopped, and in all.
  func end() async throws -> (
    ofStopped: (fenced: Int, ended: Int), all: (fenced: Int, ended: Int)
  ) {
    var all = (fenced: 0, ended: 0)
    for hand in hands.withLock({ $0 }) {
      hand.program.signal(SIGTERM)
      _ = await hand.program.exitStatus()
      let late = Late(try hand.program.logText())
      all = (all.fenced + late.fenced, all.ended + late.ended)
      hand.proxy.stop()
    }
    return (ofStopped.withLock { $0 }, all)
  }
}

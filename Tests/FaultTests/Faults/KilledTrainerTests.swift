import Foundation
import Glibc
import Postgres
import Synchronization
import TestKit
import Testing

extension FaultTests {
  @Suite("The program that trains is killed while others read")
  struct KilledTrainerTests {
    @Test("readers see one run or the other, whole, at any moment")
    func killed() async throws {
      let kills = Rounds.of(4, long: 20)
      try await Scene.run { scene in
        try await stock(scene)
        let session = try await Session.connect(scene.server.target("shop"))
        try await mark(in: session)
        try await train(scene)
        let served = try await ServedProgram.start(scene.directURL, roles: "web")
        let key = try await adminKey(scene)
        let readers = Readers()
        let reading = (0..<2).map { _ in Task { try await readers.read(served, key) } }
        var (struck, inPublication) = (0, 0)
        var random = SeededGenerator(seed: 7)
        while struck < kills {
          let trainer = try begin(scene)
          // Every second one is killed while it writes; the others at a moment drawn by lot.
          if struck.isMultiple(of: 2) {
            let milliseconds = Int32.random(in: 0..<900, using: &random)
            try await blocking { _ = poll(nil, 0, milliseconds) }
          } else {
            try await writes(trainer, in: session)
          }
          let isWriting = try await isWriting(in: session)
          kill(trainer.processIdentifier, SIGKILL)
          try await blocking { trainer.waitUntilExit() }
          struck += trainer.terminationReason == .uncaughtSignal ? 1 : 0
          inPublication += trainer.terminationReason == .uncaughtSignal && isWriting ? 1 : 0
          try await train(scene)
          // Somebody has read what stands now before it is replaced again.
          let before = readers.count
          #expect(try await blocking { comesTrue { readers.count >= before + 2 } })
        }
        readers.stop()
        for task in reading { try await task.value }
        let found = readers.found
        #expect(found.mixtures.isEmpty, "\(found.mixtures)")
        #expect(found.runs.count > kills, "readers saw \(found.runs.count) runs")
        #expect(inPublication > 0, "no kill met a publication")
        try Rounds.note(
          "\(struck) trainers killed, \(inPublication) of them while they published;"
            + " \(found.reads) reads of \(found.runs.count) runs, \(found.mixtures.count) mixtures")
        served.signal(SIGTERM)
        _ = await served.exitStatus()
        await session.close()
      }
    }

    private func stock(_ scene: Scene) async throws {
      let today = Int(Date().timeIntervalSince1970) / 86_400
      var rows = "item,location,day,quantity\n"
      for item in 0..<100 {
        for location in ["leeds", "bath"] {
          for back in (0..<60).reversed() {
            let day = Date(timeIntervalSince1970: Double(today - back) * 86_400).formatted(
              .iso8601.year().month().day())
            rows += "thing-\(item),\(location),\(day),\(4 + item % 9 + back % 7)\n"
          }
        }
      }
      let last = Date(timeIntervalSince1970: Double(today) * 86_400).formatted(
        .iso8601.year().month().day())
      let items = (0..<100).map { "thing-\($0),group-\($0 % 4)\n" }
      try await scene.store("items", "item,category\n" + items.joined())
      try await scene.store("demand", rows, "--complete-through", last)
    }

    /// Each line of a forecast says which run it was made by, or a mixture could not be told.
    private func mark(in session: Session) async throws {
      for statement: SQL in [
        """
        CREATE FUNCTION name_the_run() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          NEW.reason = NEW.run_id::text;
          RETURN NEW;
        END $$
        """,
        """
        CREATE TRIGGER name_the_run BEFORE INSERT ON forecast
        FOR EACH ROW EXECUTE FUNCTION name_the_run()
        """,
      ] { _ = try await session.run { db in try db.execute(statement) } }
    }

    private func adminKey(_ scene: Scene) async throws -> String {
      let created = try await finished(
        ServedProgram.url,
        ["keys", "create", "--scope", "admin", "--name", "reader", "--database", scene.directURL])
      return try #require(
        created.output.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("qm_") }
          .map(String.init))
    }

    /// Trains to the end.
    private func train(_ scene: Scene) async throws {
      let done = try await finished(
        ServedProgram.url, ["train", "--database", scene.directURL])
      #expect(done.status == 0, "\(done.output)")
    }

    private func begin(_ scene: Scene) throws -> Process {
      let process = Process()
      process.executableURL = ServedProgram.url
      process.arguments = ["train", "--database", scene.directURL]
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      return process
    }

    /// Waits until the trainer's transaction has written something, or it is through.
    private func writes(_ trainer: Process, in session: Session) async throws {
      while trainer.isRunning {
        if try await isWriting(in: session) { return }
        try await blocking { _ = poll(nil, 0, 1) }
      }
    }

    /// Whether a run is being stored.
    private func isWriting(in session: Session) async throws -> Bool {
      try await session.run { db in
        try db.rows(
          """
          SELECT EXISTS (
            SELECT FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
            WHERE c.relname = 'forecast' AND l.mode = 'RowExclusiveLock' AND l.granted)
          """)[0][0]
      }
    }
  }
}

/// Two who read all forecasts again and again, and look whether their lines are of one run.
private final class Readers: Sendable {
  struct Found: Sendable {
    var reads = 0
    var runs: Set<Int> = []
    var mixtures: [String] = []
  }

  private let state = Mutex((found: Found(), isOver: false))

  var found: Found { state.withLock { $0.found } }
  var count: Int { found.reads }

  func stop() { state.withLock { $0.isOver = true } }

  func read(_ program: ServedProgram, _ key: String) async throws {
    struct Page: Decodable {
      struct Line: Decodable {
        let run: Int
        let reason: String
      }

      let items: [Line]
    }
    while !state.withLock({ $0.isOver }) {
      let reply = try await program.ask("GET", "/v1/forecasts?limit=1000", key: key)
      let lines = try JSONDecoder().decode(Page.self, from: Data(reply.text.utf8)).items
      let said = Set(lines.map { "run \($0.run), made by \($0.reason)" })
      state.withLock { state in
        state.found.reads += 1
        guard let line = lines.first, said == ["run \(line.run), made by \(line.run)"] else {
          state.found.mixtures.append("\(reply.status): \(said.sorted())")
          return
        }
        state.found.runs.insert(line.run)
      }
    }
  }
}

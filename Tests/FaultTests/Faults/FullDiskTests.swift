import Foundation
import Glibc
import Postgres
import TestKit
import Testing

extension FaultTests {
  @Suite("The disk is full", .enabled(if: geteuid() == 0, "only root can make a small disk"))
  struct FullDiskTests {
    @Test("a disk without room for rows is said with 503, and is used again when there is room")
    func tables() async throws {
      let wanted = Rounds.of(2, long: 20)
      try await Scene.run(on: .besideDisk(megabytes: 64), inDisk: true) { scene in
        let life = try await ServedLife.begin(scene.directURL)
        let sender = scene.sender { life.port }
        var refused = 0
        for round in 0..<wanted {
          refused += try await fillAndFree(scene, sender, round: round)
          #expect(try await becomesReady(life.port))
        }
        #expect(refused >= wanted, "\(refused) pushes met a full disk")
        #expect(try Told(scene.journal).refusalCodes == ["disk-full"])
        try await expectAll(scene)
        await life.end()
      }
    }

    /// Pushes months that no push touched before until one is refused, makes room, and pushes that
    /// one again. Answers how often it was refused.
    private func fillAndFree(
      _ scene: Scene, _ sender: Sender, round: Int, isLogFull: Bool = false
    ) async throws -> Int {
      let ballast = scene.server.disk + "/ballast"
      let maker = BatchMaker(name: "round-\(round)", rowCount: 4_000, days: 40_000)
      var random = SeededGenerator(seed: UInt64(round))
      let batches = (0..<40).map { maker.batch($0, using: &random) }
      try await blocking {
        try sender.send(batches[0])
        try fill(ballast)
      }
      if isLogFull { try await endLogFiles(scene.server) }
      let refused = try await blocking { () -> SentBatch? in
        for batch in batches.dropFirst() {
          try scene.journal.write(.intent(batch))
          guard case .failure(let refusal) = try sender.attempt(batch) else { continue }
          expectClear(refusal)
          return batch
        }
        return nil
      }
      #expect(unlink(ballast) == 0)
      if isLogFull { try await scene.server.comeBack() }
      guard let refused else { return 0 }
      try await blocking { _ = try sender.send(refused) }
      return 1
    }

    @Test("without room for its log PostgreSQL ends; with room it is all there again")
    func log() async throws {
      let wanted = Rounds.of(1, long: 10)
      try await Scene.run(on: .disk(megabytes: 160)) { scene in
        let life = try await ServedLife.begin(scene.directURL)
        let sender = scene.sender { life.port }
        var refused = 0
        for round in 0..<wanted {
          refused += try await fillAndFree(scene, sender, round: round, isLogFull: true)
          #expect(try await becomesReady(life.port))
        }
        #expect(refused >= wanted, "\(refused) pushes met a full disk")
        let panics = try scene.server.log().split(separator: "\n")
          .count { $0.contains("PANIC") && $0.contains("No space left on device") }
        #expect(panics >= wanted, "\(panics) times PostgreSQL could not go on")
        try await expectAll(scene)
        await life.end()
      }
    }

    /// What is left of the log's files is room, too: each is ended until the next one finds none.
    private func endLogFiles(_ server: MortalServer) async throws {
      let session = try await Session.connect(server.target("shop"))
      let error = await #expect(throws: PostgresError.self) {
        for _ in 0..<20 {
          try await session.execute("SELECT pg_logical_emit_message(true, 'fault', 'full')")
          try await session.execute("SELECT pg_switch_wal()")
        }
      }
      #expect(error?.isConnectionLoss == true, "\(error as Any)")
      await session.close()
    }

    private func expectClear(_ refusal: Sender.Refusal) {
      #expect([503, 507].contains(refusal.status ?? 0), "\(refusal)")
      if refusal.code == "disk-full" {
        #expect(
          refusal.detail == "the database's disk is full; nothing of this was stored")
      } else {
        #expect(["database-away", "outcome-unknown"].contains(refusal.code), "\(refusal)")
      }
    }

    private func expectAll(_ scene: Scene) async throws {
      let check = try await scene.check()
      #expect(check.violations.isEmpty, "\(check.violations)")
      #expect(check.unacknowledged == 0)
      #expect(check.batches > 0)
    }

    /// Takes all the room there is.
    private func fill(_ path: String) throws {
      let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
      guard file >= 0 else { throw Wire.Failure(call: "open", errorNumber: errno) }
      defer { close(file) }
      let block = [UInt8](repeating: 0, count: 4_096)
      while Glibc.write(file, block, block.count) > 0 {}
      guard errno == ENOSPC else { throw Wire.Failure(call: "write", errorNumber: errno) }
    }
  }
}

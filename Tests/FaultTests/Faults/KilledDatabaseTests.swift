import Foundation
import Glibc
import Synchronization
import TestKit
import Testing

extension FaultTests {
  @Suite("PostgreSQL is killed")
  struct KilledDatabaseTests {
    /// Kills in the middle of a COPY: now the process that takes the rows, now all of PostgreSQL.
    private final class Killer: Sendable {
      private let server: MortalServer
      private let every: Int
      private let kills = Mutex((backends: 0, postmasters: 0))
      private let problems = Mutex<[String]>([])
      /// One after the other: what is dead cannot be killed.
      private let turn = Mutex(())

      init(_ server: MortalServer, every: Int) { (self.server, self.every) = (server, every) }

      var struck: (backends: Int, postmasters: Int) { kills.withLock { $0 } }
      var failures: [String] { problems.withLock { $0 } }

      func strike(_ number: Int, _ backend: pid_t) {
        guard number.isMultiple(of: every) else { return }
        turn.withLock { _ in killOne(number, backend) }
      }

      private func killOne(_ number: Int, _ backend: pid_t) {
        if (number / every).isMultiple(of: 2) {
          kills.withLock { $0.postmasters += 1 }
          do {
            try server.kill()
            try server.start()
          } catch {
            problems.withLock { $0.append("\(error)") }
          }
        } else if kill(backend, SIGKILL) == 0 {
          kills.withLock { $0.backends += 1 }
        }
      }
    }

    @Test("killed in mid-COPY it costs nobody a row, and the program goes on when it is back")
    func inCopy() async throws {
      let wanted = Rounds.of(4, long: 50)
      try await Scene.run { scene in
        // A batch of this kind makes two COPYs or three.
        let killer = Killer(scene.server, every: 7)
        let faults = DatabaseFaults(copy: { killer.strike($0, $1) })
        try await Proxy.run(to: .socket(scene.server.socket), through: faults) { proxy in
          let life = try await ServedLife.begin(scene.url(through: proxy))
          let senders = (0..<2).map { _ in scene.sender { life.port } }
          try await scene.push(
            wanted * 4, by: senders, maker: BatchMaker(name: "push", rowCount: 200), seed: 6)
          #expect(try await becomesReady(life.port))
          await life.end()
        }
        let struck = killer.struck
        #expect(struck.backends + struck.postmasters >= wanted, "\(struck)")
        #expect(struck.backends > 0 && struck.postmasters > 0 && killer.failures.isEmpty)
        // A SIGKILL costs PostgreSQL its shared memory: each one is in its log.
        let recoveries =
          try scene.server.log()
          .components(separatedBy: "database system was not properly shut down").count - 1
        #expect(recoveries >= wanted, "\(recoveries) recoveries")
        let told = try Told(scene.journal)
        #expect(Set(told.refusals.keys).isSubset(of: [409, 503]), "\(told.refusals)")
        let check = try await scene.check()
        #expect(check.violations.isEmpty, "\(check.violations)")
        #expect(check.unacknowledged == 0)
        #expect(check.batches == wanted * 8)
      }
    }
  }
}

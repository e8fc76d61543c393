import Foundation
import Glibc
import Synchronization
import TestKit
import Testing

extension FaultTests {
  @Suite("The program is killed")
  struct KilledProgramTests {
    @Test("kill -9 at any moment loses nothing acknowledged and leaves nothing in part")
    func killed() async throws {
      let rounds = Rounds.of(6, long: 200)
      try await Scene.run { scene in
        let life = try await ServedLife.begin(scene.directURL)
        let senders = (0..<4).map { _ in scene.sender { life.port } }
        var struck = 0
        // More batches than the rounds can take, so that there is always somebody to be hit.
        try await scene.push(
          rounds * 6, by: senders, maker: BatchMaker(name: "push"), seed: 1
        ) {
          var random = SeededGenerator(seed: 2)
          for _ in 0..<rounds {
            struck += try await strike(
              life, senders, after: Int32.random(in: 0..<40, using: &random))
          }
        }
        #expect(struck >= rounds * 3 / 4, "\(struck) of \(rounds) kills met a request under way")
        #expect(try await becomesReady(life.port))
        let check = try await scene.check()
        #expect(check.violations.isEmpty, "\(check.violations)")
        #expect(check.unacknowledged == 0)
        #expect(check.batches == rounds * 6 * 4)
        await life.end()
      }
    }

    /// Kills it in the midst of pushes and starts it again; 1 if a request broke off with it.
    private func strike(
      _ life: ServedLife, _ senders: [Sender], after milliseconds: Int32
    ) async throws -> Int {
      let before = senders.reduce(0) { $0 + $1.brokenOff }
      _ = try await blocking { comesTrue { senders.contains(where: \.isWaiting) } }
      // The moment is what is drawn by lot here; nothing waits for it to pass.
      try await blocking { _ = poll(nil, 0, milliseconds) }
      try await life.killAndRevive()
      return senders.reduce(0) { $0 + $1.brokenOff } > before ? 1 : 0
    }
  }
}

/// A served program that is started again whenever it was killed, as a service manager would.
final class ServedLife: Sendable {
  private let url: String
  private let current: Mutex<ServedProgram>

  private init(_ url: String, _ program: ServedProgram) {
    self.url = url
    current = Mutex(program)
  }

  static func begin(_ url: String) async throws -> ServedLife {
    ServedLife(url, try await ServedProgram.start(url, roles: "web"))
  }

  /// Where it serves at the moment; whoever asks while it is dead meets nobody there.
  var port: Int { current.withLock { $0.port } }
  var program: ServedProgram { current.withLock { $0 } }

  func killAndRevive() async throws {
    let program = program
    program.signal(SIGKILL)
    _ = await program.exitStatus()
    let risen = try await ServedProgram.start(url, roles: "web")
    current.withLock { $0 = risen }
  }

  func end() async {
    program.signal(SIGTERM)
    _ = await program.exitStatus()
  }
}

import Foundation
import Synchronization
import TestKit
import Testing

extension FaultTests {
  @Suite("Connections are cut")
  struct CutConnectionTests {
    @Test("a COMMIT without an answer is found out by its key before the sender is told")
    func commit() async throws {
      let wanted = Rounds.of(10, long: 500)
      try await Scene.run { scene in
        let faults = DatabaseFaults(commit: { number in
          switch number % 4 {
          case 0: .answerLost
          case 2: .neverArrives
          default: .pass
          }
        })
        try await serve(scene, faults) { life in
          let senders = (0..<2).map { _ in scene.sender { life.port } }
          try await scene.push(
            wanted + 4, by: senders, maker: BatchMaker(name: "push"), seed: 3)
          #expect(try await becomesReady(life.port))
        }
        let struck = (faults.struck(.answerLost), faults.struck(.neverArrives))
        #expect(struck.0 >= wanted && struck.1 >= wanted / 2, "\(struck)")
        try await expectAll(scene, batches: (wanted + 4) * 2)
      }
    }

    @Test("while nobody can tell what became of a COMMIT the answer is 503, and no lie")
    func commitInTheDark() async throws {
      let wanted = Rounds.of(2, long: 30)
      try await Scene.run { scene in
        // The program looks five times, on a connection each; more than that are refused.
        let proxy = Mutex<Proxy?>(nil)
        let faults = DatabaseFaults(
          commit: { $0 % 3 == 0 ? ($0 % 2 == 0 ? .answerLost : .neverArrives) : .pass },
          afterCut: { proxy.withLock { $0?.refuse(next: 8) } })
        try await serve(scene, faults, note: { made in proxy.withLock { $0 = made } }) { life in
          let sender = scene.sender { life.port }
          try await scene.push(
            wanted * 3, by: [sender], maker: BatchMaker(name: "push", hasRevisions: false),
            seed: 4)
          #expect(try await becomesReady(life.port))
        }
        #expect(faults.struck(.answerLost) + faults.struck(.neverArrives) >= wanted)
        let told = try Told(scene.journal)
        #expect(told.refusals[503, default: 0] >= wanted, "\(told.refusals)")
        #expect(told.refusalCodes.contains("outcome-unknown"), "\(told.refusalCodes)")
        #expect(Set(told.refusals.keys).isSubset(of: [409, 503]), "\(told.refusals)")
        try await expectAll(scene, batches: wanted * 3)
      }
    }

    @Test(
      "while PostgreSQL is silent nothing is done twice, and a second sender is told what is so",
      arguments: [DatabaseFaults.CommitFate.arrivalHeld, .answerHeld])
    func silence(fate: DatabaseFaults.CommitFate) async throws {
      let wanted = Rounds.of(2, long: 30)
      try await Scene.run { scene in
        let isArmed = Atomic(false)
        let faults = DatabaseFaults(commit: { _ in
          isArmed.exchange(false, ordering: .acquiringAndReleasing) ? fate : .pass
        })
        try await serve(scene, faults) { life in
          let (first, second) = (scene.sender { life.port }, scene.sender { life.port })
          var random = SeededGenerator(seed: 13)
          for number in 0..<wanted {
            let batch = BatchMaker(name: "push").batch(number, using: &random)
            isArmed.store(true, ordering: .releasing)
            async let receipt = blocking { try first.send(batch) }
            let again = try await blocking {
              _ = comesTrue { faults.struck(fate) > number }
              return try second.attempt(batch)
            }
            #expect(try await becomesAlive(life.port))
            faults.release()
            let told = try await receipt
            switch again {
            // Not committed yet: its key is taken.
            case .failure(let refusal): #expect(fate == .arrivalHeld && refusal.status == 409)
            // Committed, though nobody was told.
            case .success(let early): #expect(fate == .answerHeld && early == told)
            }
          }
        }
        #expect(faults.struck(fate) == wanted)
        try await expectAll(scene, batches: wanted)
      }
    }

    @Test("a sender that is cut off at any point sends again and gets the first answer")
    func client() async throws {
      let wanted = Rounds.of(12, long: 300)
      try await Scene.run { scene in
        try await serve(scene, DatabaseFaults()) { life in
          let faults = ExchangeFaults { number in
            let fates = ExchangeFaults.Fate.allCases
            return fates[number % fates.count]
          }
          try await Proxy.run(to: .port(life.port), through: faults) { proxy in
            let senders = (0..<3).map { _ in scene.sender { proxy.port } }
            try await scene.push(
              wanted / 3, by: senders, maker: BatchMaker(name: "push"), seed: 5)
          }
          for fate in ExchangeFaults.Fate.allCases where fate != .pass {
            #expect(faults.struck(fate) >= wanted / 3, "\(fate): \(faults.struck(fate))")
          }
          #expect(try await becomesReady(life.port))
        }
        try await expectAll(scene, batches: wanted)
      }
    }

    /// Serves the scene's database through a proxy with these faults.
    private func serve(
      _ scene: Scene, _ faults: DatabaseFaults, note: (Proxy) -> Void = { _ in },
      _ body: (ServedLife) async throws -> Void
    ) async throws {
      try await Proxy.run(to: .socket(scene.server.socket), through: faults) { proxy in
        note(proxy)
        let life = try await ServedLife.begin(scene.url(through: proxy))
        try await body(life)
        await life.end()
      }
    }

    private func expectAll(_ scene: Scene, batches: Int) async throws {
      let check = try await scene.check()
      #expect(check.violations.isEmpty, "\(check.violations)")
      #expect(check.unacknowledged == 0)
      #expect(check.batches == batches)
    }
  }
}

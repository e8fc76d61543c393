import Foundation
import Glibc
import Synchronization
import TestKit
import Testing

extension FaultTests {
  @Suite("Senders that misbehave")
  struct HostileSenderTests {
    /// How a sender ends in the middle of a body.
    enum End: CaseIterable, Sendable { case fallsSilent, hangsUp, resets }

    @Test("a sender that stops in mid-body leaves nothing, and the whole push is taken afterwards")
    func stops() async throws {
      let wanted = Rounds.of(1, long: 10)
      try await Scene.run { scene in
        let life = try await ServedLife.begin(scene.directURL)
        let sender = scene.sender { life.port }
        var random = SeededGenerator(seed: 12)
        var batches: [SentBatch] = []
        for number in 0..<wanted * 12 {
          batches.append(BatchMaker(name: "push").batch(number, using: &random))
        }
        let struck = try await withThrowingTaskGroup(of: Int.self) { group in
          for (rank, batch) in batches.enumerated() {
            let end = End.allCases[rank % End.allCases.count]
            group.addTask {
              try await blocking { try breakOff(sender.request(batch), end, port: life.port) }
            }
          }
          return try await group.reduce(0, +)
        }
        #expect(struck == batches.count)
        #expect(try await becomesReady(life.port))
        #expect(try await scene.check().batches == 0)
        let whole = batches
        try await blocking { for batch in whole { try sender.send(batch) } }
        let check = try await scene.check()
        #expect(check.violations.isEmpty, "\(check.violations)")
        #expect(check.batches == whole.count)
        await life.end()
      }
    }

    /// Sends all but the end of a request; 1 when the program noticed.
    private func breakOff(_ request: String, _ end: End, port: Int) throws -> Int {
      let peer = try Peer(port: port)
      peer.send(request.utf8.dropLast(100))
      switch end {
      case .fallsSilent:
        // Below the rate that a body must have: the server gives up, not the sender.
        return peer.readAnswer()?.status == 408 ? 1 : 0
      case .hangsUp:
        peer.finishSending()
        return peer.readAnswer()?.status == 400 ? 1 : 0
      case .resets:
        peer.abort()
        return 1
      }
    }

    @Test("a body of a gigabyte is refused before it is sent, whichever way it is announced")
    func hugeBody() async throws {
      try await Scene.run { scene in
        let life = try await ServedLife.begin(scene.directURL)
        let head = """
          POST /v1/sync/demand HTTP/1.1\r
          Host: localhost\r
          Authorization: Bearer \(scene.secret)\r
          Idempotency-Key: huge\r
          Content-Type: text/csv\r

          """
        for (line, status, code) in [
          ("Content-Length: \(1 << 30)", 413, "body-too-large"),
          ("Transfer-Encoding: chunked", 411, "length-required"),
        ] {
          let (answer, sent) = try await blocking { () -> (Peer.Answer?, Int) in
            let peer = try Peer(port: life.port)
            peer.send(head + line + "\r\n\r\n")
            let block = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 16)
            var sent = 0
            // As a sender does that does not listen before it has said all.
            while sent < 1 << 30, !peer.hasMore(withinMilliseconds: 0), peer.send(block) {
              sent += block.count
            }
            return (peer.readAnswer(), sent)
          }
          #expect(answer?.status == status, "\(String(describing: answer))")
          #expect(answer?.body.contains(code) == true)
          #expect(sent < 64 << 20, "\(sent) bytes were taken")
        }
        #expect(try await becomesReady(life.port))
        await life.end()
      }
    }

    @Test("one line of a gigabyte costs itself alone, in memory that it would never fit")
    func hugeLine() async throws {
      let bytes = Rounds.isLong ? 1 << 30 : 32 << 20
      try await Scene.run { scene in
        // Address space for the program and its libraries, but not for such a line.
        let limitKilobytes = Rounds.isLong ? 900_000 : 0
        let limit = limitKilobytes > 0 ? "ulimit -v \(limitKilobytes);" : ""
        let (process, input, output) = (Process(), Pipe(), Pipe())
        for pipe in [input, output] { pipe.closeOnExec() }
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
          "bash", "-c", "\(limit) exec \"$0\" \"$@\"", ServedProgram.url.path, "sync", "demand",
          "-", "--source", "erp", "--database", scene.directURL,
        ]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try await blocking { try write(bytes, to: input) }
        let said = try await blocking { output.fileHandleForReading.readDataToEndOfFile() }
        let text = String(decoding: said, as: UTF8.self)
        try await blocking { process.waitUntilExit() }
        #expect(process.terminationStatus == 0, "\(text)")
        #expect(
          text.contains("received 3 = applied 2 + duplicate 0 + stale 0 + quarantined 1"),
          "\(text)")
        #expect(text.contains("line 3: longer than 1048576 bytes [malformed_row]"), "\(text)")
      }
    }

    /// A good row, a line of so many bytes, and a good row.
    private func write(_ bytes: Int, to pipe: Pipe) throws {
      let end = pipe.fileHandleForWriting
      let block = Data(repeating: UInt8(ascii: "x"), count: 1 << 20)
      try end.write(
        contentsOf: Data("item,location,day,quantity\noats,leeds,2024-01-01,1\n".utf8))
      for _ in 0..<(bytes / block.count) { try end.write(contentsOf: block) }
      try end.write(contentsOf: Data("\noats,leeds,2024-01-02,2\n".utf8))
      try end.close()
    }
  }
}

import Glibc
import Service
import Synchronization
import Testing

@testable import quartermaster

@Suite("The program ends with an exit code and at most one sentence")
struct ProgramTests {
  func surroundings(output descriptor: Int32) -> Surroundings {
    Surroundings(
      environment: [:], output: StandardOutput(descriptor: descriptor), progress: .silent)
  }

  @Test("a wrong word ends it with 64 and one sentence")
  func usage() async {
    let said = Mutex("")
    let code = await Program.run(["frobnicate"], in: surroundings(output: 1)) { text in
      said.withLock { $0 += text }
    }
    #expect(code == .usage)
    #expect(
      said.withLock { $0 }
        == "quartermaster: there is no command 'frobnicate'; 'quartermaster help' lists them\n")
  }

  @Test("a reader that went away ends it quietly")
  func closedPipe() async {
    signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    close(ends[0])
    defer { close(ends[1]) }
    let said = Mutex("")
    let code = await Program.run(["help"], in: surroundings(output: ends[1])) { text in
      said.withLock { $0 += text }
    }
    #expect(code == .outputClosed)
    #expect(said.withLock { $0 } == "")
  }

  @Test("a full disk under standard output is said and ends it with 74")
  func fullDisk() async {
    let descriptor = open("/dev/full", O_WRONLY)
    #expect(descriptor >= 0)
    defer { close(descriptor) }
    let said = Mutex("")
    let code = await Program.run(["help"], in: surroundings(output: descriptor)) { text in
      said.withLock { $0 += text }
    }
    #expect(code == .io)
    #expect(
      said.withLock { $0 }
        == "quartermaster: cannot write standard output: No space left on device\n")
  }
}

import Testing

@testable import Service

@Suite("The private PostgreSQL's home and settings")
struct ClusterHomeTests {
  @Test(
    "the home is the one named, else the account's own",
    arguments: [
      (["QUARTERMASTER_HOME": "/srv/q", "XDG_DATA_HOME": "/d"], true, "/srv/q"),
      (["QUARTERMASTER_HOME": "q"], false, "/srv/q"),
      (["QUARTERMASTER_HOME": "", "XDG_DATA_HOME": "/d"], true, "/var/lib/quartermaster"),
      (["XDG_DATA_HOME": "/d"], false, "/d/quartermaster"),
      (["XDG_DATA_HOME": "relative"], false, "/home/ada/.local/share/quartermaster"),
      ([:], false, "/home/ada/.local/share/quartermaster"),
    ])
  func path(environment: [String: String], isRoot: Bool, expected: String) {
    let path = ClusterHome.path(
      environment: environment, isRoot: isRoot, home: "/home/ada", workingFolder: "/srv")
    #expect(path == expected)
  }

  @Test("the version is read from what the server says of itself")
  func version() {
    #expect(ServerPrograms.majorVersion("postgres (PostgreSQL) 15.20 (Debian 15.20-0)") == 15)
    #expect(ServerPrograms.majorVersion("postgres (PostgreSQL) 17beta1") == 17)
    #expect(ServerPrograms.majorVersion("postgres (PostgreSQL)") == nil)
    #expect(ServerPrograms.majorVersion("") == nil)
  }

  @Test("data get the programs of their own version, new data the first")
  func choice() throws {
    let installed = [17, 15].map { ServerPrograms(version: $0, folder: "/\($0)") }
    #expect(try ServerPrograms.choose(among: installed, dataVersion: 15).version == 15)
    #expect(try ServerPrograms.choose(among: installed, dataVersion: nil).version == 17)
    #expect(throws: ClusterError.versionMissing(data: 16, installed: [17, 15])) {
      try ServerPrograms.choose(among: installed, dataVersion: 16)
    }
  }

  @Test("memory is shared with the machine, within bounds")
  func memory() {
    let small = ClusterSettings.configuration(memoryBytes: 512 * 1_048_576)
    let large = ClusterSettings.configuration(memoryBytes: 256 * 1024 * 1_048_576)
    #expect(small.contains("shared_buffers = 128MB") && small.contains("work_mem = 8MB"))
    #expect(large.contains("shared_buffers = 1024MB") && large.contains("work_mem = 64MB"))
  }

  @Test("an account with a quote in its name stays one name")
  func identities() {
    #expect(
      ClusterSettings.identities(["root", "a\"b"])
        == "quartermaster \"root\" quartermaster\nquartermaster \"a\"\"b\" quartermaster")
  }

  @Test("a server's own file tells where it listens and whether it is ready")
  func processFile() throws {
    let lines = [
      "4711", "/data", "1700000000", "5432", "/tmp/quartermaster-x", "", "1 2", "ready   ",
    ]
    let ready = try #require(RunningServer(lines.joined(separator: "\n")))
    #expect(ready.process == 4711 && ready.socketFolder == "/tmp/quartermaster-x" && ready.isReady)
    let starting = try #require(RunningServer(lines.dropLast().joined(separator: "\n")))
    #expect(!starting.isReady)
    for text in ["", "x", "-4711", "0\n"] { #expect(RunningServer(text) == nil) }
  }

  @Test("a program that is not there, one that fails and one that is killed are told apart")
  func programs() async throws {
    #expect(try await Program(["no-such-program"]).run().status == 127)
    let failed = try await Program(
      script: "echo out; echo err >&2; exit 3", values: [], account: nil
    )
    .run()
    #expect(failed.status == 3 && failed.output == "out\nerr")
    let killed = try await Program(script: "kill -9 $$", values: [], account: nil).run()
    #expect(killed.status == 137)
    let words = try await Program(
      script: "printf '%s|' \"$@\"", values: ["a b", "'; exit 1 #", "$HOME"], account: nil
    ).run()
    #expect(words.output == "a b|'; exit 1 #|$HOME|")
  }
}

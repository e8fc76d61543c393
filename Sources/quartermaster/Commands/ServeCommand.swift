import Service

/// `serve`: the always-on service, until it is asked to end.
struct ServeCommand: RunnableCommand, Hashable {
  let host: String
  let port: Int
  let roles: Set<Daemon.Role>
  let database: String?

  static let grammar = Grammar(
    name: "serve",
    summary: "Run the service: API, pages, schedule, worker and mail",
    details: """
      Sync jobs push to the API and procurement pulls from it, with keys of 'keys create'. The \
      schedule trains all regions by itself. SIGTERM ends it: what has begun is finished first. \
      The log goes to standard error, one JSON object a line.
      """,
    options: [
      .init(
        name: "listen", value: "HOST:PORT",
        help: "default 127.0.0.1:8080; port 0 lets the system choose"),
      .init(
        name: "roles", value: "ROLE,...",
        help: "web, scheduler, worker, mailer; default all of them"),
      .database,
    ],
    examples: [
      .init(
        commandLine: "quartermaster serve",
        effect: "serves http://127.0.0.1:8080 and trains every morning"),
      .init(
        commandLine: "quartermaster serve --roles worker --database postgresql://db.example/qm",
        effect: "carries out runs on another host"),
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    let listen = try arguments.value("listen", "HOST:PORT, as 127.0.0.1:8080", Self.address)
    (host, port) = listen ?? ("127.0.0.1", 8080)
    let names = Daemon.Role.allCases.map(\.rawValue).joined(separator: ", ")
    roles =
      try arguments.value("roles", "some of \(names), joined by commas", Self.roles)
      ?? Set(Daemon.Role.allCases)
    database = arguments.text("database")
  }

  func run(in surroundings: Surroundings) async throws {
    var settings = Daemon.Settings(environment: surroundings.environment)
    settings.database = database
    settings.host = host
    settings.port = port
    settings.roles = roles
    try await Self.serve(settings, in: surroundings)
  }

  /// Serves until a signal asks for the end.
  static func serve(_ settings: Daemon.Settings, in surroundings: Surroundings) async throws {
    let output = surroundings.output
    let signals = EndSignals.taken()
    let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
    try await Daemon(settings, log: .standardError()).run(
      ready: { port in
        guard let port else { return }
        do {
          try output.write("serving http://\(host):\(port)\n")
        } catch {
          complain("quartermaster: standard output is closed; the log says the same\n")
        }
      }, until: { await signals.wait() })
  }

  /// "host:port", "[::1]:port".
  private static func address(_ text: String) -> (String, Int)? {
    guard let colon = text.lastIndex(of: ":"),
      let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port)
    else { return nil }
    var host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    return host.isEmpty ? nil : (host, port)
  }

  private static func roles(_ text: String) -> Set<Daemon.Role>? {
    let words = text.split(separator: ",").map(String.init)
    let roles = words.compactMap(Daemon.Role.init)
    return roles.isEmpty || roles.count != words.count ? nil : Set(roles)
  }
}

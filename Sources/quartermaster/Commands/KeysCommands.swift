import Inventory
import Service

/// `keys create`: a key for a sync job, a reader of a region, or an administrator.
struct KeysCreateCommand: Command, Hashable {
  enum Scope: String, CaseIterable { case sync, read, admin }

  let request: Keys.Request
  let database: String?

  static let grammar = Grammar(
    name: "keys create",
    summary: "Make a key for the API and show it once",
    details: """
      A sync key pushes as its source, a read key reads its region, an admin key does everything. \
      Only the key's SHA-256 is stored. A client may have two live keys, so that it can change \
      from one to the other.
      """,
    options: [
      .init(name: "scope", value: "SCOPE", help: "sync, read or admin", isRequired: true),
      .init(name: "source", value: "NAME", help: "sync: the warehouse system that pushes"),
      .init(name: "region", value: "REGION", help: "read: the region"),
      .init(name: "name", value: "NAME", help: "read, admin: who holds it"),
      .database,
    ],
    examples: [
      .init(
        commandLine: "quartermaster keys create --scope sync --source erp",
        effect: "prints a key with which erp pushes"),
      .init(
        commandLine: "quartermaster keys create --scope read --region north --name buyer",
        effect: "prints a key with which a buyer reads the north"),
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    guard let scope = try arguments.choice("scope", of: Scope.self) else {
      throw .missingOption("scope", grammar: Self.grammar)
    }
    try Self.check(arguments, scope)
    let source = try arguments.value("source", Expected.code) { SourceCode($0) }
    let region = try arguments.value("region", Expected.code) { RegionCode($0) }
    let name = try arguments.value("name", Expected.code) { ClientCode($0) }
    switch (scope, source, region) {
    case (.sync, let source?, _): request = .sync(source)
    case (.read, _, let region?): request = .read(region, name: name)
    case (.admin, _, _): request = .admin(name: name)
    case (.sync, nil, _): throw .missingOption("source", grammar: Self.grammar)
    case (.read, _, nil): throw .missingOption("region", grammar: Self.grammar)
    }
    database = arguments.text("database")
  }

  private static func check(_ arguments: Arguments, _ scope: Scope) throws(UsageFailure) {
    let places: [(option: String, scopes: [Scope])] = [
      ("source", [.sync]), ("region", [.read]), ("name", [.read, .admin]),
    ]
    for (option, scopes) in places where arguments.has(option) && !scopes.contains(scope) {
      let names = scopes.map(\.rawValue).joined(separator: " or ")
      throw .misplacedOption(option, "goes with \(names), not with \(scope.rawValue)")
    }
  }
}

/// `keys list`: whose keys there are, without the keys.
struct KeysListCommand: Command, Hashable {
  let database: String?

  static let grammar = Grammar(
    name: "keys list",
    summary: "Show whose keys there are, and which are revoked",
    options: [.database],
    examples: [
      .init(commandLine: "quartermaster keys list", effect: "lists each key by its number")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) { database = arguments.text("database") }
}

/// `keys revoke`: takes a key away.
struct KeysRevokeCommand: Command, Hashable {
  let key: Int
  let database: String?

  static let grammar = Grammar(
    name: "keys revoke",
    summary: "Take a key away; it stops working within 5 seconds",
    positionals: [.init(name: "KEY", help: "its number in 'quartermaster keys list'")],
    options: [.database],
    examples: [.init(commandLine: "quartermaster keys revoke 3", effect: "revokes key 3")])

  init(_ arguments: Arguments) throws(UsageFailure) {
    guard let key = Int32(arguments.positionals[0]), key > 0 else {
      throw .invalidValue(
        "KEY", arguments.positionals[0], expected: "the number of a key", nearest: nil)
    }
    self.key = Int(key)
    database = arguments.text("database")
  }
}

extension KeysCreateCommand: RunnableCommand {
  func run(in surroundings: Surroundings) async throws {
    let created = try await Database.use(database, environment: surroundings.environment) {
      try await Keys.create(request, actor: surroundings.actor, in: $0)
    }
    try surroundings.output.write(created.report)
  }
}

extension KeysListCommand: RunnableCommand {
  func run(in surroundings: Surroundings) async throws {
    let keys = try await Database.use(database, environment: surroundings.environment) {
      try await Keys.list(in: $0)
    }
    try surroundings.output.write(keys.text)
  }
}

extension KeysRevokeCommand: RunnableCommand {
  func run(in surroundings: Surroundings) async throws {
    let sentence = try await Database.use(database, environment: surroundings.environment) {
      try await Keys.revoke(key, actor: surroundings.actor, in: $0).revocation
    }
    try surroundings.output.write(sentence)
  }
}

extension Surroundings {
  /// Who the audit says it was.
  var actor: String { "command line of " + (environment["USER"] ?? "somebody") }
}

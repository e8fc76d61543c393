import Digests
import Inventory
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Keys")
struct KeysTests {
  func authenticated(_ text: KeyText, in session: Session) async throws -> KeyRecord? {
    let digest = try text.digest()
    return try await session.run { db in try KeyStore.authenticate(digest, in: db) }
  }

  @Test("a key works from its creation to its revocation, and only its digest is stored")
  func life() async throws {
    try await withDatabase(.migrated) { session, _ in
      let created = try await Keys.create(.sync(code("erp")), actor: "ann", in: session)
      #expect(created.text.secret.hasPrefix("qm_s"))
      let key = try #require(try await authenticated(created.text, in: session))
      #expect(key.scope == .sync(code("erp")) && key.client == code("erp"))
      let stored: [[UInt8]] = try await session.run { db in
        try db.rows("SELECT digest FROM api_key").map { try $0[0] }
      }
      #expect(stored == [try created.text.digest().bytes])
      try await Keys.revoke(created.id, actor: "bob", in: session)
      #expect(try await authenticated(created.text, in: session) == nil)
      let audit = try await session.run { db in try AuditStore.latest(10, in: db) }
      #expect(
        audit.map { "\($0.actor) \($0.action) \($0.subject)" } == [
          "bob key-revoked key \(created.id): sync of erp",
          "ann key-created key \(created.id): sync of erp",
        ])
    }
  }

  @Test("a client has two live keys at most, however many ask at once; revoking makes room")
  func rotation() async throws {
    try await withDatabase(.migrated) { session, target in
      let made = try await withThrowingTaskGroup(of: Int?.self) { group in
        for _ in 0..<6 {
          group.addTask {
            let own = try await Session.connect(target)
            let request = Keys.Request.read(code("north"), name: code("buyer"))
            do {
              let id = try await Keys.create(request, actor: "ann", in: own).id
              await own.close()
              return id
            } catch is KeyError {
              await own.close()
              return nil
            }
          }
        }
        return try await group.reduce(into: []) { made, id in made += [id].compactMap { $0 } }
      }
      #expect(made.count == 2)
      // Another region, another name and another scope are other clients.
      _ = try await Keys.create(.read(code("south"), name: code("buyer")), actor: "a", in: session)
      _ = try await Keys.create(.read(code("north"), name: nil), actor: "a", in: session)
      _ = try await Keys.create(.admin(name: code("buyer")), actor: "a", in: session)
      try await Keys.revoke(made[0], actor: "ann", in: session)
      _ = try await Keys.create(.read(code("north"), name: code("buyer")), actor: "a", in: session)
      let listed = try await Keys.list(in: session)
      #expect(listed.count == 6)
      #expect(listed.last?.id == made[0] && listed.last?.revokedAt != nil)
    }
  }

  @Test("a key that is not there cannot be revoked")
  func unknown() async throws {
    try await withDatabase(.migrated) { session, _ in
      let error = await #expect(throws: KeyError.self) {
        try await Keys.revoke(7, actor: "ann", in: session)
      }
      #expect(error == .unknownKey(7))
      let audited = try await Warehouse(session: session).count("audit")
      #expect(audited == 0)
    }
  }

  @Test(
    "what can be no key is not looked for",
    arguments: [
      "", "qm_", "qm_s", "qm_x" + String(repeating: "A", count: 43),
      "qm_s" + String(repeating: "A", count: 42), "qm_s" + String(repeating: "A", count: 44),
      "qm_s" + String(repeating: "+", count: 43), "QM_s" + String(repeating: "A", count: 43),
    ])
  func malformed(text: String) async throws {
    let found = try await KeyRing().key(text, now: .zero) { _ in
      Issue.record("the database was asked")
      return nil
    }
    #expect(found == nil)
  }

  @Test("a good key is asked for once in five seconds, a bad one every time")
  func ring() async throws {
    let ring = KeyRing(lifetime: .seconds(5), capacity: 2)
    let good = KeyRecord(
      id: 1, scope: .admin, client: code("admin"), createdAt: Instant(microseconds: 0),
      revokedAt: nil)
    func text(_ letter: String) -> String { "qm_a" + String(repeating: letter, count: 43) }
    func asks(_ letter: String, at seconds: Double, answer: KeyRecord?) async throws -> Bool {
      var asked = false
      let found = try await ring.key(text(letter), now: .seconds(seconds)) { _ in
        asked = true
        return answer
      }
      #expect(found == answer || !asked)
      return asked
    }
    #expect(try await asks("A", at: 0, answer: good))
    #expect(try await asks("A", at: 4.9, answer: nil) == false)
    #expect(try await asks("A", at: 5, answer: nil))
    #expect(try await asks("A", at: 5.1, answer: nil))
    // Beyond its capacity it forgets what is over, and asks for the rest.
    for (letter, second) in [("B", 10.0), ("C", 10), ("D", 10)] {
      #expect(try await asks(letter, at: second, answer: good))
    }
    #expect(try await asks("D", at: 11, answer: good))
    #expect(try await asks("D", at: 15.1, answer: good))
    #expect(try await asks("D", at: 15.2, answer: good) == false)
  }
}

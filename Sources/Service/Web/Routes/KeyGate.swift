internal import HTTP
internal import Inventory
internal import Postgres
internal import Storage

/// Knows callers by their keys: `Authorization: Bearer KEY`.
struct KeyGate: Gatekeeper {
  let pool: SessionPool
  let ring: KeyRing

  func showsKey(_ request: Request) -> Bool { KeyGate.key(of: request) != nil }

  func caller(of request: Request) async throws -> Caller? {
    guard let text = KeyGate.key(of: request) else { return nil }
    let record = try await ring.key(text, now: elapsed()) { digest in
      try await pool.use { session in
        try await session.run { db in try KeyStore.authenticate(digest, in: db) }
      }
    }
    return record.flatMap(Caller.init)
  }

  private static func key(of request: Request) -> String? {
    let words = (request.headers["Authorization"] ?? "").split(separator: " ")
    guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
    return String(words[1])
  }

  private func elapsed() -> Duration {
    let start = ContinuousClock.Instant.now
    return KeyGate.start.duration(to: start)
  }

  private static let start = ContinuousClock.Instant.now
}

extension Caller {
  /// Nil for a sync key whose client is no source any more.
  init?(_ record: KeyRecord) {
    let reach: Reach
    switch record.scope {
    case .sync(let source): reach = .sync(source)
    case .read(let region): reach = .read(region)
    case .admin: reach = .admin
    }
    self.init(keyID: String(record.id), reach: reach)
  }
}

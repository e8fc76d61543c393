public import Digests
public import Storage
internal import Synchronization

/// Remembers for a few seconds which keys are good, so that a busy client costs no query per
/// request, and a revoked key is refused within that time.
///
/// Only good keys are remembered: a new one works at once, and guesses fill no memory.
public final class KeyRing: Sendable {
  private struct Entry {
    let key: KeyRecord
    /// When the database was asked: not when it answered, which may be after a revocation.
    let askedAt: Duration
  }

  /// How long a revoked key may still be taken for good.
  public static let defaultLifetime: Duration = .seconds(5)

  private let lifetime: Duration
  private let capacity: Int
  private let entries = Mutex<[SHA256Digest: Entry]>([:])

  public init(lifetime: Duration = KeyRing.defaultLifetime, capacity: Int = 1024) {
    self.lifetime = lifetime
    self.capacity = capacity
  }

  /// The key that a client presents, or nil when it is none or revoked.
  ///
  /// - Parameters:
  ///   - now: time since any fixed moment, from a clock that only goes forward.
  ///   - look: asks the database, as `KeyStore.authenticate` does.
  public func key(
    _ text: String, now: Duration, look: (SHA256Digest) async throws -> KeyRecord?
  ) async throws -> KeyRecord? {
    guard let digest = try KeyText(text)?.digest() else { return nil }
    if let known = remembered(digest, now: now) { return known }
    guard let key = try await look(digest) else { return nil }
    remember(key, by: digest, askedAt: now)
    return key
  }

  private func remembered(_ digest: SHA256Digest, now: Duration) -> KeyRecord? {
    entries.withLock { entries in
      guard let entry = entries[digest], now - entry.askedAt < lifetime else { return nil }
      return entry.key
    }
  }

  private func remember(_ key: KeyRecord, by digest: SHA256Digest, askedAt now: Duration) {
    entries.withLock { entries in
      if entries.count >= capacity {
        entries = entries.filter { now - $0.value.askedAt < lifetime }
      }
      if entries.count < capacity { entries[digest] = Entry(key: key, askedAt: now) }
    }
  }
}

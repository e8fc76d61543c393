import HTTP
internal import Inventory

/// Who asks, as his key says.
struct Caller: Hashable, Sendable {
  enum Reach: Hashable, Sendable {
    case sync(SourceCode)
    case read(RegionCode)
    case admin

    var scope: Access.Scope {
      switch self {
      case .sync: .sync
      case .read: .read
      case .admin: .admin
      }
    }
  }

  /// The key's number, for logs and limits; never the key.
  let keyID: String
  let reach: Reach

  /// Whether rows of a region may be shown to him.
  func maySee(_ region: RegionCode) -> Bool {
    switch reach {
    case .admin: true
    case .read(let own): own == region
    case .sync: false
    }
  }
}

/// Knows who asks.
protocol Gatekeeper: Sendable {
  /// Whether the request shows a key at all, good or bad; asks nobody.
  func showsKey(_ request: Request) -> Bool

  /// Whose key it is; nil for one that is none or was revoked.
  func caller(of request: Request) async throws -> Caller?
}

internal import Digests

/// That someone showed a good key, until when.
struct PageSession: Hashable, Sendable {
  static let lifetimeSeconds: Int64 = 12 * 3600

  /// Names the key; what it opens, and whether it still does, is asked each time.
  let key: SHA256Digest
  /// Since 1970.
  let expirySeconds: Int64
}

/// Writes sessions so that nobody without the secret can make or change one: nothing has to be
/// stored, and the key itself never leaves the sign-in form.
///
/// `v1.<expiry>.<digest of the key>.<HMAC-SHA-256 over what stands before>`
struct SessionSeal: Sendable {
  private static let version = "v1"

  private let secret: [UInt8]

  /// - Parameter secret: at least 32 random bytes. Instances that share it know each other's
  ///   sessions; with a fresh one at each start, all must sign in again.
  init(secret: [UInt8]) {
    precondition(secret.count >= 32, "a secret has at least 32 bytes")
    self.secret = secret
  }

  func token(of session: PageSession) throws -> String {
    let content = "\(Self.version).\(session.expirySeconds).\(Base64URL.text(session.key.bytes))"
    return "\(content).\(Base64URL.text(try seal(content).bytes))"
  }

  /// Nil for what this secret did not seal, and for what has expired.
  func session(_ token: String, nowSeconds: Int64) throws -> PageSession? {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard token.utf8.count <= 200, parts.count == 4, parts[0] == Self.version,
      let given = Base64URL.bytes(parts[3]),
      try seal(parts[0..<3].joined(separator: ".")).matches(given),
      let expiry = Int64(parts[1]), expiry > nowSeconds,
      let key = Base64URL.bytes(parts[2]).flatMap(SHA256Digest.init(bytes:))
    else { return nil }
    return PageSession(key: key, expirySeconds: expiry)
  }

  /// The purpose stands in front, so that no other use of the secret makes a seal.
  private func seal(_ content: String) throws -> SHA256Digest {
    try HMAC.sha256(Array("quartermaster page session\n\(content)".utf8), secret: secret)
  }
}

/// The cookie that carries a session (RFC 6265): out of reach of scripts, never sent along from
/// another site, and not without TLS where it came with it.
enum SessionCookie {
  static let name = "quartermaster_session"

  static func setting(_ token: String, isSecure: Bool) -> String {
    written(token, maximumAgeSeconds: PageSession.lifetimeSeconds, isSecure: isSecure)
  }

  static func clearing(isSecure: Bool) -> String {
    written("", maximumAgeSeconds: 0, isSecure: isSecure)
  }

  /// The token in `Cookie` headers; nil when there is none, or when there are two that differ.
  static func token(in headers: [String]) -> String? {
    let tokens = headers.flatMap { $0.split(separator: ";") }.compactMap { pair -> Substring? in
      let pair = pair.drop { $0 == " " }
      guard pair.hasPrefix("\(name)=") else { return nil }
      return pair.dropFirst(name.count + 1)
    }
    guard let token = tokens.first, tokens.allSatisfy({ $0 == token }) else { return nil }
    return token.isEmpty ? nil : String(token)
  }

  private static func written(
    _ token: String, maximumAgeSeconds: Int64, isSecure: Bool
  ) -> String {
    "\(name)=\(token); Path=/; Max-Age=\(maximumAgeSeconds); HttpOnly; SameSite=Strict"
      + (isSecure ? "; Secure" : "")
  }
}

/// A form's body: `application/x-www-form-urlencoded`.
enum FormBody {
  static let mediaType = "application/x-www-form-urlencoded"

  /// The field's value; nil where it is missing, repeated or no UTF-8.
  static func value(_ name: String, in body: [UInt8]) -> String? {
    let values = body.split(separator: UInt8(ascii: "&")).compactMap { pair -> [UInt8]? in
      let halves = pair.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard halves.count == 2, decoded(halves[0]) == Array(name.utf8) else { return nil }
      return decoded(halves[1])
    }
    guard values.count == 1 else { return nil }
    return String(validating: values[0], as: UTF8.self)
  }

  private static func decoded(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    var decoded: [UInt8] = []
    var rest = bytes
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "+"): decoded.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit)
        else { return nil }
        decoded.append(high << 4 | low)
      default: decoded.append(byte)
      }
    }
    return decoded
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 48
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 87
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 55
    default: nil
    }
  }
}

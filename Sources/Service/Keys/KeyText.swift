public import Digests
internal import Storage

/// The key as its client holds it: `qm_`, a letter for its scope, and 32 random bytes in base64url.
///
/// Shown once, when it is made; its description shows nothing.
public struct KeyText: Hashable, Sendable, CustomStringConvertible {
  private static let randomBytes = 32
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
  private static let letters = ["sync": "s", "read": "r", "admin": "a"]

  /// The secret itself.
  public let secret: String

  /// Reads what a client presents; nil for what can be no key, so that nobody looks for it.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 47, text.hasPrefix("qm_"),
      KeyText.letters.values.contains(String(decoding: bytes[3...3], as: UTF8.self)),
      bytes[4...].allSatisfy({ KeyText.digits.contains($0) })
    else { return nil }
    secret = text
  }

  private init(secret: String) { self.secret = secret }

  /// A key that nobody can guess.
  static func make(for scope: KeyScope) throws -> KeyText {
    let random = try RandomBytes.make(count: randomBytes)
    return KeyText(secret: "qm_" + (letters[scope.word] ?? "") + base64URL(random))
  }

  /// What is stored of it.
  public func digest() throws(DigestError) -> SHA256Digest {
    try SHA256.digest(of: Array(secret.utf8))
  }

  public var description: String { "KeyText" }

  /// RFC 4648, 5, without padding.
  private static func base64URL(_ bytes: [UInt8]) -> String {
    var (text, bits, count): ([UInt8], UInt32, Int) = ([], 0, 0)
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      count += 8
      while count >= 6 {
        count -= 6
        text.append(digits[Int(bits >> UInt32(count)) & 63])
      }
    }
    if count > 0 { text.append(digits[Int(bits << UInt32(6 - count)) & 63]) }
    return String(decoding: text, as: UTF8.self)
  }
}

/// HMAC with SHA-256 (RFC 2104): a digest that only who knows the secret can make.
public enum HMAC {
  private static let blockBytes = 64

  /// H((k xor opad) ‖ H((k xor ipad) ‖ message)), where k is the secret filled up with zeros to 64
  /// bytes, or its digest where it is longer.
  public static func sha256(
    _ message: [UInt8], secret: [UInt8]
  ) throws(DigestError) -> SHA256Digest {
    var key = secret.count > blockBytes ? try SHA256.digest(of: secret).bytes : secret
    key += [UInt8](repeating: 0, count: blockBytes - key.count)
    let inner = try SHA256.digest(of: key.map { $0 ^ 0x36 } + message)
    return try SHA256.digest(of: key.map { $0 ^ 0x5C } + inner.bytes)
  }
}

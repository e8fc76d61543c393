internal import CCrypto

/// libcrypto refused: no memory, or its configuration forbids the algorithm.
public enum DigestError: Error, Hashable, Sendable {
  case unavailable
}

/// The 32 bytes of a SHA-256 digest (FIPS 180-4).
public struct SHA256Digest: Hashable, Sendable, CustomStringConvertible {
  public let bytes: [UInt8]

  /// Nil unless there are 32 bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self.bytes = bytes
  }

  fileprivate init(checked bytes: [UInt8]) { self.bytes = bytes }

  /// 64 lower-case hexadecimal digits.
  public var hexadecimal: String { Hexadecimal.text(bytes) }
  public var description: String { hexadecimal }
}

/// SHA-256 of bytes that arrive piece by piece.
public struct SHA256: ~Copyable {
  private let context: OpaquePointer

  public init() throws(DigestError) {
    guard let fresh = EVP_MD_CTX_new() else { throw .unavailable }
    guard EVP_DigestInit_ex(fresh, EVP_sha256(), nil) == 1 else {
      EVP_MD_CTX_free(fresh)
      throw .unavailable
    }
    context = fresh
  }

  deinit { EVP_MD_CTX_free(context) }

  public func update(_ bytes: UnsafeRawBufferPointer) throws(DigestError) {
    guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else {
      throw .unavailable
    }
  }

  public func update(_ bytes: [UInt8]) throws(DigestError) {
    let accepted = bytes.withUnsafeBytes {
      EVP_DigestUpdate(context, $0.baseAddress, $0.count) == 1
    }
    guard accepted else { throw .unavailable }
  }

  /// The digest of everything so far. More may follow: the running state is copied.
  public func digest() throws(DigestError) -> SHA256Digest {
    guard let copy = EVP_MD_CTX_new() else { throw .unavailable }
    defer { EVP_MD_CTX_free(copy) }
    var bytes = [UInt8](repeating: 0, count: 32)
    guard EVP_MD_CTX_copy_ex(copy, context) == 1, EVP_DigestFinal_ex(copy, &bytes, nil) == 1 else {
      throw .unavailable
    }
    return SHA256Digest(checked: bytes)
  }

  /// The digest of bytes that are all there.
  public static func digest(of bytes: [UInt8]) throws(DigestError) -> SHA256Digest {
    let hasher = try SHA256()
    try hasher.update(bytes)
    return try hasher.digest()
  }
}

extension SHA256Digest {
  /// Whether the bytes are this digest's, in a time that does not depend on where they differ.
  public func matches(_ other: [UInt8]) -> Bool {
    other.count == bytes.count && CRYPTO_memcmp(bytes, other, bytes.count) == 0
  }
}

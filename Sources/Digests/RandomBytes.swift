internal import CCrypto

/// Bytes nobody can guess, for keys and tokens.
public enum RandomBytes {
  public static func make(count: Int) throws(DigestError) -> [UInt8] {
    precondition((0...65_536).contains(count), "0 to 65,536 random bytes at a time")
    var bytes = [UInt8](repeating: 0, count: count)
    guard RAND_bytes(&bytes, Int32(count)) == 1 else { throw .unavailable }
    return bytes
  }
}

/// What a request's target says: a path in segments and a query in items, decoded.
struct Target: Hashable, Sendable {
  var path: [String]
  var query: [QueryItem]

  /// `*`, which asks about the server as a whole.
  var isAsterisk: Bool { path == ["*"] }

  /// Reads the origin form (RFC 9112, section 3.2.1) and `*`. The absolute and authority forms are
  /// for proxies, which this server is not: two opinions about the host are one too many.
  init(_ bytes: ArraySlice<UInt8>) throws(MalformedRequest) {
    if bytes.elementsEqual([UInt8(ascii: "*")]) {
      (path, query) = (["*"], [])
      return
    }
    guard bytes.first == UInt8(ascii: "/") else { throw .targetForm }
    guard bytes.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }) else {
      throw .targetForm
    }
    let question = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.endIndex
    path = []
    for segment in bytes[..<question].dropFirst()
      .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    {
      path.append(try Target.decoded(segment, plusIsSpace: false))
    }
    if path == [""] { path = [] }
    query = try Target.items(bytes[question...].dropFirst())
  }

  /// Pairs as queries and forms have them.
  static func items(_ bytes: ArraySlice<UInt8>) throws(MalformedRequest) -> [QueryItem] {
    var items: [QueryItem] = []
    for pair in bytes.split(separator: UInt8(ascii: "&")) {
      let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
      items.append(
        QueryItem(
          name: try decoded(pair[..<equals], plusIsSpace: true),
          value: try decoded(pair[equals...].dropFirst(), plusIsSpace: true)))
    }
    return items
  }

  /// Percent decoding into UTF-8. What decodes to a control character is refused: nothing this
  /// server names has one, and logs and databases would have to live with it.
  private static func decoded(
    _ bytes: ArraySlice<UInt8>, plusIsSpace: Bool
  ) throws(MalformedRequest) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var place = bytes.startIndex
    while place < bytes.endIndex {
      var byte = bytes[place]
      if byte == UInt8(ascii: "%") {
        guard place + 2 < bytes.endIndex,
          let high = ASCII.hexadecimalValue(bytes[place + 1]),
          let low = ASCII.hexadecimalValue(bytes[place + 2])
        else { throw .percentEncoding }
        byte = high << 4 | low
        place += 2
      } else if plusIsSpace, byte == UInt8(ascii: "+") {
        byte = ASCII.space
      }
      guard byte >= 0x20, byte != 0x7F else { throw .percentEncoding }
      result.append(byte)
      place += 1
    }
    guard let text = String(validating: result, as: UTF8.self) else { throw .percentEncoding }
    return text
  }
}

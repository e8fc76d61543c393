/// Why a text is no address of an SMTP server. None of them holds the text: it may hold a password.
public enum SMTPServerFault: Error, Hashable, Sendable {
  /// Neither `smtp://` nor `smtps://`.
  case scheme
  /// No host, or one with other characters than a host name or address has.
  case host
  case port
  /// `%` without two hexadecimal digits, bytes that are not UTF-8, or a control character.
  case credentials
  /// A path, a fragment, or a query that is not known; the name of what it holds.
  case surplus(String)
  /// A password, another machine, and `tls=none`.
  case passwordInTheClear
}

/// Where mail is handed over: `smtp://user:password@host:587` or `smtps://host:465`.
///
/// `smtp` begins in the clear and must change to TLS by STARTTLS before anything is said; `smtps`
/// is TLS from the first byte. The certificate is always verified. Without being told otherwise,
/// only a server on this machine's loopback is spoken to without TLS.
///
/// Two queries: `?tls=required` or `?tls=none` says it outright, and `?ca=FILE` names a file of PEM
/// certificates to trust instead of the system's. A password is never sent in the clear to another
/// machine.
///
/// Its description shows no credentials.
public struct SMTPServer: Hashable, Sendable, CustomStringConvertible {
  public let host: String
  public let port: Int
  /// TLS from the first byte.
  public let isTLSFromStart: Bool
  /// Nothing is said before TLS.
  public let requiresTLS: Bool
  let user: String?
  let password: String?
  let trustedCertificates: String?

  public init(_ url: String) throws(SMTPServerFault) {
    var rest = url[...]
    if rest.hasPrefix("smtps://") {
      isTLSFromStart = true
    } else if rest.hasPrefix("smtp://") {
      isTLSFromStart = false
    } else {
      throw .scheme
    }
    rest = rest.dropFirst(isTLSFromStart ? 8 : 7)
    let query = rest.cut(behind: "?")
    if let credentials = rest.cut(beforeLast: "@") {
      (user, password) = try SMTPServer.credentials(credentials)
    } else {
      (user, password) = (nil, nil)
    }
    if rest.last == "/" { rest.removeLast() }
    if rest.contains("/") || rest.contains("#") { throw .surplus("path") }
    (host, port) = try SMTPServer.place(rest, defaultPort: isTLSFromStart ? 465 : 587)
    let queries = try SMTPServer.queries(query ?? "")
    trustedCertificates = queries["ca"]
    let isLocal = SMTPServer.isLoopback(host)
    switch queries["tls"] {
    case nil: requiresTLS = isTLSFromStart || !isLocal
    case "required": requiresTLS = true
    case "none" where !isTLSFromStart: requiresTLS = false
    default: throw .surplus("tls")
    }
    guard requiresTLS || isLocal || password == nil else { throw .passwordInTheClear }
  }

  public var description: String { "\(isTLSFromStart ? "smtps" : "smtp")://\(host):\(port)" }

  private static func place(
    _ text: Substring, defaultPort: Int
  ) throws(SMTPServerFault) -> (String, Int) {
    var rest = text
    var host: Substring
    if rest.first == "[", let end = rest.firstIndex(of: "]") {
      host = rest[...end]
      rest = rest[rest.index(after: end)...]
      guard host.dropFirst().dropLast().allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." })
      else { throw .host }
    } else {
      host = rest.prefix { $0 != ":" }
      rest = rest.dropFirst(host.count)
      guard host.utf8.allSatisfy(isHostByte) else { throw .host }
    }
    guard !host.isEmpty, host.utf8.count <= 255 else { throw .host }
    guard !rest.isEmpty else { return (host.lowercased(), defaultPort) }
    guard rest.first == ":", let port = Int(rest.dropFirst()), (1...65_535).contains(port) else {
      throw .port
    }
    return (host.lowercased(), port)
  }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch Unicode.Scalar(byte) {
    case "a"..."z", "A"..."Z", "0"..."9", "-", ".": true
    default: false
    }
  }

  private static func isLoopback(_ host: String) -> Bool {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return host == "localhost" || host == "[::1]"
      || (parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil })
  }

  private static func credentials(
    _ text: Substring
  ) throws(SMTPServerFault) -> (user: String, password: String) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let user = decoded(parts[0]), let password = decoded(parts[1]),
      !user.isEmpty, isPrintable(user), isPrintable(password)
    else { throw .credentials }
    return (user, password)
  }

  private static func queries(_ text: Substring) throws(SMTPServerFault) -> [String: String] {
    var known: [String: String] = [:]
    for pair in text.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      guard name == "tls" || name == "ca", parts.count == 2, let value = decoded(parts[1]),
        !value.isEmpty, isPrintable(value), known.updateValue(value, forKey: name) == nil
      else { throw .surplus(name) }
    }
    return known
  }

  /// Without its percent signs; nil where they or the UTF-8 behind them are broken.
  private static func decoded(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = rest.prefix(2)
      guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
      else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}

extension Substring {
  /// Takes off and returns what stands behind the first separator, and the separator with it.
  fileprivate mutating func cut(behind separator: Character) -> Substring? {
    guard let place = firstIndex(of: separator) else { return nil }
    defer { self = self[..<place] }
    return self[index(after: place)...]
  }

  /// Takes off and returns what stands before the last separator, and the separator with it.
  fileprivate mutating func cut(beforeLast separator: Character) -> Substring? {
    guard let place = lastIndex(of: separator) else { return nil }
    defer { self = self[index(after: place)...] }
    return self[..<place]
  }
}

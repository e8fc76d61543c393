/// What is wrong with a piece of a message, found before anything is sent.
public enum MessageFault: Error, Hashable, Sendable {
  /// Not `local@domain` within the limits of `MailAddress`.
  case address(String)
  /// Neither an address nor `Name <address>`.
  case sender(String)
  /// Not `<left@right>` of atoms, at most 250 bytes.
  case headerID(String)
  /// A subject that is empty, longer than 400 bytes, or holds a control character.
  case subject
  /// A body with a NUL.
  case body
}

/// The address of one mailbox, in the form that every server takes: a dot-atom of ASCII, `@`, and a
/// host name.
///
/// Limits of RFC 5321, 4.5.3.1: 64 bytes before the `@`, 255 behind it, 254 in all (a path of 256
/// with its brackets). Quoted local parts, comments, address literals and non-ASCII characters are
/// refused: planners' mailboxes have none, and each is a way past a check. A domain with other
/// letters is written in its `xn--` form. What is left holds no character that could end a command
/// or a header line.
public struct MailAddress: Hashable, Sendable, CustomStringConvertible {
  public let local: String
  /// In lower case: domains are compared so.
  public let domain: String

  public init(_ text: String) throws(MessageFault) {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard text.utf8.count <= 254, parts.count == 2, Self.isLocal(parts[0]),
      Self.isDomain(parts[1])
    else { throw .address(text) }
    local = String(parts[0])
    domain = parts[1].lowercased()
  }

  public var description: String { "\(local)@\(domain)" }

  private static func isLocal(_ text: Substring) -> Bool {
    text.utf8.count <= 64 && isDotAtom(text)
  }

  /// Labels of letters, digits and inner hyphens, at most 63 each.
  private static func isDomain(_ text: Substring) -> Bool {
    text.utf8.count <= 255
      && text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        .allSatisfy { label in
          (1...63).contains(label.count) && label.first != UInt8(ascii: "-")
            && label.last != UInt8(ascii: "-")
            && label.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
        }
  }
}

/// RFC 5322, 3.2.3: atoms joined by single dots.
func isDotAtom(_ text: some StringProtocol) -> Bool {
  text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    .allSatisfy { atom in !atom.isEmpty && atom.allSatisfy(isAtomText) }
}

private let atomSigns = Set("!#$%&'*+-/=?^_`{|}~".utf8)

private func isAtomText(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || atomSigns.contains(byte) }

private func isAlphanumeric(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "a")...UInt8(ascii: "z"):
    true
  default: false
  }
}

/// Who a message is from: an address, with or without a name.
public struct Sender: Hashable, Sendable, CustomStringConvertible {
  public let name: String?
  public let address: MailAddress

  /// Reads `address` or `Name <address>`.
  public init(_ text: String) throws(MessageFault) {
    guard text.hasSuffix(">"), let bracket = text.lastIndex(of: "<") else {
      name = nil
      address = try MailAddress(text)
      return
    }
    let name = text[..<bracket].drop { $0 == " " }
    let trimmed = String(name.reversed().drop { $0 == " " }.reversed())
    let inner = text[text.index(after: bracket)...].dropLast()
    guard trimmed.utf8.count <= 200, isPrintable(trimmed) else { throw .sender(text) }
    self.name = trimmed.isEmpty ? nil : trimmed
    address = try MailAddress(String(inner))
  }

  public var description: String { name.map { "\($0) <\(address)>" } ?? "\(address)" }
}

/// Whether text has no C0, DEL or C1 control and no line or paragraph separator.
func isPrintable(_ text: String) -> Bool {
  text.unicodeScalars.allSatisfy { scalar in
    scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value)
      && scalar.value != 0x2028 && scalar.value != 0x2029
  }
}

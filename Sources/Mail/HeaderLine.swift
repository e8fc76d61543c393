/// A header line of RFC 5322, folded so that no line is longer than 78 characters.
struct HeaderLine {
  private static let lineLimit = 78
  /// RFC 2047, 2: an encoded word has at most 75 characters, delimiters included.
  private static let encodedWordLimit = 75
  /// The same place: a line that holds one has at most 76.
  private static let encodedLineLimit = 76
  private static let (start, end) = ("=?UTF-8?B?", "?=")

  private(set) var text: String
  private var column: Int

  init(_ name: String) {
    text = name + ":"
    column = text.utf8.count
  }

  /// Appends a word of ASCII, on the next line where this one is full.
  mutating func append(word: String) {
    let length = word.utf8.count
    if column + 1 + length > HeaderLine.lineLimit, column > 0 {
      text += "\r\n"
      column = 0
    }
    text += " " + word
    column += 1 + length
  }

  /// Appends text for people: as it stands where RFC 5322 allows that, else as encoded words.
  mutating func append(unstructured value: String) {
    guard HeaderLine.standsAsItIs(value) else { return appendEncoded(value) }
    for word in value.split(separator: " ") { append(word: String(word)) }
  }

  /// Appends a name before an address: atoms as they are, anything else as encoded words.
  mutating func append(phrase value: String) {
    let words = value.split(separator: " ")
    guard HeaderLine.standsAsItIs(value), words.allSatisfy({ isDotAtom($0) && !$0.contains(".") })
    else { return appendEncoded(value) }
    for word in words { append(word: String(word)) }
  }

  /// Spaces at the ends or in a row would be lost in folding, long words cannot be folded, and
  /// `=?` would be read as the beginning of an encoded word.
  private static func standsAsItIs(_ value: String) -> Bool {
    value.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !value.contains("=?")
      && value.split(separator: " ", omittingEmptySubsequences: false)
        .allSatisfy { !$0.isEmpty && $0.utf8.count < lineLimit - 1 }
  }

  /// RFC 2047, encoding B. Each encoded word holds whole characters, and the space between two of
  /// them is not shown.
  private mutating func appendEncoded(_ value: String) {
    var bytes: [UInt8] = []
    for scalar in value.unicodeScalars {
      let next = Array(String(scalar).utf8)
      if bytes.count + next.count > room {
        append(word: HeaderLine.start + base64(bytes) + HeaderLine.end)
        bytes.removeAll()
      }
      bytes += next
    }
    append(word: HeaderLine.start + base64(bytes) + HeaderLine.end)
  }

  /// How many bytes an encoded word can hold that ends this line, or else fills the next.
  private var room: Int {
    let delimiters = HeaderLine.start.utf8.count + HeaderLine.end.utf8.count
    let left = HeaderLine.encodedLineLimit - column - 1 - delimiters
    let whole = HeaderLine.encodedWordLimit - delimiters
    return (left >= 16 ? min(left, whole) : whole) / 4 * 3
  }
}

/// RFC 4648, 4.
func base64(_ bytes: [UInt8]) -> String {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var text: [UInt8] = []
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start..<min(start + 3, bytes.count)]
    let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
    for place in 0..<4 {
      let digit = alphabet[Int(bits >> UInt32(18 - 6 * place)) & 63]
      text.append(place <= group.count ? digit : UInt8(ascii: "="))
    }
  }
  return String(decoding: text, as: UTF8.self)
}

/// The content encoding of RFC 2045, 6.7: text of any script in lines of at most 76 ASCII
/// characters that end in CRLF, readable where it is Latin.
enum QuotedPrintable {
  private static let lineLimit = 76

  static func encode(_ text: String) -> [UInt8] {
    var output: [UInt8] = []
    for line in lines(text) {
      encode(line: line, into: &output)
      output += [13, 10]
    }
    return output
  }

  /// Cuts at CRLF, LF or CR; a last line break begins no further line.
  private static func lines(_ text: String) -> [[UInt8]] {
    var lines: [[UInt8]] = [[]]
    var afterReturn = false
    for byte in text.utf8 {
      defer { afterReturn = byte == 13 }
      switch byte {
      case 10 where afterReturn: continue
      case 10, 13: lines.append([])
      default: lines[lines.count - 1].append(byte)
      }
    }
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  private static func encode(line: [UInt8], into output: inout [UInt8]) {
    var column = 0
    for (place, byte) in line.enumerated() {
      let isLast = place == line.count - 1
      let encoded = encode(byte, isLast: isLast)
      // The limit counts the "=" that says that the line goes on.
      if column + encoded.count > lineLimit - (isLast ? 0 : 1) {
        output += [UInt8(ascii: "="), 13, 10]
        column = 0
      }
      output += encoded
      column += encoded.count
    }
  }

  /// White space at the end of a line would be lost on the way.
  private static func encode(_ byte: UInt8, isLast: Bool) -> [UInt8] {
    switch byte {
    case UInt8(ascii: "="): break
    case 0x21...0x7E: return [byte]
    case 0x20, 0x09: if !isLast { return [byte] }
    default: break
    }
    let digits = Array("0123456789ABCDEF".utf8)
    return [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
  }
}

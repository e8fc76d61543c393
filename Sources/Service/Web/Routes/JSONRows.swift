/// Turns a JSON array of objects into lines of one object each, which is what the reader takes.
///
/// Only the array's own structure is looked at: what is inside an object is the reader's to judge,
/// row by row, so that one bad object costs itself alone.
enum JSONRows {
  static func lines(_ body: [UInt8]) throws(WebRefusal) -> [UInt8] {
    var scan = Scan(body)
    try scan.array()
    // An array without rows is a push of none, as of a day without sales; no content at all is not.
    return scan.lines.isEmpty ? [UInt8(ascii: "\n")] : scan.lines
  }

  private struct Scan {
    private let body: [UInt8]
    private var place = 0
    private(set) var lines: [UInt8] = []

    init(_ body: [UInt8]) {
      self.body = body
      lines.reserveCapacity(body.count)
    }

    mutating func array() throws(WebRefusal) {
      guard next() == UInt8(ascii: "[") else { throw broken("an array of objects is wanted") }
      guard peek() != UInt8(ascii: "]") else {
        place += 1
        return try end()
      }
      while true {
        try object()
        switch next() {
        case UInt8(ascii: ","): continue
        case UInt8(ascii: "]"): return try end()
        default: throw broken("an object is followed by neither ',' nor ']'")
        }
      }
    }

    private mutating func object() throws(WebRefusal) {
      guard peek() == UInt8(ascii: "{") else { throw broken("an object is wanted") }
      var depth = 0
      while place < body.count {
        let byte = body[place]
        place += 1
        switch byte {
        case UInt8(ascii: "\""):
          lines.append(byte)
          try string()
          continue
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
        default: break
        }
        // A line end between members would end the row.
        lines.append(byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") ? 0x20 : byte)
        if depth == 0 {
          lines.append(UInt8(ascii: "\n"))
          return
        }
      }
      throw broken("the body ends inside an object")
    }

    private mutating func string() throws(WebRefusal) {
      while place < body.count {
        let byte = body[place]
        place += 1
        guard byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") else {
          throw broken("a string holds a line end")
        }
        lines.append(byte)
        if byte == UInt8(ascii: "\"") { return }
        if byte == UInt8(ascii: "\\"), place < body.count {
          lines.append(body[place])
          place += 1
        }
      }
      throw broken("the body ends inside a string")
    }

    private mutating func end() throws(WebRefusal) {
      if peek() != nil { throw broken("something follows the array") }
    }

    /// The next byte that is no white space, left where it is.
    private mutating func peek() -> UInt8? {
      while place < body.count, [0x20, 0x09, 0x0A, 0x0D].contains(body[place]) { place += 1 }
      return place < body.count ? body[place] : nil
    }

    private mutating func next() -> UInt8? {
      let byte = peek()
      if byte != nil { place += 1 }
      return byte
    }

    private func broken(_ what: String) -> WebRefusal {
      let line = body[..<min(place, body.count)].count { $0 == UInt8(ascii: "\n") } + 1
      return .bodyMalformed("the body is no JSON at line \(line): \(what)")
    }
  }
}

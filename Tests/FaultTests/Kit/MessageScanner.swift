/// Cuts one direction of PostgreSQL's protocol 3.0 into messages, however its bytes come.
struct MessageScanner {
  /// The beginning of a message, as far as anybody here wants to know.
  struct Message: Equatable {
    /// Its type: `Q` is a query, `d` data of a COPY, `K` a backend's key.
    let type: UInt8
    /// Its first bytes after the length.
    let head: [UInt8]
    /// Where in the piece just scanned the message's last byte stands, or the piece's end.
    let end: Int
  }

  /// Enough for the first words of a statement.
  private static let headBytes = 64

  /// A client's first message has no type.
  private var isOpening: Bool
  private var header: [UInt8] = []
  private var head: [UInt8] = []
  private var rest = 0

  init(ofClient: Bool) { isOpening = ofClient }

  /// The messages that begin or go on in a piece and are known by their heads; one that is cut in
  /// its head comes with the next piece.
  mutating func scan(_ bytes: ArraySlice<UInt8>) -> [Message] {
    var messages: [Message] = []
    var position = bytes.startIndex
    while position < bytes.endIndex {
      if rest == 0 {
        header.append(bytes[position])
        position += 1
        guard header.count == (isOpening ? 4 : 5) else { continue }
        rest = header.suffix(4).reduce(0) { $0 << 8 | Int($1) } - 4
        head = []
        if rest == 0 { finish(at: position, &messages) }
      } else {
        let count = min(rest, bytes.endIndex - position)
        let wanted = min(count, MessageScanner.headBytes - head.count)
        head += bytes[position..<position + wanted]
        position += count
        rest -= count
        if rest == 0 {
          finish(at: position, &messages)
        } else if header.first == UInt8(ascii: "d"), !isOpening {
          // Data is known before it is whole.
          messages.append(Message(type: UInt8(ascii: "d"), head: head, end: position))
        }
      }
    }
    return messages
  }

  private mutating func finish(at position: Int, _ messages: inout [Message]) {
    if !isOpening {
      messages.append(Message(type: header[0], head: head, end: position))
    }
    isOpening = false
    header = []
  }
}

extension MessageScanner.Message {
  /// Whether it is a simple query that begins with these words.
  func isQuery(_ words: String) -> Bool {
    type == UInt8(ascii: "Q") && head.starts(with: words.utf8)
  }

  /// The process that serves the connection, of a server's key message.
  var backend: Int32? {
    guard type == UInt8(ascii: "K"), head.count >= 4 else { return nil }
    return head.prefix(4).reduce(0) { $0 << 8 | Int32($1) }
  }
}

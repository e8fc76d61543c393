/// Bytes in, requests out, without a socket: the protocol as a state machine. However the bytes are
/// cut, the same steps come out.
struct RequestReader {
  enum Step: Hashable {
    /// Nothing to do until more bytes come.
    case more
    /// The head is here and its body announced; comes once, and only before a body.
    case head(RequestHead)
    case whole(RequestHead, body: [UInt8])
    /// Nothing that follows on this connection can be trusted.
    case refused(ServerProblem)
  }

  private enum State {
    case head
    case body(RequestHead)
    case refused(ServerProblem)
  }

  private let limits: Limits
  private var state = State.head
  private var scanner = HeadScanner()
  /// What came and belongs to no body yet: everything from `start` on. What is before it was read,
  /// and stays until more comes, so that many small requests in one piece are not moved each time.
  private var pending: [UInt8] = []
  private var start = 0
  private(set) var body: [UInt8] = []

  init(limits: Limits) { self.limits = limits }

  /// Whether nothing of a request is here.
  var isIdle: Bool {
    guard case .head = state else { return false }
    // The end of line that old clients send after a body begins nothing yet.
    return [ASCII.carriageReturn, ASCII.lineFeed].starts(with: pending[start...])
  }

  var isInBody: Bool {
    if case .body = state { true } else { false }
  }

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    switch state {
    case .head:
      dropRead()
      pending.append(contentsOf: bytes)
    case .body(let head):
      let wanted = min(head.contentLength - body.count, bytes.count)
      // Rebased, because a slice of a buffer is appended byte by byte.
      body.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[..<wanted]))
      pending.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[wanted...]))
    case .refused: break
    }
  }

  private mutating func dropRead() {
    guard start > 0 else { return }
    pending.removeSubrange(..<start)
    scanner.shift(by: start)
    start = 0
  }

  mutating func next() -> Step {
    switch state {
    case .head: readHead()
    case .body(let head) where body.count == head.contentLength: finish(head)
    case .body: .more
    case .refused(let problem): .refused(problem)
    }
  }

  private mutating func readHead() -> Step {
    switch scanner.scan(pending, limits: limits) {
    case .more: return .more
    case .refused(let problem): return refuse(problem)
    case .end(let start, let end, let next):
      do throws(ServerProblem) {
        let head = try RequestHead(pending[start..<end], limits: limits)
        guard head.contentLength <= limits.maximumBodyBytes else {
          throw .bodyTooLarge(limitBytes: limits.maximumBodyBytes)
        }
        beginBody(head, at: next)
        return head.contentLength > 0 ? .head(head) : finish(head)
      } catch { return refuse(error) }
    }
  }

  private mutating func beginBody(_ head: RequestHead, at next: Int) {
    let end = min(pending.count, next + head.contentLength)
    body = Array(pending[next..<end])
    start = end
    // Nothing is kept of a connection that rests.
    if start == pending.count { (pending, start) = ([], 0) }
    scanner = HeadScanner(at: start)
    state = .body(head)
  }

  private mutating func finish(_ head: RequestHead) -> Step {
    defer { body = [] }
    state = .head
    return .whole(head, body: body)
  }

  private mutating func refuse(_ problem: ServerProblem) -> Step {
    (pending, start, body, state) = ([], 0, [], .refused(problem))
    return .refused(problem)
  }
}

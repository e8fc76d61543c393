import TestKit
import Testing

@testable import HTTP

@Suite("Reading requests")
struct RequestReaderTests {
  private static func steps(_ bytes: [UInt8], cuts: [Int]) -> [RequestReader.Step] {
    var reader = RequestReader(limits: Limits())
    var steps: [RequestReader.Step] = []
    var start = 0
    for end in cuts + [bytes.count] {
      bytes[start..<end].withUnsafeBytes { reader.append($0) }
      start = end
      while true {
        let step = reader.next()
        if step == .more { break }
        if case .refused = step {
          if steps.last != step { steps.append(step) }
          break
        }
        steps.append(step)
      }
    }
    return steps
  }

  private static let conversation = Array(
    ("POST /echo?a=1&b=%20x+y HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello\r\nyou!"
      + "\r\nGET /hello HTTP/1.1\r\nHost: b:80\r\nX-Empty:\r\nX-Padded: \t c d\t \r\n\r\n"
      + "\r\nHEAD / HTTP/1.0\r\n\r\n").utf8)

  @Test("requests are the same however their bytes are cut")
  func splitAnywhere() {
    let whole = Self.steps(Self.conversation, cuts: [])
    #expect(whole.count == 4)
    for cut in 0...Self.conversation.count {
      #expect(Self.steps(Self.conversation, cuts: [cut]) == whole)
    }
    #expect(Self.steps(Self.conversation, cuts: Array(0...Self.conversation.count)) == whole)
  }

  @Test("an ambiguous request is refused however its bytes are cut", arguments: SmugglingCorpus.all)
  func corpusSplit(attempt: SmugglingCorpus.Attempt) throws {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<20 {
      let cuts = (0..<6).map { _ in Int.random(in: 0...attempt.bytes.count, using: &generator) }
      let steps = Self.steps(attempt.bytes, cuts: cuts.sorted())
      guard case .refused(let problem)? = steps.first else {
        Issue.record("read as \(steps)")
        continue
      }
      #expect(problem.status == attempt.status)
      #expect(steps.count == 1)
    }
  }

  @Test("a connection rests after its last request, also behind the line end of old clients")
  func rests() {
    var reader = RequestReader(limits: Limits())
    func take(_ text: String) { Array(text.utf8).withUnsafeBytes { reader.append($0) } }
    #expect(reader.isIdle)
    take("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx\r\n")
    #expect(!reader.isIdle)
    _ = reader.next()
    guard case .whole = reader.next() else {
      Issue.record("not whole")
      return
    }
    #expect(reader.next() == .more)
    #expect(reader.isIdle)
    take("GET / HTTP/1.1\r\n")
    #expect(reader.next() == .more)
    #expect(!reader.isIdle)
  }

  @Test("a head says what it says")
  func head() throws {
    let steps = Self.steps(Self.conversation, cuts: [])
    guard case .whole(let first, let body) = steps[1], case .whole(let second, _) = steps[2],
      case .whole(let third, _) = steps[3]
    else { throw Unexpected() }
    #expect(first.method == .post)
    #expect(first.target.path == ["echo"])
    #expect(
      first.target.query == [
        QueryItem(name: "a", value: "1"), QueryItem(name: "b", value: " x y"),
      ])
    #expect(String(decoding: body, as: UTF8.self) == "hello\r\nyou!")
    #expect(second.headers["x-padded"] == "c d")
    #expect(second.headers["X-EMPTY"] == "")
    #expect(second.keepsAlive)
    #expect(!third.keepsAlive)
    #expect(third.target.path == [])
  }

  @Test("a body longer than the limit is refused before it comes")
  func bodyLimit() {
    let head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \((10 << 20) + 1)\r\n\r\n"
    #expect(
      Self.steps(Array(head.utf8), cuts: []) == [.refused(.bodyTooLarge(limitBytes: 10 << 20))])
  }

  @Test("a target, a head and a count of headers beyond the limits are refused")
  func headLimits() {
    let limits = Limits()
    func problem(_ text: String) -> RequestReader.Step? {
      Self.steps(Array(text.utf8), cuts: []).first
    }
    let long = String(repeating: "a", count: limits.headBytes)
    #expect(
      problem("GET /\(long)") == .refused(.targetTooLong(limitBytes: limits.targetBytes)))
    #expect(
      problem("GET / HTTP/1.1\r\nX: \(long)")
        == .refused(.headTooLarge(limitBytes: limits.headBytes)))
    let many = String(repeating: "a: b\r\n", count: limits.headerCount + 1)
    #expect(
      problem("GET / HTTP/1.1\r\n\(many)\r\n")
        == .refused(.tooManyHeaders(limit: limits.headerCount)))
  }

  @Test("an encoded slash belongs to its segment, and a plus is a space in the query only")
  func decoding() throws {
    let target = try Target(ArraySlice("/a%2Fb/c+d/%C3%A9?x=c+d&&y&=z".utf8))
    #expect(target.path == ["a/b", "c+d", "é"])
    #expect(
      target.query == [
        QueryItem(name: "x", value: "c d"), QueryItem(name: "y", value: ""),
        QueryItem(name: "", value: "z"),
      ])
  }

  @Test("a form's fields are decoded as a query's are")
  func form() throws {
    let fields = try [QueryItem](formEncoded: Array("key=a%2Bb+c&next=%2F".utf8))
    #expect(
      fields == [QueryItem(name: "key", value: "a+b c"), QueryItem(name: "next", value: "/")])
    #expect(throws: MalformedRequest.percentEncoding) {
      try [QueryItem](formEncoded: Array("key=%".utf8))
    }
  }

  private struct Unexpected: Error {}
}

import TestKit

/// Requests that are nearly right, by chance.
enum RandomRequest {
  static func make(using generator: inout SeededGenerator) -> [UInt8] {
    var bytes = Array(plausible(using: &generator).utf8)
    // Half of them get a few bytes changed, dropped or doubled.
    if Bool.random(using: &generator) {
      for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.remove(at: place)
        default: bytes.insert(bytes[place], at: place)
        }
      }
    }
    return bytes
  }

  private static func plausible(using generator: inout SeededGenerator) -> String {
    let method = pick(["GET", "POST", "HEAD", "PUT", "OPTIONS", "get"], &generator)
    let target = pick(
      ["/hello", "/echo", "/", "*", "/canary?x=%20", "/%", "/hello/x", "//", "/echo?a&b=c"],
      &generator)
    let version = pick(["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/3"], &generator)
    let body = String(repeating: "b", count: Int.random(in: 0...64, using: &generator))
    var lines = ["\(method) \(target) \(version)", "Host: a"]
    for _ in 0..<Int.random(in: 0...3, using: &generator) {
      lines.append(
        pick(
          [
            "Content-Length: \(body.utf8.count)", "Transfer-Encoding: chunked", "X: y", " fold",
            "Connection: close", "Expect: 100-continue", "Host: b", "Content-Length: 999999999999",
            "Accept: text/csv;q=0.5", "X-Request-Id: 7", ":", "no colon",
          ], &generator))
    }
    return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
  }

  private static func pick(_ choices: [String], _ generator: inout SeededGenerator) -> String {
    choices[Int.random(in: 0..<choices.count, using: &generator)]
  }
}

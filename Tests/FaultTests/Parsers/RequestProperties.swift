@testable import HTTP
@testable import Service

/// HTTP: the same requests however the bytes are cut, bodies as long as they say, and no control
/// character in what the program will look at.
enum RequestProperties {
  static func check(_ bytes: [UInt8]) throws {
    let whole = steps(bytes, step: max(1, bytes.count))
    for step in [1, 7] {
      try require(steps(bytes, step: step) == whole, "pieces of \(step) differ")
    }
    for case .whole(let head, let body) in whole {
      try require(body.count == head.contentLength, "a body of another length")
      let texts =
        head.target.path + head.target.query.flatMap { [$0.name, $0.value] }
        + head.headers.fields.flatMap { [$0.name, $0.value] }
      try require(
        !texts.contains { $0.utf8.contains { $0 < 0x20 && $0 != 9 || $0 == 0x7F } },
        "a control character")
      // What the program reads of a head must stand any header.
      let request = Request(
        head.method, head.target, headers: head.headers, body: body, remote: "", id: "")
      _ = MediaType.preferred(request.headers, among: ["application/json", "text/csv"])
      _ = MediaType.ofContent(request.headers)
      _ = RequestID.of(request.headers)
    }
  }

  private static func steps(_ bytes: [UInt8], step: Int) -> [RequestReader.Step] {
    var reader = RequestReader(limits: Limits())
    var steps: [RequestReader.Step] = []
    for piece in pieces(bytes, step) {
      piece.withUnsafeBytes { reader.append($0) }
      while true {
        let next = reader.next()
        if next == .more { break }
        steps.append(next)
        // Nothing follows a refusal.
        if case .refused = next { return steps }
      }
    }
    return steps
  }
}

/// Bodies: never larger than the limits, whatever they claim.
enum BodyProperties {
  static func check(_ bytes: [UInt8]) throws {
    let request = try Request(.post, "/", body: bytes, id: "")
    let body: [UInt8]
    do throws(WebRefusal) { body = try InflatedBody.of(request) } catch { return }
    let limit = max(bytes.count * InflatedBody.maximumRatio, InflatedBody.ratioFromBytes)
    try require(
      body.count <= min(limit, InflatedBody.maximumBytes),
      "\(bytes.count) bytes became \(body.count)")
  }
}

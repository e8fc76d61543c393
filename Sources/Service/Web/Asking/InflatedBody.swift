internal import Compression
import HTTP

/// A body with its gzip undone, within limits that are watched while it grows.
enum InflatedBody {
  static let maximumBytes = 50 << 20
  static let maximumRatio = 50
  /// Below this the ratio says nothing: a few rows of zeros inflate a hundred times.
  static let ratioFromBytes = 1 << 20

  /// Undoes gzip where the body is gzip, whatever its headers say: files are often sent as they
  /// are. What comes out is not gzip again, so nobody behind this inflates without limits.
  static func of(
    _ request: Request, limitBytes: Int = maximumBytes
  ) throws(WebRefusal) -> [UInt8] {
    let encodings = request.headers.list("Content-Encoding").map { $0.lowercased() }
    let unknown = encodings.first { !["gzip", "x-gzip", "identity"].contains($0) }
    if let unknown { throw .encodingUnknown(unknown) }
    guard GzipInflater.recognises(request.body) else {
      if encodings.contains(where: { $0 != "identity" }) { throw .gzipBroken }
      return request.body
    }
    let body = try inflated(request.body, limitBytes: limitBytes)
    guard !GzipInflater.recognises(body) else { throw .gzipWithinGzip }
    return body
  }

  private static func inflated(_ bytes: [UInt8], limitBytes: Int) throws(WebRefusal) -> [UInt8] {
    let limit = min(limitBytes, max(bytes.count * maximumRatio, ratioFromBytes))
    let body: [UInt8]?
    do throws(GzipError) { body = try inflate(bytes, limit: limit) } catch { throw .gzipBroken }
    guard let body else { throw .inflatesTooFar(limitBytes: limitBytes) }
    return body
  }

  /// Nil as soon as it would pass the limit.
  private static func inflate(_ bytes: [UInt8], limit: Int) throws(GzipError) -> [UInt8]? {
    var inflater = try GzipInflater()
    var body: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 64 << 10)
    var taken = 0
    while true {
      let step = try step(&inflater, bytes[taken...], into: &room)
      taken += step.consumed
      guard body.count + step.produced <= limit else { return nil }
      body.append(contentsOf: room[..<step.produced])
      if step.consumed == 0, step.produced == 0 { break }
    }
    try inflater.finish()
    return body
  }

  private static func step(
    _ inflater: inout GzipInflater, _ input: ArraySlice<UInt8>, into room: inout [UInt8]
  ) throws(GzipError) -> GzipInflater.Progress {
    var result: Result<GzipInflater.Progress, GzipError> = .failure(.outOfMemory)
    input.withUnsafeBytes { input in
      room.withUnsafeMutableBytes { room in
        do throws(GzipError) {
          result = .success(try inflater.inflate(input, into: room))
        } catch { result = .failure(error) }
      }
    }
    return try result.get()
  }
}

/// One request and its answer, told when the last byte was handed to the system or the peer went
/// away: what an access log and metrics need.
public struct Exchange: Sendable {
  public var id: String
  /// Nil where no head could be read.
  public var method: Method?
  /// The path as it was decoded, without the query; nil where no head could be read.
  public var path: String?
  /// The pattern of the route that answered.
  public var route: String?
  public var status = 0
  public var requestBodyBytes = 0
  public var responseBytes = 0
  /// From the first byte of the request to the last of the answer.
  public var seconds = 0.0
  public var remote: String
  /// What the answer's maker noted.
  public var notes: [String: String] = [:]
  /// Why the server refused it, if it did.
  public var problem: ServerProblem?
  /// Whether the peer took the whole answer.
  public var isDelivered = false
}

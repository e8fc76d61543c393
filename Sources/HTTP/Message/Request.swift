/// One pair of a query, decoded.
public struct QueryItem: Hashable, Sendable {
  public let name: String
  public let value: String

  public init(name: String, value: String) {
    self.name = name
    self.value = value
  }
}

extension [QueryItem] {
  /// The fields of a form, as a page sends them (`application/x-www-form-urlencoded`).
  public init(formEncoded bytes: [UInt8]) throws(MalformedRequest) {
    self = try Target.items(bytes[...])
  }
}

/// A request that is whole: its head was checked and its body is all here.
public struct Request: Sendable {
  public var method: Method
  /// The path's segments, decoded: `/v1/runs/a%2Fb` is `["v1", "runs", "a/b"]`, `/` is empty.
  public var path: [String]
  /// The query's pairs, decoded and in order; a name may come more than once.
  public var query: [QueryItem]
  public var headers: Headers
  public var body: [UInt8]
  /// The peer's address, as `192.0.2.7:50312` or `[2001:db8::7]:50312`.
  public var remote: String
  /// Names this request in logs and answers: the client's `X-Request-Id` where that is sane.
  public var id: String
  /// What stood in the places of the route's pattern, as `id` in `/v1/runs/{id}`.
  public var pathParameters: [String: String] = [:]
  /// The pattern of the route that answers.
  public var route: String?

  /// A request as a client would write it, for asking a router without a socket.
  public init(
    _ method: Method, _ target: String, headers: Headers = [:], body: [UInt8] = [],
    remote: String = "127.0.0.1:0", id: String? = nil
  ) throws(MalformedRequest) {
    let target = try Target(ArraySlice(target.utf8))
    self.init(
      method, target, headers: headers, body: body, remote: remote,
      id: id ?? RequestID.of(headers))
  }

  init(
    _ method: Method, _ target: Target, headers: Headers, body: [UInt8], remote: String, id: String
  ) {
    (self.method, path, query) = (method, target.path, target.query)
    (self.headers, self.body, self.remote, self.id) = (headers, body, remote, id)
  }

  /// The first value of that name in the query.
  public func queryValue(_ name: String) -> String? {
    query.first { $0.name == name }?.value
  }
}

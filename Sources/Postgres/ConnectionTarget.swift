/// Which server and database to talk to: a `postgresql://` URL or libpq's `key=value` string.
///
/// It may hold a password, so its description shows nothing.
public struct ConnectionTarget: Hashable, Sendable, CustomStringConvertible {
  private let text: String
  private var database: String?

  /// The text is checked when connecting: libpq names what it cannot read.
  public init(_ urlOrKeywords: String) { text = urlOrKeywords }

  /// A server on this machine, by the folder that holds its socket.
  public init(socketFolder: String, port: Int, user: String, database: String) {
    let values = [
      ("host", socketFolder), ("port", String(port)), ("user", user), ("dbname", database),
    ]
    text = values.map { "\($0)=\(quoted($1))" }.joined(separator: " ")
  }

  /// The same server and role, another database.
  public func with(database: String) -> ConnectionTarget {
    var other = self
    other.database = database
    return other
  }

  public var description: String { "ConnectionTarget" }

  /// libpq lets later keywords win: what a user may override stands before his text, what decoding
  /// relies on after it.
  var keywords: [(name: String, value: String)] {
    var list = [
      ("fallback_application_name", "quartermaster"), ("connect_timeout", "10"),
      ("keepalives_idle", "60"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
      ("tcp_user_timeout", "60000"), ("dbname", text), ("client_encoding", "UTF8"),
    ]
    if let database { list.append(("dbname", database)) }
    return list
  }
}

/// libpq's quoting of a value in a `key=value` string.
private func quoted(_ value: String) -> String {
  let escaped = value.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
  return "'\(escaped)'"
}

import CPostgres

/// One connection to PostgreSQL, whose work runs on a thread of its own.
///
/// From outside every call is awaited; inside `run` everything is synchronous, so that the
/// statements of one piece of work cannot be interleaved with another's.
///
/// ```swift
/// let session = try await Session.connect(target)
/// let names = try await session.run { db in
///   try db.rows("SELECT name FROM item").map { row -> String in try row[0] }
/// }
/// ```
public actor Session {
  /// Where it is connected, so that another session can be had there.
  public nonisolated let target: ConnectionTarget
  private nonisolated let thread = ConnectionThread()
  private var connection = Connection()

  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    thread.asUnownedSerialExecutor()
  }

  private init(_ target: ConnectionTarget) { self.target = target }

  /// Opens a connection with UTF-8 text and UTC times, whatever the server's defaults.
  public static func connect(_ target: ConnectionTarget) async throws(PostgresError) -> Session {
    let session = Session(target)
    try await session.open()
    return session
  }

  private func open() throws(PostgresError) {
    connection = try Connection(target)
    try script("SET TimeZone = 'UTC'; SET standard_conforming_strings = on")
  }

  /// Runs the work on the connection's own thread; everything inside is synchronous.
  public func run<R: Sendable>(
    _ work: @Sendable (isolated Session) throws -> R
  ) rethrows -> R {
    try work(self)
  }

  /// Ends the connection; an open transaction is rolled back. Later calls throw `closed`.
  public func close() { connection.finish() }

  /// Runs a statement and says how many rows it touched (0 for statements without rows).
  @discardableResult
  public func execute(_ statement: SQL) throws(PostgresError) -> Int {
    let answer = try send(statement)
    return Int(String(cString: PQcmdTuples(answer.pointer))) ?? 0
  }

  /// Runs a statement and returns its rows, all in memory; `copyOut` streams large ones.
  public func rows(_ statement: SQL) throws(PostgresError) -> Rows {
    Rows(answer: try send(statement))
  }

  /// Runs several statements, separated by semicolons and without parameters, as one.
  ///
  /// Outside a transaction PostgreSQL wraps them in one.
  public func script(_ text: String) throws(PostgresError) {
    let handle = try handle()
    guard !text.utf8.contains(0) else { throw .statementHoldsNUL }
    _ = try checked(PQexec(handle, text), statement: text)
  }

  /// Whether a transaction is open, failed ones included.
  var isInTransaction: Bool {
    switch PQtransactionStatus(connection.pointer) {
    case PQTRANS_INTRANS, PQTRANS_INERROR: true
    default: false
    }
  }

  var isBroken: Bool { PQstatus(connection.pointer) != CONNECTION_OK }

  func handle() throws(PostgresError) -> OpaquePointer {
    guard let pointer = connection.pointer else { throw .closed }
    return pointer
  }

  /// Asks the server to stop the statement that runs; its end is an error or its result.
  func cancelStatement() {
    guard let canceller = connection.canceller else { return }
    var reason: [CChar] = Array(repeating: 0, count: 256)
    PQcancel(canceller, &reason, Int32(reason.count))
  }

  private func send(_ statement: SQL) throws(PostgresError) -> Answer {
    let handle = try handle()
    let text = statement.text
    guard !text.utf8.contains(0) else { throw .statementHoldsNUL }
    return try checked(
      withParameters(statement) { count, types, values, lengths, formats in
        PQexecParams(handle, text, count, types, values, lengths, formats, 1)
      }, statement: text)
  }

  /// The answer when the statement succeeded, its error otherwise.
  func checked(
    _ result: OpaquePointer?, statement: String
  ) throws(PostgresError) -> Answer {
    guard let result else { throw failure(nil, statement: statement) }
    let answer = Answer(result)
    switch PQresultStatus(result) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return answer
    // libpq ends such a COPY by itself when the next statement is sent.
    case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: throw .notACopy(statement: statement)
    default: throw failure(answer, statement: statement)
    }
  }

  func failure(_ answer: Answer?, statement: String) -> PostgresError {
    var report = answer.map(ServerReport.init) ?? ServerReport()
    if report.message.isEmpty { report.message = trimmed(PQerrorMessage(connection.pointer)) }
    report.statement = statement
    // libpq's own report of a write that failed leaves the end of the stream unread, and with it
    // the connection looking whole.
    if report.sqlState.isEmpty, let pointer = connection.pointer { PQconsumeInput(pointer) }
    // A fatal report ends the session, even before libpq has read the end of the stream.
    let isFatal = ["FATAL", "PANIC"].contains(report.severity)
    return isBroken || isFatal ? .connectionLost(report) : .server(report)
  }
}

extension ServerReport {
  init(_ answer: Answer) {
    func field(_ code: qm_diagnostic_field) -> String {
      PQresultErrorField(answer.pointer, Int32(code.rawValue)).map { String(cString: $0) } ?? ""
    }
    sqlState = field(QM_DIAGNOSTIC_SQLSTATE)
    severity = field(QM_DIAGNOSTIC_SEVERITY)
    message = field(QM_DIAGNOSTIC_MESSAGE)
    detail = field(QM_DIAGNOSTIC_DETAIL)
    hint = field(QM_DIAGNOSTIC_HINT)
    constraint = field(QM_DIAGNOSTIC_CONSTRAINT)
    table = field(QM_DIAGNOSTIC_TABLE)
    column = field(QM_DIAGNOSTIC_COLUMN)
    if message.isEmpty { message = trimmed(PQresultErrorMessage(answer.pointer)) }
  }
}

/// libpq's five arrays for the parameters of a statement, alive while the body runs.
private func withParameters<R>(
  _ statement: SQL,
  _ body: (
    Int32, UnsafePointer<UInt32>?, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?,
    UnsafePointer<Int32>?
  ) -> R
) -> R {
  let parameters = statement.parameters
  let types = parameters.map(\.type.oid)
  let lengths = parameters.map { Int32($0.value.bytes.count) }
  let formats = parameters.map { Int32($0.value.isText ? 0 : 1) }
  // A NUL behind each value ends the text ones, and gives empty ones an address that is not NULL.
  let bytes = parameters.flatMap { (parameter: SQL.Bound) -> [UInt8] in parameter.value.bytes + [0]
  }
  return bytes.withUnsafeBytes { buffer in
    var offset = 0
    let values = parameters.map { parameter -> UnsafePointer<CChar>? in
      defer { offset += parameter.value.bytes.count + 1 }
      guard !parameter.value.isNull, let base = buffer.baseAddress else { return nil }
      return (base + offset).assumingMemoryBound(to: CChar.self)
    }
    return body(Int32(parameters.count), types, values, lengths, formats)
  }
}

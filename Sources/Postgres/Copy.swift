import CPostgres

extension Session {
  /// Streams rows into `COPY table (columns) FROM STDIN (FORMAT binary)` and says how many.
  ///
  /// When the body throws, nothing is stored and its error is thrown.
  @discardableResult
  public func copyIn(
    _ statement: SQL, _ body: (inout BinaryCopyWriter) throws -> Void
  ) throws -> Int {
    let handle = try beginCopy(statement, expected: PGRES_COPY_IN)
    var writer = BinaryCopyWriter(connection: handle)
    var bodyError: (any Error)?
    do {
      try body(&writer)
      try writer.finish()
    } catch {
      bodyError = error
    }
    let reason = bodyError == nil ? nil : "the writer gave up"
    if let reason { PQputCopyEnd(handle, reason) } else { PQputCopyEnd(handle, nil) }
    let outcome = endCopy(handle, statement: statement.text)
    if let bodyError {
      // A write fails because the server ended the COPY: its reason is the one that helps.
      guard bodyError is CopyInterrupted else { throw bodyError }
      guard case .failure(let error) = outcome else { throw PostgresError.copyMalformed }
      throw error
    }
    return try outcome.get()
  }

  /// Streams the rows of `COPY (query) TO STDOUT (FORMAT binary)`, one call for each.
  ///
  /// When the body throws, the statement is cancelled and the body's error is thrown; a transaction
  /// around it can then only be rolled back.
  public func copyOut(
    _ statement: SQL, _ body: (inout BinaryCopyReader) throws -> Void
  ) throws {
    let handle = try beginCopy(statement, expected: PGRES_COPY_OUT)
    var reader = BinaryCopyReader()
    var bodyError: (any Error)?
    do {
      try receiveRows(handle, &reader, body)
    } catch {
      bodyError = error
      cancelStatement()
      drain(handle)
    }
    let outcome = endCopy(handle, statement: statement.text)
    if let bodyError { throw bodyError }
    _ = try outcome.get()
  }

  private func beginCopy(
    _ statement: SQL, expected: ExecStatusType
  ) throws(PostgresError) -> OpaquePointer {
    let handle = try handle()
    let text = statement.text
    guard statement.parameters.isEmpty else { throw .copyHasParameters(statement: text) }
    guard !text.utf8.contains(0) else { throw .statementHoldsNUL }
    guard let result = PQexec(handle, text) else { throw failure(nil, statement: text) }
    let answer = Answer(result)
    let status = PQresultStatus(result)
    if status == PGRES_FATAL_ERROR { throw failure(answer, statement: text) }
    guard status == expected, PQbinaryTuples(result) == 1 else {
      throw .notACopy(statement: text)
    }
    return handle
  }

  private func receiveRows(
    _ handle: OpaquePointer, _ reader: inout BinaryCopyReader,
    _ body: (inout BinaryCopyReader) throws -> Void
  ) throws {
    var buffer: UnsafeMutablePointer<CChar>?
    while true {
      let count = PQgetCopyData(handle, &buffer, 0)
      // -1 is the end and -2 an error; both are told by the result that follows.
      guard count >= 0, let start = buffer else { return }
      defer { PQfreemem(start) }
      reader.receive(UnsafeRawBufferPointer(start: start, count: Int(count)))
      while try reader.nextRow() { try body(&reader) }
    }
  }

  private func drain(_ handle: OpaquePointer) {
    var buffer: UnsafeMutablePointer<CChar>?
    while PQgetCopyData(handle, &buffer, 0) >= 0 { PQfreemem(buffer) }
  }

  /// Reads results until the connection is free again; the first error among them counts.
  private func endCopy(_ handle: OpaquePointer, statement: String) -> Result<Int, PostgresError> {
    var outcome: Result<Int, PostgresError>?
    while let result = PQgetResult(handle) {
      let answer = Answer(result)
      if PQresultStatus(result) == PGRES_COMMAND_OK {
        let count = Int(String(cString: PQcmdTuples(result))) ?? 0
        outcome = outcome ?? .success(count)
      } else {
        outcome = outcome ?? .failure(failure(answer, statement: statement))
      }
      if isBroken { break }
    }
    return outcome ?? .failure(failure(nil, statement: statement))
  }
}

/// The server no longer takes data; why is told by the result of the COPY.
struct CopyInterrupted: Error {}

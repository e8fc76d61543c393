import CPostgres

/// The rows a statement returned, held in memory.
public struct Rows: Sequence, Sendable {
  let answer: Answer

  public var count: Int { Int(PQntuples(answer.pointer)) }
  public var isEmpty: Bool { count == 0 }
  public var first: Row? { isEmpty ? nil : self[0] }

  /// Traps outside 0..<count.
  public subscript(index: Int) -> Row {
    precondition(index >= 0 && index < count, "row \(index) of \(count)")
    return Row(answer: answer, index: Int32(index))
  }

  public func makeIterator() -> Iterator { Iterator(rows: self) }

  public struct Iterator: IteratorProtocol {
    private let answer: Answer
    private let count: Int32
    private var position: Int32 = 0

    init(rows: Rows) {
      answer = rows.answer
      count = PQntuples(rows.answer.pointer)
    }

    public mutating func next() -> Row? {
      guard position < count else { return nil }
      defer { position += 1 }
      return Row(answer: answer, index: position)
    }
  }
}

/// libpq's result, cleared with its last reader.
///
/// Unchecked because a `PGresult` is never written after it was received.
final class Answer: @unchecked Sendable {
  let pointer: OpaquePointer

  init(_ pointer: OpaquePointer) { self.pointer = pointer }
  deinit { PQclear(pointer) }
}

/// One row, whose columns are read by position or name into the type that is asked for.
public struct Row: Sendable {
  let answer: Answer
  let index: Int32

  /// The value of a column, counted from 0: `let units: Double = try row[2]`.
  public subscript<Value: ColumnValue>(column: Int) -> Value {
    get throws(PostgresError) {
      guard column >= 0, column < Int(PQnfields(answer.pointer)) else {
        throw .noSuchColumn(name: String(column))
      }
      return try decode(Int32(column))
    }
  }

  /// The value of a column by its name in the answer.
  public subscript<Value: ColumnValue>(column: String) -> Value {
    get throws(PostgresError) {
      // A name with a capital letter must be quoted, or libpq folds it as SQL would.
      let quoted = "\"" + column + "\""
      let position = PQfnumber(answer.pointer, quoted)
      guard position >= 0 else { throw .noSuchColumn(name: column) }
      return try decode(position)
    }
  }

  /// The first columns as a tuple: `let (code, units) = try row.decode(String.self, Double?.self)`.
  public func decode<each Value: ColumnValue>(
    _ types: repeat (each Value).Type
  ) throws(PostgresError) -> (repeat each Value) {
    var column = -1
    func next<T: ColumnValue>(_ type: T.Type) throws(PostgresError) -> T {
      column += 1
      return try self[column]
    }
    return (repeat try next(each types))
  }

  private func decode<Value: ColumnValue>(_ column: Int32) throws(PostgresError) -> Value {
    let result = answer.pointer
    var bytes: UnsafeRawBufferPointer?
    if PQgetisnull(result, index, column) == 0 {
      bytes = UnsafeRawBufferPointer(
        start: PQgetvalue(result, index, column),
        count: Int(PQgetlength(result, index, column)))
    }
    let type = PostgresType(oid: PQftype(result, column))
    return try Value.decode(Field(type: type, bytes: bytes, answer: answer, position: column))
  }
}

import CPostgres

/// A libpq connection that is finished when its owner lets go of it.
struct Connection: ~Copyable {
  private(set) var pointer: OpaquePointer?
  private(set) var canceller: OpaquePointer?

  init() {}

  init(_ target: ConnectionTarget) throws(PostgresError) {
    let keywords = target.keywords
    guard !keywords.contains(where: { $0.value.utf8.contains(0) }) else {
      throw .connectionFailed(message: "the connection string holds a NUL byte")
    }
    pointer = withCStrings(keywords.map(\.name)) { names in
      withCStrings(keywords.map(\.value)) { values in PQconnectdbParams(names, values, 1) }
    }
    guard let pointer else { throw .connectionFailed(message: "out of memory") }
    guard PQstatus(pointer) == CONNECTION_OK else {
      throw .connectionFailed(message: trimmed(PQerrorMessage(pointer)))
    }
    PQsetNoticeProcessor(pointer, { _, _ in }, nil)
    canceller = PQgetCancel(pointer)
  }

  mutating func finish() {
    if let canceller { PQfreeCancel(canceller) }
    if let pointer { PQfinish(pointer) }
    canceller = nil
    pointer = nil
  }

  deinit {
    if let canceller { PQfreeCancel(canceller) }
    if let pointer { PQfinish(pointer) }
  }
}

/// Text that libpq handed out, without the newlines it ends messages with.
func trimmed(_ message: UnsafePointer<CChar>?) -> String {
  guard let message else { return "" }
  var text = Substring(String(cString: message))
  while let last = text.last, last.isWhitespace { text.removeLast() }
  return String(text)
}

/// A NULL-terminated array of C strings that lives as long as the body runs.
func withCStrings<R>(
  _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R
) -> R {
  var bytes: [CChar] = []
  var offsets: [Int] = []
  for string in strings {
    offsets.append(bytes.count)
    bytes.append(contentsOf: string.utf8CString)
  }
  return bytes.withUnsafeBufferPointer { buffer in
    let pointers = offsets.map { offset in buffer.baseAddress.map { $0 + offset } } + [nil]
    return pointers.withUnsafeBufferPointer { list in body(list.baseAddress.unsafelyUnwrapped) }
  }
}

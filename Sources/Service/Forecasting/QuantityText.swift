/// A quantity as written in a file.
enum QuantityText: Hashable {
  case number(Double)
  case empty
  case notANumber

  init(_ bytes: UnsafeRawBufferPointer) {
    if bytes.isEmpty {
      self = .empty
    } else {
      self = DecimalNumber.read(bytes).map { .number($0) } ?? .notANumber
    }
  }
}

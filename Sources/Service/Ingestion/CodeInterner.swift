internal import Inventory

/// Gives each code of a file a small number, so that rows carry numbers instead of strings.
///
/// Numbers count from 0 in the order in which codes first appear.
struct CodeInterner<Thing>: ~Copyable {
  private(set) var codes: [Code<Thing>] = []
  private var bytes = ByteInterner()

  /// The code's number, or nil if the bytes are no code.
  @inline(__always)
  mutating func intern(_ field: UnsafeRawBufferPointer) -> Int32? {
    if let known = bytes.find(field) { return known }
    return add(field)
  }

  private mutating func add(_ field: UnsafeRawBufferPointer) -> Int32? {
    guard field.count <= Code<Thing>.maximumBytes,
      let code = Code<Thing>(String(decoding: field, as: UTF8.self))
    else { return nil }
    codes.append(code)
    return bytes.add(field)
  }
}

/// Gives each unit of a file a small number.
struct UnitInterner: ~Copyable {
  private(set) var names: [String] = []
  private var bytes = ByteInterner()

  /// The unit's number, or nil if the bytes are no name of one.
  mutating func intern(_ field: UnsafeRawBufferPointer) -> Int32? {
    if let known = bytes.find(field) { return known }
    let name = String(decoding: field, as: UTF8.self)
    guard FieldText.isText(name) else { return nil }
    names.append(name)
    return bytes.add(field)
  }
}

internal import Glibc

/// Gives each distinct run of bytes a small number, counted from 0 in the order they first appear.
///
/// Open addressing with linear probing, at most half full. No string is made per row.
struct ByteInterner {
  /// Where each run ends in `arena`; the first one begins at 0.
  private var ends: [Int] = [0]
  private var arena: [UInt8] = []
  /// A run's number + 1; 0 is free.
  private var slots = [Int32](repeating: 0, count: 1024)
  /// Rows of a sorted file repeat the run of the row before.
  private var last: Int32 = -1
  // So that nobody can choose codes that collide.
  private let seed = UInt64.random(in: .min ... .max)

  var count: Int { ends.count - 1 }
  /// Bytes held, without the table.
  var arenaBytes: Int { arena.count }

  /// The bytes of a number, as text.
  func text(_ number: Int32) -> String {
    String(decoding: arena[ends[Int(number)]..<ends[Int(number) + 1]], as: UTF8.self)
  }

  /// The number of the bytes, new or known.
  @inline(__always)
  mutating func number(_ field: UnsafeRawBufferPointer) -> Int32 { find(field) ?? add(field) }

  /// The number of bytes that were added before.
  @inline(__always)
  mutating func find(_ field: UnsafeRawBufferPointer) -> Int32? {
    if last >= 0, matches(last, field) { return last }
    guard let number = probe(field).number else { return nil }
    last = number
    return number
  }

  /// Adds bytes that are not there yet.
  mutating func add(_ field: UnsafeRawBufferPointer) -> Int32 {
    if (count + 1) * 2 > slots.count { grow() }
    let number = Int32(count)
    slots[probe(field).slot] = number + 1
    arena.append(contentsOf: field)
    ends.append(arena.count)
    last = number
    return number
  }

  mutating func removeAll() {
    ends = [0]
    arena.removeAll(keepingCapacity: true)
    slots = [Int32](repeating: 0, count: slots.count)
    last = -1
  }

  private func probe(_ field: UnsafeRawBufferPointer) -> (slot: Int, number: Int32?) {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: mixed(field, seed)) & mask
    while slots[slot] != 0 {
      if matches(slots[slot] - 1, field) { return (slot, slots[slot] - 1) }
      slot = (slot + 1) & mask
    }
    return (slot, nil)
  }

  @inline(__always)
  private func matches(_ number: Int32, _ field: UnsafeRawBufferPointer) -> Bool {
    let start = ends[Int(number)]
    guard ends[Int(number) + 1] - start == field.count else { return false }
    return arena.withUnsafeBytes { held in
      guard let left = held.baseAddress, let right = field.baseAddress else { return true }
      return memcmp(left + start, right, field.count) == 0
    }
  }

  private mutating func grow() {
    slots = [Int32](repeating: 0, count: slots.count * 2)
    let mask = slots.count - 1
    arena.withUnsafeBytes { held in
      for number in 0..<count {
        let run = UnsafeRawBufferPointer(rebasing: held[ends[number]..<ends[number + 1]])
        var slot = Int(truncatingIfNeeded: mixed(run, seed)) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = Int32(number) + 1
      }
    }
  }
}

/// Eight bytes at a time, folded by 128-bit products (after wyhash, Wang Yi, 2019): not for
/// secrets.
private func mixed(_ bytes: UnsafeRawBufferPointer, _ seed: UInt64) -> UInt64 {
  var hash = seed ^ UInt64(bytes.count)
  var position = 0
  while position + 8 <= bytes.count {
    hash = folded(hash ^ bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
    position += 8
  }
  var rest: UInt64 = 0
  while position < bytes.count {
    rest = rest << 8 | UInt64(bytes[position])
    position += 1
  }
  return folded(hash ^ rest)
}

@inline(__always)
private func folded(_ value: UInt64) -> UInt64 {
  let product = (value ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
  return product.high ^ product.low
}

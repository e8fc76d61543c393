internal import Digests
internal import Inventory
public import Storage

extension Configurations {
  /// Bytes beyond which a file is no configuration.
  private static let mostBytes = 1 << 20

  /// A document's text; `-` is standard input.
  public static func text(ofFile path: String) throws -> String {
    var source = try ByteSource(.init(path: path))
    var bytes: [UInt8] = []
    let block = UnsafeMutableRawBufferPointer.allocate(
      byteCount: ByteSource.blockBytes, alignment: 16)
    defer { block.deallocate() }
    while true {
      let count = try source.read(into: block)
      if count == 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += block.prefix(count)
      guard bytes.count <= mostBytes else { throw ConfigurationFault.notJSON }
    }
  }
}

extension Configurations.Change {
  /// What the command line says of it.
  public var sentence: String {
    isNew
      ? "configuration \(record.version) is in force from the next run on"
      : "this is what configuration \(record.version) says already; nothing was changed"
  }
}

extension [ConfigurationRecord] {
  /// What the command line prints of all versions.
  public var text: String {
    func column(_ heading: String, _ cells: [String], isLeft: Bool = true) -> AlignedTable.Column {
      AlignedTable.Column(
        heading: heading, cells: cells, isLeft: isLeft, keep: AlignedTable.alwaysKept,
        ruleAfter: nil)
    }
    return AlignedTable(
      columns: [
        column("version", map { "\($0.version)" }, isLeft: false),
        column("sha-256", map { String(Hexadecimal.text($0.digest).prefix(12)) }),
        column("made", map(\.madeAt.second)),
        column("by", map(\.madeBy)),
        column("because", map(\.reason)),
      ], width: 120
    ).text
  }
}

extension Promotions.Change {
  /// What the command line says of it.
  public var sentence: String {
    "run \(run) is in use" + (before.map { ", instead of run \($0)" } ?? "")
      + (locksNotHeld.isEmpty
        ? ""
        : "; it was made without " + locksNotHeld.map { "lock \($0)" }.listed
          + ", which the next run holds again")
  }
}

extension ConfigurationRecord {
  /// The document, byte for byte as its digest has it.
  public var text: String { document }
}

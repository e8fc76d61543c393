internal import Digests

/// What becomes of a fact that arrives where another one stands.
enum Resolution: Equatable {
  /// The incoming fact replaces the standing one.
  case applied
  /// The incoming fact says what is known already; its higher revision, if any, is remembered.
  case duplicate(raisesRevision: Bool)
  /// A higher revision stands.
  case stale
  /// Same revision, different content: one of the two stands, whichever came first.
  case conflict(incomingStands: Bool)
}

/// The rule by which the final state depends on the set of facts, not on their order.
///
/// | revisions | content | resolution |
/// |---|---|---|
/// | incoming higher | different | applied |
/// | incoming higher | same | duplicate, revision raised |
/// | incoming lower | any | stale |
/// | equal | same | duplicate |
/// | equal | different | conflict: the smaller content digest stands |
/// | one is missing, another batch | different | applied: receipt decides |
/// | one is missing, same batch | different | conflict, as if equal |
enum FactRule {
  static func resolve<Content: FactContent>(
    _ incoming: Content, revision: Int64?, against standing: Content,
    revision standingRevision:
      Int64?, sameBatch: Bool
  ) throws(DigestError) -> Resolution {
    let same = incoming == standing
    guard let revision, let standingRevision else {
      if same { return .duplicate(raisesRevision: false) }
      return sameBatch ? try conflict(incoming, standing) : .applied
    }
    if revision < standingRevision { return .stale }
    if revision > standingRevision { return same ? .duplicate(raisesRevision: true) : .applied }
    return same ? .duplicate(raisesRevision: false) : try conflict(incoming, standing)
  }

  private static func conflict<Content: FactContent>(
    _ incoming: Content, _ standing: Content
  ) throws(DigestError) -> Resolution {
    let own = try SHA256.digest(of: incoming.canonicalBytes).bytes
    let other = try SHA256.digest(of: standing.canonicalBytes).bytes
    return .conflict(incomingStands: own.lexicographicallyPrecedes(other))
  }
}

/// What a fact says, apart from what it is about and its revision.
protocol FactContent: Equatable {
  /// The same for equal contents, on every machine.
  var canonicalBytes: [UInt8] { get }
}

extension Double: FactContent {
  var canonicalBytes: [UInt8] { bitPattern.bigEndianBytes }
}

extension FixedWidthInteger {
  var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}

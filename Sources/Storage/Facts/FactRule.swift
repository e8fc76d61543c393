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
/// | one is missing | same | duplicate; the standing one takes a revision it lacks |
enum FactRule {
  static func resolve<Value: FieldValue>(
    _ incoming: Value, revision: Int64?, against standing: Value,
    revision standingRevision: Int64?, sameBatch: Bool
  ) throws(DigestError) -> Resolution {
    try resolve(
      isSame: incoming.isSame(as: standing), revision: revision, against: standingRevision,
      sameBatch: sameBatch
    ) { () throws(DigestError) in
      try precedes(incoming.canonicalBytes, standing.canonicalBytes)
    }
  }

  /// - Parameters:
  ///   - sameBatch: whether the batch at hand has told what stands.
  ///   - incomingPrecedes: which of two different contents has the smaller digest.
  @inline(__always)
  static func resolve(
    isSame: Bool, revision: Int64?, against standing: Int64?, sameBatch: Bool,
    incomingPrecedes: () throws(DigestError) -> Bool
  ) throws(DigestError) -> Resolution {
    guard let revision, let standing else {
      if isSame { return .duplicate(raisesRevision: standing == nil && revision != nil) }
      return sameBatch ? .conflict(incomingStands: try incomingPrecedes()) : .applied
    }
    if revision < standing { return .stale }
    if revision > standing { return isSame ? .duplicate(raisesRevision: true) : .applied }
    return isSame
      ? .duplicate(raisesRevision: false) : .conflict(incomingStands: try incomingPrecedes())
  }

  static func precedes(_ left: [UInt8], _ right: [UInt8]) throws(DigestError) -> Bool {
    try SHA256.digest(of: left).bytes.lexicographicallyPrecedes(SHA256.digest(of: right).bytes)
  }
}

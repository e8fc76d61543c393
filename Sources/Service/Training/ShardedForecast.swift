internal import Inventory
internal import LinearAlgebra
internal import Planning
internal import Postgres
internal import Storage

/// One request's fits, shared among all workers of the same program and processor.
///
/// Whoever holds the request opens the shards and fits them like anybody else; when all are there
/// it makes the forecasts of them. A shard whose worker went away is fitted by another when its
/// lease ends, and what comes too late is refused.
struct ShardedForecast: Sendable {
  let claim: RunClaim
  let hands: ShardHands

  /// After so many claims without an answer, whatever fits a shard out is not what it takes.
  static let claimLimit = 5

  /// - Parameter fitted: hears of every shard that is done, by whomever: nodes done, of all.
  func table(
    _ work: ForecastWork, of record: RunWork, in session: Session,
    fitted: @Sendable (_ done: Int, _ of: Int) -> Void
  ) async throws -> ForecastTable {
    let claim = claim
    try await session.run { db in
      try db.transaction { db in
        try ShardStore.open(record, nodes: work.shards, for: claim, in: db)
      }
    }
    async let handed: Void = hand(work, of: record, in: session)
    try await fitAll(work, in: session, fitted: fitted)
    try await handed
    let answers = try await session.run { db in
      try ShardStore.answers(of: claim.request, in: db)
    }
    guard answers.allSatisfy({ $0 != nil }) else {
      throw RunRequestError.overtaken(request: claim.request)
    }
    return try await ComputeThread.run {
      try work.table(try answers.compactMap { try $0.map(ShardAnswer.init(bytes:)) })
    }
  }

  /// Makes what others fit shards from, while the first are fitted here, the smallest first: here
  /// the largest are.
  private func hand(
    _ work: ForecastWork, of record: RunWork, in session: Session
  ) async throws {
    let claim = claim
    guard work.shards.count > 1 else { return }
    for shard in work.shards.indices.sorted(by: { work.shards[$0] < work.shards[$1] }) {
      let task = try await ComputeThread.run { work.task(shard: shard).bytes }
      try await session.run { db in
        try ShardStore.hand(task, shard: shard, of: record, for: claim, in: db)
      }
    }
  }

  /// Fits shards until all are done, by whomever.
  private func fitAll(
    _ work: ForecastWork, in session: Session, fitted: @Sendable (_ done: Int, _ of: Int) -> Void
  ) async throws {
    while true {
      let shard = try await hands.claim(of: claim.request, in: session)
      if let shard {
        guard shard.claims <= ShardedForecast.claimLimit else {
          throw ShardAbandoned(shard: shard.number, claims: shard.claims - 1)
        }
        try await hands.fit(shard, in: session) { try work.answer(shard: shard.number) }
      }
      let progress = try await session.run { db in
        try ShardStore.progress(of: claim.request, in: db)
      }
      // Another holder of the request has finished it.
      guard let progress else { throw RunRequestError.overtaken(request: claim.request) }
      fitted(progress.nodesDone, progress.nodes)
      if progress.shardsDone == progress.shards { return }
      if shard == nil { try await Task.sleep(for: .milliseconds(200)) }
    }
  }
}

/// A shard whose every holder went away before its answer.
struct ShardAbandoned: Failure {
  let shard: Int
  let claims: Int

  var code: String { "shard-abandoned" }
  var exitCode: ExitCode { .software }
  var sentence: String {
    "shard \(shard) of the run was begun \(claims) times, and each time its worker went away"
      + " before the end"
  }
}

/// A worker's hands: they take shards and fit them.
struct ShardHands: Sendable {
  let name: String
  let target: ConnectionTarget
  let leaseSeconds: Double

  func claim(
    of request: Int?, passing: [Int] = [], in session: Session
  ) async throws -> ShardClaim? {
    let (name, leaseSeconds) = (name, leaseSeconds)
    return try await session.run { db in
      try ShardStore.claim(
        of: request, passing: passing, holder: name, codeVersion: Version.text,
        processorCore: Processor.coreName, leaseSeconds: leaseSeconds, in: db)
    }
  }

  /// Whether the answer was taken: not if the lease was lost meanwhile.
  @discardableResult
  func fit(
    _ claim: ShardClaim, in session: Session,
    _ answer: @escaping @Sendable () throws -> ShardAnswer
  ) async throws -> Bool {
    let heartbeat = Heartbeat(target: target, leaseSeconds: leaseSeconds) { seconds, db in
      try ShardStore.extend(claim, leaseSeconds: seconds, in: db)
    }
    return try await heartbeat.during {
      let bytes = try await ComputeThread.run { try answer().bytes }
      return try await session.run { db in try ShardStore.answer(claim, bytes, in: db) }
    }
  }

  func release(in session: Session) async throws {
    let name = name
    _ = try await session.run { db in try ShardStore.release(holder: name, in: db) }
  }
}

internal import Inventory
internal import Planning
public import Postgres
internal import Storage

/// Which run readers see, and who changed that.
public enum Promotions {
  /// What readers see after a change, and saw before it.
  public struct Change: Hashable, Sendable {
    public let run: Int
    /// Nil where readers saw none.
    public let before: Int?
    /// Locks in force that the run was made without; the next one holds them.
    public var locksNotHeld: [Int] = []
  }

  // MARK: - By the gate

  /// Stores a challenger and publishes or refuses it, all in the caller's transaction.
  ///
  /// - Parameter champion: the run that the challenger was compared with. Where readers see
  ///   another meanwhile, because a person rolled back, the challenger is refused.
  static func decide(
    _ record: RunRecord, _ made: Challenger, _ verdict: GateVerdict, _ trial: GateTrial,
    against champion: PublishedRun?, in db: isolated Session
  ) throws -> (run: Int, refusal: RunRefusal?) {
    let run = try RunStore.store(
      record, verdict.isReadable ? made.forecasts : [], flags: verdict.isReadable ? made.flags : [],
      as: .refused, wapes: made.wapes(trial), in: db)
    if !verdict.isReadable { try RegistryStore.noteWithoutForecasts(run: run, in: db) }
    try RegistryStore.holdPublication(in: db)
    let inUse = try RunStore.published(in: db)
    var verdict = verdict
    if inUse?.publication != champion?.publication {
      verdict.checks.insert(.replaced(champion?.run, by: inUse?.run), at: 0)
    }
    try RegistryStore.insert(verdict.checks, run: run, in: db)
    guard let reason = verdict.reason else {
      try RunStore.publish(run, reason: "trained", by: RunStore.program, in: db)
      try Alerting.queue(run: run, in: db)
      return (run, nil)
    }
    let refusal = RunRefusal(
      run: run, champion: inUse?.run, reason: reason, failed: verdict.failed)
    // Readers see the flags of the run in use.
    try FlagStore.raise(refusal.flags, run: inUse?.run ?? run, in: db)
    try Alerting.queue(refusal, in: db)
    return (run, refusal)
  }

  // MARK: - By a person

  /// Makes a run that was refused, or any other whose forecasts are kept, the one in use.
  ///
  /// - Parameter isForced: although the gate refused it.
  public static func promote(
    _ run: Int, isForced: Bool, reason: String, by person: String, in session: Session
  ) async throws -> Change {
    try await change(in: session) { db, inUse in
      let found = try usable(run, inUse: inUse, in: db)
      if found.state == .refused, !isForced {
        let verdict = GateVerdict(try RegistryStore.checks(ofRun: run, in: db))
        throw PromotionError.refused(run, reason: verdict.reason ?? "no check was kept")
      }
      let word = found.state == .refused ? "forced" : "promoted"
      try publish(run, word, reason, by: person, inUse: inUse, in: db)
      return Change(run: run, before: inUse?.run)
    }
  }

  /// Gives readers an earlier run again.
  ///
  /// - Parameter run: nil takes the one that readers saw before the one in use.
  public static func rollBack(
    to run: Int?, reason: String, by person: String, in session: Session
  ) async throws -> Change {
    try await change(in: session) { db, inUse in
      guard let target = try run ?? RegistryStore.runBefore(in: db) else {
        throw PromotionError.nothingBefore
      }
      guard try usable(target, inUse: inUse, in: db).state == .published else {
        throw PromotionError.neverPublished(target)
      }
      try publish(target, "rolled back", reason, by: person, inUse: inUse, in: db)
      return Change(run: target, before: inUse?.run)
    }
  }

  private static func change(
    in session: Session,
    _ work: @Sendable (isolated Session, _ inUse: PublishedRun?) throws -> Change
  ) async throws -> Change {
    try await session.run { db in
      try db.transaction { db in
        try RegistryStore.holdPublication(in: db)
        var change = try work(db, try RunStore.published(in: db))
        change.locksNotHeld = try locksNotHeld(by: change.run, in: db)
        return change
      }
    }
  }

  private static func locksNotHeld(by run: Int, in db: isolated Session) throws -> [Int] {
    guard let origin = try RunStore.origin(ofRun: run, in: db) else { return [] }
    let held = Set(try ForecastLockStore.held(byRun: run, in: db).map(\.record.lock.id))
    return try ForecastLockStore.live(from: origin + 1, in: db).map(\.lock)
      .filter { $0.run != run && !held.contains($0.id) }.map(\.id)
  }

  private static func usable(
    _ run: Int, inUse: PublishedRun?, in db: isolated Session
  ) throws -> FinishedRun {
    guard let found = try RunStore.run(run, in: db) else { throw PromotionError.unknownRun(run) }
    guard run != inUse?.run else { throw PromotionError.inUse(run) }
    guard !found.isDropped else { throw PromotionError.withoutForecasts(run) }
    return found
  }

  private static func publish(
    _ run: Int, _ word: String, _ reason: String, by person: String, inUse: PublishedRun?,
    in db: isolated Session
  ) throws {
    try RunStore.publish(run, reason: "\(word): \(reason)", by: person, in: db)
    let before = inUse.map { ", instead of run \($0.run)" } ?? ""
    try AuditStore.append(
      actor: person, action: word == "rolled back" ? "run-rolled-back" : "run-\(word)",
      subject: "run \(run)\(before): \(reason)", in: db)
  }
}

/// Why readers cannot be given a run.
public enum PromotionError: Error, Hashable, Sendable {
  case unknownRun(Int)
  case inUse(Int)
  /// They went with age, or were none that anybody could read.
  case withoutForecasts(Int)
  case refused(Int, reason: String)
  case neverPublished(Int)
  case nothingBefore
}

extension GateCheck {
  fileprivate static func replaced(_ champion: Int?, by other: Int?) -> GateCheck {
    GateCheck(
      .champion, hasPassed: false,
      finding: "it was compared with \(champion.map { "run \($0)" } ?? "no run"), and while it was"
        + " trained \(other.map { "run \($0)" } ?? "no run") was put into use")
  }
}

extension Challenger {
  /// Errors of the nodes that are stored. A level that repeats another has its error, too.
  fileprivate func wapes(_ trial: GateTrial) -> [Node: Double] {
    forecasts.reduce(into: [:]) { wapes, forecast in
      wapes[forecast.node] = trial.wape(of: forecast.node)
    }
  }
}

extension PromotionError: Failure {
  public var code: String {
    switch self {
    case .unknownRun: "unknown-run"
    case .inUse: "run-in-use"
    case .withoutForecasts: "run-without-forecasts"
    case .refused: "run-refused"
    case .neverPublished: "run-never-published"
    case .nothingBefore: "nothing-to-roll-back-to"
    }
  }

  public var exitCode: ExitCode { .data }

  public var sentence: String {
    switch self {
    case .unknownRun(let run): "there is no run \(run); 'quartermaster runs list' shows them"
    case .inUse(let run): "run \(run) is the one in use already"
    case .withoutForecasts(let run):
      "the forecasts of run \(run) are not kept: they went with age, or were no numbers"
    case .refused(let run, let reason):
      "the gate refused run \(run): \(reason); --force publishes it all the same"
    case .neverPublished(let run):
      "run \(run) was never in use, so there is no going back to it; 'quartermaster promote' puts"
        + " it into use"
    case .nothingBefore: "there is no earlier run whose forecasts are kept"
    }
  }
}

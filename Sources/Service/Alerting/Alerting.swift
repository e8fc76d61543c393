internal import Digests
internal import Inventory
internal import Planning
public import Postgres
internal import Storage

/// Tells planners of a run's flags: one message per region and planner, however many flags.
public enum Alerting {
  /// A name that exists nowhere (RFC 2606): what is written here is not known to any mail server.
  private static let idDomain = "quartermaster.invalid"

  /// Writes the messages of a run into the outbox: call it in the run's own transaction, behind its
  /// flags. Returns how many there are.
  @discardableResult
  public static func queue(run: Int, in db: isolated Session) throws -> Int {
    let flags = try raised(by: run, in: db)
    return try queue(.flags, ofRun: run, in: db) { _ in flags }
  }

  /// Tells every region's planners that a run was refused, in the run's own transaction.
  static func queue(_ refusal: RunRefusal, in db: isolated Session) throws {
    try queue(.refusal, ofRun: refusal.run, in: db, refusal.flags(toldIn:))
  }

  /// Tells a region's planners that its forecasts are no longer believed, in the transaction that
  /// raises the flag.
  static func queue(accuracyBreach flag: Flag, run: Int, in db: isolated Session) throws {
    try queue(.accuracyBreach, ofRun: run, in: db) { $0 == flag.region ? [flag] : [] }
  }

  /// Tells every planner, once however many regions are his, that a run is not what was published,
  /// in the transaction that raises the flag.
  static func queue(replayMismatch flag: Flag, run: Int, in db: isolated Session) throws {
    guard let origin = try RunStore.origin(ofRun: run, in: db),
      let digest = AlertDigest(region: nil, run: run, origin: origin, flags: [flag])
    else { return }
    let addresses = Set(try PlannerStore.list(in: db).map(\.address)).sorted()
    try OutboxStore.queue(
      try addresses.map { try message(digest, to: $0) }, about: .replayMismatch, run: run, in: db)
  }

  @discardableResult
  private static func queue(
    _ topic: MailTopic, ofRun run: Int, in db: isolated Session,
    _ flags: (RegionCode) throws -> [Flag]
  ) throws -> Int {
    let planners = try PlannerStore.list(in: db)
    guard !planners.isEmpty, let origin = try RunStore.origin(ofRun: run, in: db) else { return 0 }
    var messages: [DraftMessage] = []
    for (region, planners) in Dictionary(grouping: planners, by: \.region).sorted(by: {
      $0.key < $1.key
    }) {
      let told = try flags(region)
      guard let digest = AlertDigest(region: region, run: run, origin: origin, flags: told) else {
        continue
      }
      messages += try planners.map { try message(digest, to: $0.address) }
    }
    return try OutboxStore.queue(messages, about: topic, run: run, in: db)
  }

  private static func message(
    _ digest: AlertDigest, to address: String
  ) throws -> DraftMessage {
    DraftMessage(
      headerID: try headerID(run: digest.run), region: digest.region, recipient: address,
      subject: digest.subject, text: digest.text, html: digest.html)
  }

  /// The gravest first.
  private static func raised(by run: Int, in db: isolated Session) throws -> [Flag] {
    try FlagStore.flags(FlagQuery(run: run, limit: Int(Int32.max)), in: db).map(\.flag)
      .enumerated().sorted { left, right in
        left.element.severity == right.element.severity
          ? left.offset < right.offset : left.element.severity > right.element.severity
      }.map(\.element)
  }

  private static func headerID(run: Int) throws -> String {
    let random = Hexadecimal.text(try RandomBytes.make(count: 16))
    return "<run\(run).\(random)@\(idDomain)>"
  }
}

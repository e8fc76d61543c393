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
    try queue(raised(by: run, in: db), run: run, in: db)
  }

  @discardableResult
  private static func queue(_ flags: [Flag], run: Int, in db: isolated Session) throws -> Int {
    let planners = try flags.isEmpty ? [] : PlannerStore.list(in: db)
    guard !planners.isEmpty, let origin = try RunStore.origin(ofRun: run, in: db) else { return 0 }
    var messages: [DraftMessage] = []
    for (region, planners) in Dictionary(grouping: planners, by: \.region).sorted(by: {
      $0.key < $1.key
    }) {
      guard let digest = AlertDigest(region: region, run: run, origin: origin, flags: flags) else {
        continue
      }
      let (subject, text, html) = (digest.subject, digest.text, digest.html)
      for planner in planners {
        messages.append(
          DraftMessage(
            headerID: try headerID(run: run), region: region, recipient: planner.address,
            subject: subject, text: text, html: html))
      }
    }
    return try OutboxStore.queue(messages, run: run, in: db)
  }

  /// Tells every region's planners that a run was refused, in the run's own transaction.
  static func queueRefusal(of run: Int, _ flag: Flag, in db: isolated Session) throws {
    try queue([flag], run: run, in: db)
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

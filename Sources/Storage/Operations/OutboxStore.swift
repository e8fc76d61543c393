public import Inventory
public import Postgres

/// What a message is about.
public enum MailTopic: String, CaseIterable, Hashable, Sendable {
  /// What a run flagged when it was published.
  case flags
  /// A run that was not published.
  case refusal
  /// Forecasts in use that days which have arrived do not bear out.
  case accuracyBreach = "accuracy-breach"
  /// A run in use that, made again, is not what was published.
  case replayMismatch = "replay-mismatch"
}

/// A message as it is written, before anybody tries to deliver it.
public struct DraftMessage: Hashable, Sendable {
  public let headerID: String
  /// Nil for what concerns all of them alike.
  public let region: RegionCode?
  public let recipient: String
  public let subject: String
  public let text: String
  public let html: String

  public init(
    headerID: String, region: RegionCode?, recipient: String, subject: String, text: String,
    html: String
  ) {
    self.headerID = headerID
    self.region = region
    self.recipient = recipient
    self.subject = subject
    self.text = text
    self.html = html
  }
}

/// A message that somebody is about to deliver.
public struct ClaimedMessage: Hashable, Sendable {
  public let id: Int
  public let headerID: String
  public let recipient: String
  public let subject: String
  public let text: String
  public let html: String
  public let createdAt: Instant
  /// Counting this one; an earlier claim cannot end what a later one has taken.
  public let attempt: Int
}

/// How the outbox stands.
public struct OutboxCounts: Hashable, Sendable {
  public var queued = 0
  public var sent = 0
  public var refused = 0
  /// When the oldest message that is still queued was written.
  public var oldestQueued: Instant?
}

/// Mail that waits for its delivery, written in the transaction of what it tells.
public enum OutboxStore {
  /// Puts messages into the outbox; a recipient who was told of that about the run already is not
  /// told twice.
  @discardableResult
  public static func queue(
    _ messages: [DraftMessage], about topic: MailTopic, run: Int, in db: isolated Session
  ) throws -> Int {
    try db.execute(
      """
      INSERT INTO mail_message
        (header_id, run_id, topic, region, recipient, subject, text_body, html_body)
      SELECT header_id, \(Int32(run)), \(topic.rawValue), region, recipient, subject, text_body,
        html_body
      FROM unnest(\(messages.map(\.headerID)), \(messages.map(\.region)),
        \(messages.map(\.recipient)), \(messages.map(\.subject)), \(messages.map(\.text)),
        \(messages.map(\.html)))
        AS m (header_id, region, recipient, subject, text_body, html_body)
      ON CONFLICT (run_id, topic, (coalesce(region::text, '')), recipient) DO NOTHING
      """)
  }

  /// Takes the message that has waited longest for its turn. Until the lease ends nobody else
  /// takes it; afterwards it is due again, as when whoever took it has crashed.
  public static func claim(
    leaseSeconds: Double, in db: isolated Session
  ) throws -> ClaimedMessage? {
    let claimed = try db.rows(
      """
      UPDATE mail_message
      SET attempts = attempts + 1,
        next_attempt_at = clock_timestamp() + make_interval(secs => \(leaseSeconds))
      WHERE message_id = (
        SELECT message_id FROM mail_message
        WHERE state = 'queued' AND next_attempt_at <= clock_timestamp()
        ORDER BY next_attempt_at, message_id LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING message_id, header_id, recipient, subject, text_body, html_body, created_at,
        attempts
      """)
    return try claimed.first.map { row in
      try ClaimedMessage(
        id: row[0], headerID: row[1], recipient: row[2], subject: row[3], text: row[4],
        html: row[5], createdAt: row[6], attempt: row[7])
    }
  }

  public static func sent(_ message: ClaimedMessage, in db: isolated Session) throws {
    try db.execute(
      """
      UPDATE mail_message
      SET state = 'sent', sent_at = clock_timestamp(), last_failure = NULL
      WHERE message_id = \(message.id) AND attempts = \(message.attempt) AND state = 'queued'
      """)
  }

  /// Ends a message that nobody will take.
  public static func refused(
    _ message: ClaimedMessage, _ failure: String, in db: isolated Session
  ) throws {
    try db.execute(
      """
      UPDATE mail_message SET state = 'refused', last_failure = \(failure)
      WHERE message_id = \(message.id) AND attempts = \(message.attempt) AND state = 'queued'
      """)
  }

  /// Leaves a message for later.
  public static func postpone(
    _ message: ClaimedMessage, seconds: Double, _ failure: String, in db: isolated Session
  ) throws {
    try db.execute(
      """
      UPDATE mail_message SET last_failure = \(failure),
        next_attempt_at = clock_timestamp() + make_interval(secs => \(seconds))
      WHERE message_id = \(message.id) AND attempts = \(message.attempt) AND state = 'queued'
      """)
  }

  public static func counts(in db: isolated Session) throws -> OutboxCounts {
    let row = try db.rows(
      """
      SELECT count(*) FILTER (WHERE state = 'queued'), count(*) FILTER (WHERE state = 'sent'),
        count(*) FILTER (WHERE state = 'refused'), min(created_at) FILTER (WHERE state = 'queued')
      FROM mail_message
      """)[0]
    return try OutboxCounts(
      queued: row[0], sent: row[1], refused: row[2], oldestQueued: row[3])
  }
}

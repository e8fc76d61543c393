internal import Inventory
public import Mail
public import Postgres
internal import Storage

/// How mail leaves: who it is from, and by which server.
public struct MailSettings: Sendable {
  public let client: SMTPClient
  public let from: Sender

  public init(client: SMTPClient, from: Sender) {
    self.client = client
    self.from = from
  }

  /// From `QUARTERMASTER_SMTP_URL` and `QUARTERMASTER_MAIL_FROM`; nil when there is no server, and
  /// messages stay queued.
  public init?(environment: [String: String]) throws {
    guard let url = environment["QUARTERMASTER_SMTP_URL"], !url.isEmpty else { return nil }
    client = SMTPClient(try SMTPServer(url))
    guard let sender = environment["QUARTERMASTER_MAIL_FROM"], !sender.isEmpty else {
      throw SenderMissing()
    }
    from = try Sender(sender)
  }
}

/// A mail server, but nobody from whom the mail is.
struct SenderMissing: Failure {
  var code: String { "no-mail-sender" }
  var exitCode: ExitCode { .configuration }
  var sentence: String {
    "QUARTERMASTER_SMTP_URL is set but QUARTERMASTER_MAIL_FROM is not; it is written as"
      + " Quartermaster <mail@example.com>"
  }
}

/// Delivers what is in the outbox. Any number of instances may do it at once.
///
/// A message that was sent at the moment of a crash is sent again, under the same Message-ID.
public struct Mailer: Sendable {
  public enum Outcome: String, CaseIterable, Hashable, Sendable {
    case sent
    /// Not now; it is tried again.
    case postponed
    /// Never: the server said so, or the time for trying is over.
    case refused
  }

  /// What became of one message.
  public struct Delivery: Hashable, Sendable {
    public let message: Int
    public let attempt: Int
    public let outcome: Outcome
    /// Empty when it was sent.
    public let failure: String
  }

  /// When to try again, and for how long.
  public struct Patience: Hashable, Sendable {
    public var firstPauseSeconds: Double
    public var longestPauseSeconds: Double
    /// RFC 5321, 4.5.4.1, asks for four or five days.
    public var limitSeconds: Double

    public init(
      firstPauseSeconds: Double = 60, longestPauseSeconds: Double = 4 * 3600,
      limitSeconds: Double = 5 * 86_400
    ) {
      self.firstPauseSeconds = firstPauseSeconds
      self.longestPauseSeconds = longestPauseSeconds
      self.limitSeconds = limitSeconds
    }

    /// Twice the last pause each time, up to the longest; then anything from half of that to all of
    /// it, so that what failed together is not tried together.
    func pauseSeconds(afterAttempt attempt: Int, random: Double) -> Double {
      let doubled =
        firstPauseSeconds * Double(sign: .plus, exponent: min(attempt - 1, 30), significand: 1)
      return min(doubled, longestPauseSeconds) * (0.5 + 0.5 * random)
    }
  }

  private let settings: MailSettings
  private let patience: Patience

  public init(_ settings: MailSettings, patience: Patience = Patience()) {
    self.settings = settings
    self.patience = patience
  }

  /// Delivers the message that is due longest; nil when none is.
  public func deliverOnce(in session: Session) async throws -> Delivery? {
    // Beyond what one conversation may take, so that nobody else begins while it lasts.
    let limits = settings.client.limits
    let leaseSeconds = Double(limits.connectSeconds + 2 * limits.totalSeconds + 60)
    let claimed = try await session.run { db in
      try OutboxStore.claim(leaseSeconds: leaseSeconds, in: db)
    }
    guard let claimed else { return nil }
    let failure = await attempt(claimed)
    return try await end(claimed, failure, in: session)
  }

  private func attempt(_ claimed: ClaimedMessage) async -> (any Failure)? {
    do {
      try await settings.client.deliver(
        Message(
          headerID: claimed.headerID, from: settings.from, to: MailAddress(claimed.recipient),
          subject: claimed.subject, text: claimed.text, html: claimed.html,
          date: claimed.createdAt.microseconds / 1_000_000))
      return nil
    } catch let error as MailError {
      return error
    } catch let fault as MessageFault {
      return fault
    } catch {
      return MailError.transport(.other, detail: FailureReport(error).sentence)
    }
  }

  private func end(
    _ claimed: ClaimedMessage, _ failure: (any Failure)?, in session: Session
  ) async throws -> Delivery {
    let (sentence, patience) = (failure?.sentence ?? "", patience)
    let isFinal = failure.map(isFinal) ?? false
    let outcome: Outcome = try await session.run { db in
      if failure == nil {
        try OutboxStore.sent(claimed, in: db)
        return .sent
      }
      let ageSeconds =
        Double(try ScheduleStore.now(in: db).microseconds - claimed.createdAt.microseconds) / 1e6
      guard !isFinal, ageSeconds < patience.limitSeconds else {
        try OutboxStore.refused(claimed, sentence, in: db)
        return .refused
      }
      let pause = patience.pauseSeconds(
        afterAttempt: claimed.attempt, random: Double.random(in: 0..<1))
      try OutboxStore.postpone(claimed, seconds: pause, sentence, in: db)
      return .postponed
    }
    return Delivery(
      message: claimed.id, attempt: claimed.attempt, outcome: outcome, failure: sentence)
  }

  /// Whether trying again would end alike.
  private func isFinal(_ failure: any Failure) -> Bool {
    switch failure {
    case MailError.refused: true
    case is MessageFault: true
    default: false
    }
  }
}

import Inventory
import Mail
import Planning
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Messages are queued with their run and delivered afterwards")
struct MailerTests {
  /// One region with a run whose flags are those given, in one transaction with their messages.
  private func run(flags: Int, planners: [String], in session: Session) async throws -> Int {
    let rows = (0..<90).map { "oats,leeds,\(day("2024-04-02") + $0),\(3 + $0 % 7)\n" }
    let warehouse = try await Warehouse.stocked(session)
    try await warehouse.sync(
      .demand, "item,location,day,quantity\n" + rows.joined(), through: "2024-06-30")
    for planner in planners {
      _ = try await Planners.add(planner, region: code("north"), actor: "ann", in: session)
    }
    return try await Training.run(clock: warehouse.clock, in: session) { run, db in
      for number in 0..<flags {
        try db.execute(
          """
          INSERT INTO flag (run_id, rule, severity, region, expected, found, message)
          VALUES (\(Int32(run)), 'level-jump', 'warning', 'north', 3, \(Double(number)),
            \("Größer als \(number)."))
          """)
      }
      try Alerting.queue(run: run, in: db)
    }.run
  }

  private func mailer(_ port: Int, patience: Mailer.Patience = .init()) throws -> Mailer {
    let client = SMTPClient(
      try SMTPServer("smtp://127.0.0.1:\(port)"),
      limits: .init(connectSeconds: 5, totalSeconds: 20))
    return Mailer(
      MailSettings(client: client, from: try Sender("Quartermaster <qm@example.com>")),
      patience: patience)
  }

  private func counts(in session: Session) async throws -> OutboxCounts {
    try await session.run { db in try OutboxStore.counts(in: db) }
  }

  @Test("each planner of the region gets one message of all flags, and none again")
  func delivered() async throws {
    try await withDatabase(.migrated) { session, _ in
      let run = try await run(
        flags: 40, planners: ["ann@example.com", "bob@example.com"], in: session)
      let again = try await session.run { db in try Alerting.queue(run: run, in: db) }
      #expect(again == 0)
      try await ThrowawayMailServer.run { server in
        let mailer = try mailer(server.ports.plain)
        while try await mailer.deliverOnce(in: session) != nil {}
        let arrivals = try server.arrivals()
        #expect(Set(arrivals.flatMap(\.recipients)) == ["ann@example.com", "bob@example.com"])
        #expect(arrivals.count == 2 && Set(arrivals.map(\.headerID)).count == 2)
        for arrival in arrivals {
          #expect(arrival.subject == "Forecast of north: 40 flags (40 warnings)")
          #expect(arrival.text.contains("Größer als 24.") && arrival.text.contains("And 15 more"))
          #expect(arrival.html.contains("Größer als 24.") && arrival.html.contains("And 15 more"))
          #expect(arrival.defects.isEmpty && arrival.bareBreaks == 0)
        }
      }
      let counts = try await counts(in: session)
      #expect(counts.sent == 2 && counts.queued == 0 && counts.oldestQueued == nil)
    }
  }

  @Test("a run without flags, or without planners, writes nobody")
  func nothing() async throws {
    try await withDatabase(.migrated) { session, _ in
      _ = try await run(flags: 3, planners: [], in: session)
      _ = try await Planners.add("ann@example.com", region: code("south"), actor: "a", in: session)
      _ = try await run(flags: 3, planners: [], in: session)
      let counts = try await counts(in: session)
      #expect(counts.queued == 0 && counts.sent == 0)
    }
  }

  @Test("a run that is not published mails nobody")
  func together() async throws {
    try await withDatabase(.migrated) { session, _ in
      _ = try await run(flags: 1, planners: ["ann@example.com"], in: session)
      let before = try await counts(in: session)
      let clock = ZoneClock(asOf: day("2024-06-30"), deploymentZone: "UTC")
      await #expect(throws: RunRequestError.self) {
        try await Training.run(clock: clock, in: session) { run, db in
          try db.execute(
            """
            INSERT INTO flag (run_id, rule, severity, region, message)
            VALUES (\(Int32(run)), 'level-jump', 'critical', 'north', 'x')
            """)
          try Alerting.queue(run: run, in: db)
          throw RunRequestError.overtaken(request: 1)
        }
      }
      let after = try await counts(in: session)
      #expect(before == after && after.queued == 1)
      let status = try await Status.read(clock: clock, canMail: false, in: session)
      #expect(
        status.text.contains(
          "\nMail to planners: 1 queued, because QUARTERMASTER_SMTP_URL is not set\n"))
    }
  }

  @Test("a refusal for good ends a message; one for now, and a server away, postpone it")
  func outcomes() async throws {
    try await withDatabase(.migrated) { session, _ in
      let planners = ["refuse-550@b.example", "refuse-450@b.example", "ann@b.example"]
      _ = try await run(flags: 1, planners: planners, in: session)
      var found: [Mailer.Outcome: Int] = [:]
      try await ThrowawayMailServer.run { server in
        let mailer = try mailer(server.ports.plain)
        while let delivery = try await mailer.deliverOnce(in: session) {
          found[delivery.outcome, default: 0] += 1
          #expect(delivery.attempt == 1)
        }
      }
      #expect(found == [.refused: 1, .postponed: 1, .sent: 1])
      let failures: [String] = try await session.run { db in
        try db.rows(
          "SELECT coalesce(last_failure, '') FROM mail_message ORDER BY recipient"
        ).map { try $0[0] }
      }
      #expect(
        failures == [
          "", "the mail server will not take it now: 450 no mailbox refuse-450@b.example here",
          "the mail server refused it: 550 no mailbox refuse-550@b.example here",
        ])
      // Its turn has come again, and now nobody is there.
      try await session.run { db in
        _ = try db.execute("UPDATE mail_message SET next_attempt_at = clock_timestamp()")
      }
      let away = try await mailer(1).deliverOnce(in: session)
      #expect(away?.outcome == .postponed && away?.attempt == 2)
      let gone = try await mailer(1).deliverOnce(in: session)
      #expect(gone == nil)
      // The time for trying is over.
      try await session.run { db in
        _ = try db.execute(
          """
          UPDATE mail_message SET next_attempt_at = clock_timestamp(),
            created_at = clock_timestamp() - interval '6 days'
          """)
      }
      let last = try await mailer(1).deliverOnce(in: session)
      #expect(last?.outcome == .refused)
    }
  }

  @Test("several instances deliver each message once; a crashed one's comes again, as the same")
  func instances() async throws {
    try await withDatabase(.migrated) { session, target in
      let planners = (0..<12).map { "planner\($0)@b.example" }
      _ = try await run(flags: 1, planners: planners, in: session)
      let crashed = try #require(
        try await session.run { db in try OutboxStore.claim(leaseSeconds: 3600, in: db) })
      try await ThrowawayMailServer.run { server in
        try await deliverAll(4, server.ports.plain, target)
        var arrivals = try server.arrivals()
        #expect(arrivals.count == 11 && Set(arrivals.map(\.headerID)).count == 11)
        #expect(!arrivals.contains { $0.headerID == crashed.headerID })
        try await session.run { db in
          _ = try db.execute("UPDATE mail_message SET next_attempt_at = clock_timestamp()")
        }
        try await deliverAll(2, server.ports.plain, target)
        arrivals = try server.arrivals()
        #expect(arrivals.count == 12 && arrivals.last?.headerID == crashed.headerID)
      }
      // The crashed one, back to life, has no say any more.
      try await session.run { db in try OutboxStore.refused(crashed, "late", in: db) }
      let counts = try await counts(in: session)
      #expect(counts.sent == 12)
    }
  }

  private func deliverAll(_ instances: Int, _ port: Int, _ target: ConnectionTarget) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<instances {
        group.addTask {
          let own = try await Session.connect(target)
          let mailer = try mailer(port)
          while try await mailer.deliverOnce(in: own) != nil {}
          await own.close()
        }
      }
      try await group.waitForAll()
    }
  }

  @Test("pauses double up to the longest, spread over half of themselves")
  func patience() {
    let patience = Mailer.Patience(firstPauseSeconds: 60, longestPauseSeconds: 3600)
    let longest = (1...8).map { patience.pauseSeconds(afterAttempt: $0, random: 1) }
    #expect(longest == [60, 120, 240, 480, 960, 1920, 3600, 3600])
    #expect(patience.pauseSeconds(afterAttempt: 1, random: 0) == 30)
    #expect(patience.pauseSeconds(afterAttempt: 100_000, random: 1) == 3600)
  }

  @Test("without a server there are no settings; a server needs a sender")
  func settings() throws {
    #expect(try MailSettings(environment: [:]) == nil)
    #expect(try MailSettings(environment: ["QUARTERMASTER_SMTP_URL": ""]) == nil)
    #expect(throws: SenderMissing.self) {
      try MailSettings(environment: ["QUARTERMASTER_SMTP_URL": "smtp://localhost"])
    }
    let settings = try MailSettings(environment: [
      "QUARTERMASTER_SMTP_URL": "smtps://u:p@mail.example",
      "QUARTERMASTER_MAIL_FROM": "Plan <qm@example.com>",
    ])
    #expect(settings?.from.name == "Plan")
    #expect(settings?.client.server.description == "smtps://mail.example:465")
  }

  @Test("planners are known by a valid address and a region there is")
  func planners() async throws {
    try await withDatabase(.migrated) { session, _ in
      _ = try await Warehouse.stocked(session)
      func add(_ address: String, _ region: String) async throws -> String {
        try await Planners.add(address, region: code(region), actor: "ann", in: session)
      }
      let first = try await add("Ann@EXAMPLE.com", "north")
      let again = try await add("Ann@example.com", "north")
      #expect(first == "Ann@example.com is told of 'north'")
      #expect(again == "Ann@example.com is told of 'north' already")
      _ = try await add("Ann@example.com", "south")
      await #expect(throws: UnknownRegion.self) { try await add("bob@example.com", "nrth") }
      await #expect(throws: MessageFault.self) { try await add("bob@example.com\n", "north") }
      let list = try await Planners.list(in: session)
      #expect(list.contains("north") && list.contains("south"))
      let removed = try await Planners.remove(
        "ann@example.com".replacing("ann", with: "Ann"), region: nil, actor: "ann", in: session)
      #expect(removed == "Ann@example.com is told of no region any more")
      await #expect(throws: UnknownPlanner.self) {
        try await Planners.remove("ann@example.com", region: nil, actor: "ann", in: session)
      }
    }
  }
}

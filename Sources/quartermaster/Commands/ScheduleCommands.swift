import Inventory
import Planning
import Service

/// `schedule list`: when the regions are trained.
struct ScheduleListCommand: Command, Hashable {
  let database: String?

  static let grammar = Grammar(
    name: "schedule list",
    summary: "Show when the regions are trained",
    options: [.database],
    examples: [
      .init(
        commandLine: "quartermaster schedule list", effect: "lists each schedule and its next slot")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) { database = arguments.text("database") }
}

/// `schedule set`: makes a schedule or changes it.
struct ScheduleSetCommand: Command, Hashable {
  let name: ScheduleName
  let expression: ScheduleExpression
  let timeZone: String?
  let database: String?

  static let grammar = Grammar(
    name: "schedule set",
    summary: "Make a schedule of trainings, or change it",
    details: """
      CRON has five fields: minute, hour, day of month, month, day of week, with lists, ranges, \
      steps and names. A time that daylight saving skips is made up for at the next minute there \
      is; one that comes twice is taken the first time.
      """,
    positionals: [
      .init(name: "NAME", help: "the schedule"),
      .init(name: "CRON", help: "when, in quotes, as '30 6 * * MON-FRI'"),
    ],
    options: [
      .init(
        name: "time-zone", value: "ZONE",
        help: "whose clocks it goes by, as Europe/Berlin; default QUARTERMASTER_TIME_ZONE, else the"
          + " machine's"),
      .database,
    ],
    examples: [
      .init(
        commandLine: "quartermaster schedule set daily '30 6 * * *' --time-zone Europe/Berlin",
        effect: "trains every day at half past six in Berlin")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    name = try ScheduleName(argument: arguments.positionals[0])
    do {
      expression = try ScheduleExpression(arguments.positionals[1])
    } catch {
      throw .malformed(error)
    }
    timeZone = arguments.text("time-zone")
    database = arguments.text("database")
  }
}

/// `schedule pause`: no slot fires until it is resumed.
struct SchedulePauseCommand: Command, Hashable {
  let name: ScheduleName
  let database: String?

  static let grammar = Grammar(
    name: "schedule pause",
    summary: "Let a schedule rest; slots meanwhile are not made up for",
    positionals: [.init(name: "NAME", help: "the schedule")],
    options: [.database],
    examples: [.init(commandLine: "quartermaster schedule pause daily", effect: "stops it")])

  init(_ arguments: Arguments) throws(UsageFailure) {
    name = try ScheduleName(argument: arguments.positionals[0])
    database = arguments.text("database")
  }
}

/// `schedule resume`: lets a paused schedule go on.
struct ScheduleResumeCommand: Command, Hashable {
  let name: ScheduleName
  let database: String?

  static let grammar = Grammar(
    name: "schedule resume",
    summary: "Let a paused schedule go on",
    positionals: [.init(name: "NAME", help: "the schedule")],
    options: [.database],
    examples: [
      .init(commandLine: "quartermaster schedule resume daily", effect: "its next slot fires")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    name = try ScheduleName(argument: arguments.positionals[0])
    database = arguments.text("database")
  }
}

/// `schedule run-now`: asks for a run outside the slots.
struct ScheduleRunNowCommand: Command, Hashable {
  let name: ScheduleName
  let asOf: Day?
  let database: String?

  static let grammar = Grammar(
    name: "schedule run-now",
    summary: "Ask the service for a run without waiting for the next slot",
    positionals: [.init(name: "NAME", help: "the schedule")],
    options: [.asOf, .database],
    examples: [
      .init(commandLine: "quartermaster schedule run-now daily", effect: "queues one run")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    name = try ScheduleName(argument: arguments.positionals[0])
    asOf = try arguments.value("as-of", Expected.day) { Day($0) }
    database = arguments.text("database")
  }
}

extension ScheduleName {
  fileprivate init(argument: String) throws(UsageFailure) {
    guard let name = ScheduleName(argument) else {
      throw .invalidValue("NAME", argument, expected: Expected.code, nearest: nil)
    }
    self = name
  }
}

extension ScheduleListCommand: RunnableCommand {
  func run(in surroundings: Surroundings) async throws {
    let schedules = try await Database.use(database, environment: surroundings.environment) {
      try await Schedules.list(clock: surroundings.clock(), in: $0)
    }
    try surroundings.output.write(schedules.text)
  }
}

extension ScheduleSetCommand: RunnableCommand {
  func run(in surroundings: Surroundings) async throws {
    let schedules = try await Database.use(database, environment: surroundings.environment) {
      try await Schedules.set(
        name, expression, timeZone: timeZone, actor: surroundings.actor, in: $0)
      return try await Schedules.list(clock: surroundings.clock(), in: $0)
    }
    try surroundings.output.write(schedules.text)
  }
}

extension SchedulePauseCommand: RunnableCommand {
  func run(in surroundings: Surroundings) async throws {
    try await Database.use(database, environment: surroundings.environment) {
      try await Schedules.pause(name, actor: surroundings.actor, in: $0)
    }
    try surroundings.output.write("schedule '\(name)' is paused\n")
  }
}

extension ScheduleResumeCommand: RunnableCommand {
  func run(in surroundings: Surroundings) async throws {
    try await Database.use(database, environment: surroundings.environment) {
      try await Schedules.resume(name, actor: surroundings.actor, in: $0)
    }
    try surroundings.output.write("schedule '\(name)' goes on\n")
  }
}

extension ScheduleRunNowCommand: RunnableCommand {
  func run(in surroundings: Surroundings) async throws {
    let request = try await Database.use(database, environment: surroundings.environment) {
      try await Schedules.runNow(name, asOf: asOf, actor: surroundings.actor, in: $0)
    }
    try surroundings.output.write("request \(request) waits for the service to carry it out\n")
  }
}

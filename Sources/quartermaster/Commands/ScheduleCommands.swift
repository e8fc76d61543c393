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
  let graceMinutes: Int
  let deadlineMinutes: Int?
  let database: String?

  static let grammar = Grammar(
    name: "schedule set",
    summary: "Make a schedule of trainings, or change it",
    details: """
      CRON has five fields: minute, hour, day of month, month, day of week, with lists, ranges, \
      steps and names. A time that daylight saving skips is made up for at the next minute there \
      is; one that comes twice is taken the first time. A slot begins when every region is fresh, \
      or when its grace ends: regions that are behind then keep their forecast, marked stale.
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
      .init(
        name: "grace", value: "TIME",
        help: "how long a slot waits for late data, as 90m or 2h; default not at all"),
      .init(
        name: "deadline", value: "TIME",
        help: "after how long a run is given up, as 90m or 2h; default never"),
      .database,
    ],
    examples: [
      .init(
        commandLine: "quartermaster schedule set daily '30 6 * * *' --time-zone Europe/Berlin",
        effect: "trains every day at half past six in Berlin"),
      .init(
        commandLine: "quartermaster schedule set daily '30 6 * * *' --grace 90m --deadline 2h",
        effect: "waits for late warehouses until eight, and gives a run up after two hours"),
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    name = try ScheduleName(argument: arguments.positionals[0])
    do {
      expression = try ScheduleExpression(arguments.positionals[1])
    } catch {
      throw .malformed(error)
    }
    timeZone = arguments.text("time-zone")
    graceMinutes = try arguments.minutes("grace", from: 0) ?? 0
    deadlineMinutes = try arguments.minutes("deadline", from: 1)
    database = arguments.text("database")
  }
}

extension Arguments {
  private static let minutesPerWeek = 7 * 24 * 60

  /// A span of time as `90m`, `2h` or `1d`, in minutes; a week at most.
  fileprivate func minutes(_ option: String, from least: Int) throws(UsageFailure) -> Int? {
    try value(option, "minutes, hours or days as 90m, 2h or 1d, at most 7d") { text in
      let units: [Character: Int] = ["m": 1, "h": 60, "d": 24 * 60]
      guard let unit = text.last.flatMap({ units[$0] }), let count = UInt16(text.dropLast()),
        text.first != "+"
      else { return nil }
      let minutes = Int(count) * unit
      return (least...Arguments.minutesPerWeek).contains(minutes) ? minutes : nil
    }
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
  let isForced: Bool
  let database: String?

  static let grammar = Grammar(
    name: "schedule run-now",
    summary: "Ask the service for a run without waiting for the next slot",
    details: """
      No run is made of what a run in use has seen already, nor of what the gate refused before, \
      unless it is forced.
      """,
    positionals: [.init(name: "NAME", help: "the schedule")],
    options: [
      .asOf, .init(name: "force", help: "make it although nothing changed"), .database,
    ],
    examples: [
      .init(commandLine: "quartermaster schedule run-now daily", effect: "queues one run")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    name = try ScheduleName(argument: arguments.positionals[0])
    asOf = try arguments.value("as-of", Expected.day) { Day($0) }
    isForced = arguments.has("force")
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
        name, expression, timeZone: timeZone, graceMinutes: graceMinutes,
        deadlineMinutes: deadlineMinutes, actor: surroundings.actor, in: $0)
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
      try await Schedules.runNow(
        name, asOf: asOf, isForced: isForced, actor: surroundings.actor, in: $0)
    }
    try surroundings.output.write("request \(request) waits for the service to carry it out\n")
  }
}

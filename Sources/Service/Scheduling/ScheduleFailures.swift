internal import Inventory
public import Planning
public import Storage

// What can be wrong with a schedule or the queue of runs, in words.

extension ScheduleFault: Failure {
  public var code: String { "bad-schedule" }
  public var exitCode: ExitCode { .usage }

  public var sentence: String {
    switch self {
    case .fieldCount(let count):
      "a schedule has five fields, minute, hour, day of month, month and day of week, not \(count);"
        + " '30 6 * * *' is half past six every day"
    case .unreadable(let field, let text):
      "the \(field.rawValue) '\(text)' of the schedule is no number, range as 1-5, or step as */15"
    case .outOfRange(let field, let value):
      "the \(field.rawValue) \(value) of the schedule is outside \(field.range.lowerBound) to"
        + " \(field.range.upperBound)"
    case .neverFires: "this schedule would never fire: no month has such a day"
    }
  }
}

extension ScheduleError: Failure {
  public var code: String { "unknown-schedule" }
  public var exitCode: ExitCode { .data }

  public var sentence: String {
    switch self {
    case .unknownSchedule(let name, let known):
      "there is no schedule '\(name)'; known are \(known.map(\.text).listed)"
    }
  }
}

extension RunRequestError: Failure {
  public var code: String {
    switch self {
    case .overtaken: "overtaken"
    case .deadlinePassed: "deadline-passed"
    }
  }

  public var exitCode: ExitCode { .tryAgain }

  public var sentence: String {
    switch self {
    case .overtaken(let request):
      "another instance took over request \(request), so this run was not published"
    case .deadlinePassed(let request):
      "request \(request) passed its deadline, so its run was given up and not published"
    }
  }
}

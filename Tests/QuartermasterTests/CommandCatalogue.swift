@testable import quartermaster

/// Every command that exists as a value, in the order of the overview.
let allCommands: [any Command.Type] = [
  SyncCommand.self, TrainCommand.self, ProcurementReportCommand.self, FlagsCommand.self,
  StatusCommand.self, ForecastCommand.self, BacktestCommand.self, MigrateCommand.self,
  DemoCommand.self,
]

/// The words of a command line as a shell without quoting would cut it.
func words(_ commandLine: String) -> [String] {
  commandLine.split(separator: " ").map(String.init)
}

/// The command that a line means.
func parsed<Parsed: Command>(_ commandLine: String, as type: Parsed.Type) throws -> Parsed? {
  guard case .run(let command) = try Invocation(words(commandLine), commands: allCommands) else {
    return nil
  }
  return command as? Parsed
}

/// The sentence with which a line is refused; nil when it is not.
func refusal(_ commandLine: String) -> String? {
  do throws(UsageFailure) {
    _ = try Invocation(words(commandLine), commands: allCommands)
    return nil
  } catch {
    return error.sentence
  }
}

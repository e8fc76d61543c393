import Glibc
import Service

/// argv -> value -> one command -> exit code.
@main
struct Program {
  /// In the order of `quartermaster help`.
  static let commands: [any RunnableCommand.Type] = [
    SyncCommand.self, TrainCommand.self, ProcurementReportCommand.self,
    AccuracyReportCommand.self, StabilityReportCommand.self, FlagsCommand.self,
    ForecastLockCommand.self, ForecastLocksCommand.self, ForecastUnlockCommand.self,
    DemandShowCommand.self, DemandHistoryCommand.self, ExplainCommand.self, ReplayCommand.self,
    QuarantineListCommand.self,
    QuarantineShowCommand.self, QuarantineReplayCommand.self, QuarantineFixCommand.self,
    QuarantineDiscardCommand.self, StatusCommand.self, ForecastCommand.self,
    BacktestCommand.self, CalendarCommand.self, KeysCreateCommand.self,
    KeysListCommand.self,
    KeysRevokeCommand.self, ScheduleListCommand.self, ScheduleSetCommand.self,
    SchedulePauseCommand.self, ScheduleResumeCommand.self, ScheduleRunNowCommand.self,
    PlannersAddCommand.self, PlannersListCommand.self, PlannersRemoveCommand.self,
    SourcesListCommand.self, SourcesShowCommand.self, SourcesMapCommand.self,
    SourcesUnmapCommand.self, RunsListCommand.self, RunsShowCommand.self, RunsCompareCommand.self,
    ModelsShowCommand.self, PromoteCommand.self, RollbackCommand.self,
    ConfigurationShowCommand.self, ConfigurationSetCommand.self,
    ConfigurationListCommand.self, PruneCommand.self, ServeCommand.self, MigrateCommand.self,
    DemoCommand.self,
  ]

  static func main() async {
    // A closed pipe is an error of `write`, so that what a command has begun is ended properly.
    signal(SIGPIPE, SIG_IGN)
    let exitCode = await run(
      Array(CommandLine.arguments.dropFirst()), in: Surroundings.ofProcess(), complain: complain)
    exit(exitCode.rawValue)
  }

  static func run(
    _ words: [String], in surroundings: Surroundings, complain: (String) -> Void
  ) async -> ExitCode {
    do {
      switch try Invocation(words, commands: commands) {
      case .show(let text): try surroundings.output.write(text)
      case .run(let command):
        guard let command = command as? any RunnableCommand else { return .software }
        try await command.run(in: surroundings)
      }
      return .success
    } catch {
      let report = FailureReport(error)
      if report.exitCode != .outputClosed { complain("quartermaster: \(report.sentence)\n") }
      return report.exitCode
    }
  }
}

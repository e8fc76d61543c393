import Inventory
import Planning
import Service

// Each command is one call of the service, and what it prints.

extension SyncCommand: RunnableCommand {
  func run(in surroundings: Surroundings) async throws {
    let push = Push(
      kind: kind, path: file, source: source, key: key, completeThrough: completeThrough,
      generatedAt: generatedAt, isStrict: isStrict, mapping: mapping)
    let retention = try Retention(environment: surroundings.environment)
    try await Database.use(database, environment: surroundings.environment) { session in
      let receipt = try await Synchronisation.apply(
        push, clock: surroundings.clock(), retention: retention, progress: surroundings.progress,
        to: session)
      try surroundings.output.write(receipt.text)
      guard kind == .items || kind == .locations else { return }
      try surroundings.output.write(
        try await Arrivals.replayed(
          clock: surroundings.clock(), retention: retention, in: session))
    }
  }
}

extension TrainCommand: RunnableCommand {
  func run(in surroundings: Surroundings) async throws {
    let summary = try await Database.use(database, environment: surroundings.environment) {
      try await Training.run(
        clock: surroundings.clock(asOf: asOf), progress: surroundings.progress, in: $0)
    }
    try surroundings.output.write(summary.text)
    // Whoever waits for a new forecast must see that there is none.
    if let refusal = summary.refusal { throw refusal }
  }
}

extension ProcurementReportCommand: RunnableCommand {
  func run(in surroundings: Surroundings) async throws {
    let report = try await Database.use(database, environment: surroundings.environment) {
      try await ProcurementReporting.report(
        region: region, clock: surroundings.clock(asOf: asOf), in: $0)
    }
    try surroundings.output.write(format.text(of: report, width: surroundings.output.width))
  }
}

extension StatusCommand: RunnableCommand {
  func run(in surroundings: Surroundings) async throws {
    let status = try await Database.use(database, environment: surroundings.environment) {
      try await Status.read(
        clock: surroundings.clock(asOf: asOf), canMail: surroundings.canMail, in: $0)
    }
    try surroundings.output.write(format.text(of: status))
  }
}

extension MigrateCommand: RunnableCommand {
  func run(in surroundings: Surroundings) async throws {
    let applied = try await Database.migrate(database, environment: surroundings.environment)
    try surroundings.output.write(
      applied.isEmpty
        ? "the database is up to date\n"
        : applied.map { "applied \($0)\n" }.joined())
  }
}

extension ForecastCommand: RunnableCommand {
  func run(in surroundings: Surroundings) async throws {
    let filter = ForecastFilter(
      ForecastFilter.Options(
        file: file, calendar: calendar, prices: prices, settings: settings,
        isComplete: isComplete, output: output, mapping: mapping))
    guard let explained else {
      let summary = try filter.run(progress: surroundings.progress)
      return complain(summary.sentence + "\n")
    }
    let (explanation, drawing) = try filter.explain(explained, progress: surroundings.progress)
    if let chart { try drawing.write(to: chart) }
    if let output {
      try explanation.write(to: output, as: format ?? .csv)
    } else {
      try surroundings.output.write(
        (format ?? .table).text(of: explanation, width: surroundings.output.width ?? .max))
    }
  }
}

extension DemoCommand: RunnableCommand {
  func run(in surroundings: Surroundings) async throws {
    let demo = try await Database.use(database, environment: surroundings.environment) {
      try await Demo.run(clock: surroundings.clock(), progress: surroundings.progress, in: $0)
    }
    try surroundings.output.write(demo.summary + "\n")
    try surroundings.output.write(demo.reportText(width: surroundings.output.width))
    try surroundings.output.write(demo.next)
    if isUnattended { return }
    var settings = Daemon.Settings(environment: surroundings.environment)
    settings.database = database
    settings.pagesAreOpen = true
    complain("\nServing until Ctrl-C, without a key for the pages:\n")
    try await ServeCommand.serve(settings, in: surroundings)
  }
}

extension Surroundings {
  /// Whether there is a mail server to deliver to.
  var canMail: Bool { environment["QUARTERMASTER_SMTP_URL"]?.isEmpty == false }

  func clock(asOf: Day? = nil) -> ZoneClock {
    ZoneClock(asOf: asOf, deploymentZone: environment["QUARTERMASTER_TIME_ZONE"])
  }
}

import Inventory
import Service

/// `explain`: one published number, from the data to its making.
struct ExplainCommand: RunnableCommand, Hashable {
  let item: ItemCode
  let location: LocationCode
  let day: Day
  let run: Int?
  let format: PublishedExplanationFormat
  let database: String?

  static let grammar = Grammar(
    name: "explain",
    summary: "Show how one published number was made, from the batches to the last step",
    details: """
      The chain: the batches that told the series' demand, the dataset version, the run, the \
      method, and what each step adds to the day's mean. The steps are made again from the run's \
      dataset version, whatever was corrected since, which takes as long as the run's fits. On \
      the root scale the hybrid's effects add; in units they add up to the mean.
      """,
    options: [
      .init(name: "item", value: "ITEM", help: "the item", isRequired: true),
      .init(name: "location", value: "LOCATION", help: "the location", isRequired: true),
      .init(name: "day", value: "DAY", help: "the day that was forecast", isRequired: true),
      .run, .init(name: "format", value: "FORMAT", help: "table or json; default table"),
      .database,
    ],
    examples: [
      .init(
        commandLine: "quartermaster explain --item OATS --location LEEDS --day 2026-04-28",
        effect: "shows what the forecast of 28 April is made of")
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    guard let item = try arguments.value("item", Expected.code, { ItemCode($0) }) else {
      throw .missingOption("item", grammar: Self.grammar)
    }
    guard let location = try arguments.value("location", Expected.code, { LocationCode($0) })
    else { throw .missingOption("location", grammar: Self.grammar) }
    guard let day = try arguments.value("day", Expected.day, { Day($0) }) else {
      throw .missingOption("day", grammar: Self.grammar)
    }
    (self.item, self.location, self.day) = (item, location, day)
    run = try arguments.run()
    format = try arguments.choice("format", of: PublishedExplanationFormat.self) ?? .table
    database = arguments.text("database")
  }

  func run(in surroundings: Surroundings) async throws {
    let explanation = try await Database.use(database, environment: surroundings.environment) {
      try await PublishedExplanation.read(
        item: item, location: location, day: day, run: run, clock: surroundings.clock(),
        progress: surroundings.progress, in: $0)
    }
    try surroundings.output.write(format.text(of: explanation))
  }
}

/// `replay`: a run made again and compared with what was published.
struct ReplayCommand: RunnableCommand, Hashable {
  let run: Int?
  let sample: Int?
  let seed: UInt64
  let database: String?

  static let grammar = Grammar(
    name: "replay",
    summary: "Make a run again from its data, and compare it with what was published",
    details: """
      The data is read back as it was at the run's dataset version, whatever was corrected since. \
      The same processor core must give the same bits; on another one a mean may differ by 0.005 \
      units and a quantile by 1 unit, and both by a millionth. All forecasts are made again, since \
      they learn from one another; a sample is of what is compared. Ends with 65 where the run \
      does not come out as it was published.
      """,
    positionals: [.init(name: "RUN", help: "the run; default the one in use", isOptional: true)],
    options: [
      .init(name: "sample", value: "N", help: "compare only so many random values; default all"),
      .init(name: "seed", value: "S", help: "which values are drawn; default 1"), .database,
    ],
    examples: [
      .init(commandLine: "quartermaster replay", effect: "compares all of the run in use"),
      .init(
        commandLine: "quartermaster replay 7 --sample 100",
        effect: "compares 100 random values of run 7"),
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    if let text = arguments.positionals.first {
      guard let number = Int(text), (1...Int(Int32.max)).contains(number) else {
        throw .invalidValue("RUN", text, expected: Expected.count, nearest: nil)
      }
      run = number
    } else {
      run = nil
    }
    sample = try arguments.value("sample", Expected.count) { text in
      Int(text).flatMap { $0 >= 1 ? $0 : nil }
    }
    seed = try arguments.value("seed", "a whole number from 0 on") { UInt64($0) } ?? 1
    database = arguments.text("database")
  }

  func run(in surroundings: Surroundings) async throws {
    let replay = try await Database.use(database, environment: surroundings.environment) {
      try await RunReplay.run(
        run, sample: sample, seed: seed, clock: surroundings.clock(),
        progress: surroundings.progress, in: $0)
    }
    try surroundings.output.write(replay.text)
    if let mismatch = ReplayMismatch(replay) { throw mismatch }
  }
}

extension Grammar.Option {
  static let run = Grammar.Option(
    name: "run", value: "N", help: "of an earlier run; default the one in use")
}

extension Arguments {
  /// The value of `--run`.
  func run() throws(UsageFailure) -> Int? {
    try value("run", Expected.count) { text in
      Int(text).flatMap { (1...Int(Int32.max)).contains($0) ? $0 : nil }
    }
  }
}

extension Expected {
  static let count = "a whole number from 1 on"
}

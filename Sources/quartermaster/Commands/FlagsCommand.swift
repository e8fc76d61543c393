import Inventory
import Service

/// `flags`: the predictions of a run that should not be trusted without a look.
struct FlagsCommand: RunnableCommand, Hashable {
  let region: RegionCode?
  let run: Int?
  let format: FlagFormat
  let database: String?

  static let grammar = Grammar(
    name: "flags",
    summary: "List the predictions not to trust, and the regions that are behind",
    details: """
      Each flag says its rule, what was expected, what was found, and a sentence. Critical ones \
      come first: do not order by them. A sum speaks for its parts, so that one broken warehouse \
      is one flag.
      """,
    options: [
      .init(name: "region", value: "REGION", help: "flags of one region; default all"),
      .init(name: "run", value: "N", help: "flags of an earlier run; default the one in use"),
      .init(name: "format", value: "FORMAT", help: "table or json; default table"),
      .database,
    ],
    examples: [
      .init(commandLine: "quartermaster flags", effect: "lists the flags of the run in use"),
      .init(
        commandLine: "quartermaster flags --region NORTH --format json",
        effect: "prints a region's flags for a script"),
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    region = try arguments.value("region", Expected.code) { RegionCode($0) }
    run = try arguments.value("run", "a whole number from 1 on") { text in
      Int(text).flatMap { (1...Int(Int32.max)).contains($0) ? $0 : nil }
    }
    format = try arguments.choice("format", of: FlagFormat.self) ?? .table
    database = arguments.text("database")
  }

  func run(in surroundings: Surroundings) async throws {
    let listing = try await Database.use(database, environment: surroundings.environment) {
      try await FlagListing.read(run: run, region: region, limit: 10_000, in: $0)
    }
    try surroundings.output.write(format.text(of: listing))
  }
}

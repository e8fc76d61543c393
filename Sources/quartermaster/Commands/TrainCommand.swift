import Inventory

/// `train`: all regions, from one dataset version, published in one transaction.
struct TrainCommand: Command, Hashable {
  let asOf: Day?
  let database: String?

  static let grammar = Grammar(
    name: "train",
    summary: "Forecast every region from one version of the data and publish it",
    details: """
      The origin is the last day through which every trained region is complete. Readers see the \
      old forecast or the new one, never a mixture.
      """,
    options: [.asOf, .database],
    examples: [
      .init(commandLine: "quartermaster train", effect: "trains on all data complete today"),
      .init(
        commandLine: "quartermaster train --as-of 2016-04-24",
        effect: "trains old data as if it were that day"),
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    asOf = try arguments.value("as-of", Expected.day) { Day($0) }
    database = arguments.text("database")
  }
}

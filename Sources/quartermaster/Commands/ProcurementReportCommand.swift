import Inventory
import Service

/// `report procurement`: what a region should order, urgent lines first.
struct ProcurementReportCommand: Command, Hashable {
  let region: RegionCode
  let format: ReportFormat
  let asOf: Day?
  let database: String?

  static let grammar = Grammar(
    name: "report procurement",
    summary: "Say what a region should order, and how sure that is",
    details: """
      Each item at each location, urgent first, then the sums over the region: forecast over lead \
      time and review period with quantiles, stock, reorder point, safety stock, suggested order, \
      days of supply. A question mark is something unknown: sync stock and terms to know it.
      """,
    options: [
      .init(name: "region", value: "REGION", help: "the region", isRequired: true),
      .init(name: "format", value: "FORMAT", help: "table, csv or json; default table"),
      .asOf, .database,
    ],
    examples: [
      .init(
        commandLine: "quartermaster report procurement --region NORTH",
        effect: "prints a table for a terminal"),
      .init(
        commandLine: "quartermaster report procurement --region CA --format csv"
          + " --as-of 2016-04-24",
        effect: "prints every figure, for a spreadsheet or a script"),
    ])

  init(_ arguments: Arguments) throws(UsageFailure) {
    guard let region = try arguments.value("region", Expected.code, { RegionCode($0) }) else {
      throw .missingOption("region", grammar: Self.grammar)
    }
    self.region = region
    format = try arguments.choice("format", of: ReportFormat.self) ?? .table
    asOf = try arguments.value("as-of", Expected.day) { Day($0) }
    database = arguments.text("database")
  }
}

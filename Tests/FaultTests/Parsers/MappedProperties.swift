@testable import Service

/// Demand in a source's own form, which the first two bytes say: delimiter, encoding, the signs of
/// numbers, and how days are written.
enum MappedProperties {
  private static let patterns = ["dd.MM.yyyy", "M/d/yyyy", "yyyyMMdd", "dd-MM-yyyy HH:mm:ss"]

  static func check(_ bytes: [UInt8]) throws {
    guard bytes.count > 2 else { return }
    let mapping = ColumnMapping(form: try form(Int(bytes[0]), Int(bytes[1])))
    let content = Array(bytes.dropFirst(2))
    let whole = DemandProperties.outcome(content, .csv, step: 4_096, mapping: mapping)
    let step = bytes.count.isMultiple(of: 2) ? 1 : 13
    try require(
      DemandProperties.outcome(content, .csv, step: step, mapping: mapping) == whole,
      "pieces of \(step) differ")
    if case .rows(let rows) = whole {
      try DemandProperties.checkWhole(rows, of: content)
    }
  }

  private static func form(_ first: Int, _ second: Int) throws -> RowForm {
    var form = RowForm()
    form.delimiter = RowForm.Delimiter.allCases[first & 3]
    form.encoding = RowForm.Encoding.allCases[first >> 2 & 1]
    let thousands = NumberForm.Thousands.allCases[second >> 4 & 3]
    form.numbers =
      NumberForm(
        point: NumberForm.Point.allCases[first >> 3 & 1],
        thousands: first >> 4 & 1 == 1 ? thousands : nil) ?? .plain
    if second & 1 == 1 { form.days = try DayPattern(patterns[second >> 1 & 3]) }
    return form
  }
}

internal import Inventory
internal import Planning

/// A forecast table as CSV: one line per node and bucket.
struct ForecastWriter {
  var line: [UInt8] = []

  static func header(_ quantiles: [Double]) -> String {
    (["level", "item", "location", "region", "category", "day", "mean"]
      + quantiles.map { "q\($0)" }).joined(separator: ",") + "\n"
  }

  static func write(_ table: ForecastTable, to sink: inout ByteSink) throws {
    try sink.append(header(table.settings.quantiles).utf8)
    let days = table.days.map { Array($0.description.utf8) }
    var writer = ForecastWriter()
    for node in table.nodes {
      let name = writer.name(node.node)
      for lead in days.indices {
        writer.line.removeAll(keepingCapacity: true)
        writer.line.append(contentsOf: name)
        writer.line.append(contentsOf: days[lead])
        writer.line.append(UInt8(ascii: ","))
        writer.append(thousandths: node.means[lead], trimming: false)
        for row in node.quantiles {
          writer.line.append(UInt8(ascii: ","))
          writer.append(thousandths: Int64((row[lead] * 1000).rounded()), trimming: true)
        }
        writer.line.append(UInt8(ascii: "\n"))
        try sink.append(writer.line)
      }
    }
  }

  /// The columns that are the same for all buckets, with the comma after them.
  func name(_ node: Node) -> [UInt8] {
    var bytes = Array(node.level.rawValue.utf8)
    for code in [node.item?.text, node.location?.text, node.region?.text, node.category?.text] {
      bytes.append(UInt8(ascii: ","))
      bytes.append(contentsOf: ForecastWriter.field(code ?? ""))
    }
    bytes.append(UInt8(ascii: ","))
    return bytes
  }

  /// RFC 4180: quoted where it holds a comma or a quote; codes hold no line ends.
  private static func field(_ text: String) -> [UInt8] {
    let quote = UInt8(ascii: "\"")
    guard text.utf8.contains(where: { $0 == UInt8(ascii: ",") || $0 == quote }) else {
      return Array(text.utf8)
    }
    return [quote] + text.utf8.flatMap { $0 == quote ? [quote, quote] : [$0] } + [quote]
  }

  /// A number of thousandths with three decimals, or with as many as it needs.
  mutating func append(thousandths: Int64, trimming: Bool) {
    let whole = thousandths.magnitude / 1000
    var rest = thousandths.magnitude % 1000
    if thousandths < 0 { line.append(UInt8(ascii: "-")) }
    append(whole)
    if trimming && rest == 0 { return }
    line.append(UInt8(ascii: "."))
    for place in [UInt64(100), 10, 1] {
      line.append(48 + UInt8(rest / place))
      rest %= place
      if trimming && rest == 0 { return }
    }
  }

  private mutating func append(_ number: UInt64) {
    if number >= 10 { append(number / 10) }
    line.append(48 + UInt8(number % 10))
  }
}

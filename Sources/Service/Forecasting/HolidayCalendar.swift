public import Inventory
internal import Planning

/// Holidays by rule as a calendar that `sync calendar` and `--calendar` read.
public struct HolidayCalendar: Hashable, Sendable {
  public let country: String
  public let span: ClosedRange<Day>
  /// For which they are; nil is everywhere.
  public let region: RegionCode?

  public init(country: String, span: ClosedRange<Day>, region: RegionCode? = nil) {
    self.country = country
    self.span = span
    self.region = region
  }

  /// `day,name,kind,region`.
  public func csv() throws -> String {
    guard let rules = HolidayRules(country: country) else { throw UnknownCountry(country: country) }
    let rows = rules.events(in: span, region: region).map { event in
      "\(event.day),\(event.name.csvField),\(event.kind.rawValue),"
        + "\((event.scope.region?.text ?? "").csvField)\n"
    }
    return "day,name,kind,region\n" + rows.joined()
  }

  /// Writes it to a file.
  public func write(to path: String) throws {
    let text = try csv()
    var sink = try ByteSink(path: path)
    try sink.append(text.utf8)
    try sink.finish()
  }
}

/// A country whose holidays this program has no rules for.
public struct UnknownCountry: Error, Hashable, Sendable {
  public let country: String
}

extension UnknownCountry: Failure {
  public var code: String { "unknown-country" }
  public var exitCode: ExitCode { .usage }
  public var sentence: String {
    "there are no holidays by rule for '\(country)', only for "
      + HolidayRules.countries.joined(separator: ", ")
  }
}

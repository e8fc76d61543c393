internal import Foundation
internal import Inventory
internal import Planning

/// The configuration as a JSON document: what each member is called, and between what it lies.
///
/// A document may leave members out; they have their defaults. Its canonical text has all of them,
/// in one order and one spelling, so that equal configurations are equal bytes.
enum ConfigurationDocument {
  static let horizonRange = 1...365
  static let mostQuantiles = 20

  static func read(_ text: String) throws -> RunConfiguration {
    let tree: JSONTree
    do {
      tree = try JSONDecoder().decode(JSONTree.self, from: Data(text.utf8))
    } catch { throw ConfigurationFault.notJSON }
    var reader = try MemberReader(tree, path: "")
    var configuration = RunConfiguration()
    if let days = try reader.whole("horizon_days", in: horizonRange) {
      configuration.horizonDays = days
    }
    if let quantiles = try reader.take("quantiles", quantiles) {
      configuration.quantiles = quantiles
    }
    if let method = try reader.choice("method", of: ForecastSettings.Choice.self) {
      configuration.method = method
    }
    if let blend = try reader.take("blend", blend) { configuration.blend = blend }
    if let reconciliation = try reader.choice(
      "reconciliation", of: ForecastSettings.Reconciliation.self)
    {
      configuration.reconciliation = reconciliation
    }
    if let gate = try reader.object("gate") {
      configuration.gate = try limits(gate)
    }
    try reader.end()
    return configuration
  }

  private static func limits(_ members: MemberReader) throws -> GateLimits {
    var (reader, limits) = (members, GateLimits())
    for member in wholeMembers {
      if let value = try reader.whole(member.name, in: member.range) {
        limits[keyPath: member.path] = value
      }
    }
    for member in numberMembers {
      if let value = try reader.number(member.name, in: member.range) {
        limits[keyPath: member.path] = value
      }
    }
    if var regions = try reader.object("region_churn") {
      for name in regions.names {
        guard let region = RegionCode(name) else {
          throw ConfigurationFault.invalid(
            member: "gate.region_churn", found: name, expected: "a region's code")
        }
        limits.regionChurn[region] = try regions.number(name, in: 0...100)
      }
    }
    if var bands = try reader.object("lead_churn") {
      limits.leadChurn = try leadChurn(&bands, in: "gate.lead_churn")
    }
    if var regions = try reader.object("region_lead_churn") {
      for name in regions.names {
        guard let region = RegionCode(name) else {
          throw ConfigurationFault.invalid(
            member: "gate.region_lead_churn", found: name, expected: "a region's code")
        }
        guard var bands = try regions.object(name) else { continue }
        limits.regionLeadChurn[region] = try leadChurn(
          &bands, in: "gate.region_lead_churn.\(name)")
      }
    }
    try reader.end()
    return limits
  }

  private static func leadChurn(
    _ bands: inout MemberReader, in member: String
  ) throws(ConfigurationFault) -> [LeadBand: Double] {
    var limits: [LeadBand: Double] = [:]
    for name in bands.names {
      guard let band = LeadBand(name) else {
        throw .invalid(
          member: member, found: "'\(name.shownShort)'",
          expected: "days ahead as 1-7, 8-14 or 15+, at most \(LeadBand.longest)")
      }
      limits[band] = try bands.number(name, in: 0...100)
    }
    return limits
  }

  private static func quantiles(_ tree: JSONTree) -> (value: [Double]?, expected: String) {
    let expected =
      "1 to \(mostQuantiles) ascending numbers, each above 0 and below 1"
    guard case .array(let trees) = tree, (1...mostQuantiles).contains(trees.count) else {
      return (nil, expected)
    }
    let values = trees.compactMap { tree -> Double? in
      if case .number(let value) = tree, value > 0, value < 1 { value } else { nil }
    }
    let isAscending = zip(values, values.dropFirst()).allSatisfy { $0 < $1 }
    return (values.count == trees.count && isAscending ? values : nil, expected)
  }

  private static func blend(_ tree: JSONTree) -> (value: BlendChoice?, expected: String) {
    let expected = "a number from 0 to 1, or 'backtest'"
    switch tree {
    case .number(let weight) where (0...1).contains(weight): return (.weight(weight), expected)
    case .text("backtest"): return (.backtest, expected)
    default: return (nil, expected)
    }
  }

  /// The canonical text.
  static func text(_ configuration: RunConfiguration) -> String {
    tree(configuration).lines(indent: "") + "\n"
  }

  private static func tree(_ configuration: RunConfiguration) -> JSONValue {
    let gate = configuration.gate
    var members: [JSONValue.Member] = wholeMembers.map {
      .init(name: $0.name, value: .integer(gate[keyPath: $0.path]))
    }
    members += numberMembers.map { .init(name: $0.name, value: .number(gate[keyPath: $0.path])) }
    members.append(
      .init(
        name: "region_churn",
        value: .object(
          gate.regionChurn.sorted { $0.key < $1.key }.map {
            .init(name: $0.key.text, value: .number($0.value))
          })))
    members.append(.init(name: "lead_churn", value: tree(gate.leadChurn)))
    members.append(
      .init(
        name: "region_lead_churn",
        value: .object(
          gate.regionLeadChurn.sorted { $0.key < $1.key }.map {
            .init(name: $0.key.text, value: tree($0.value))
          })))
    return [
      "horizon_days": .integer(configuration.horizonDays),
      "quantiles": .array(configuration.quantiles.map(JSONValue.number)),
      "method": .string(configuration.method.rawValue),
      "reconciliation": .string(configuration.reconciliation.rawValue),
      "blend": tree(configuration.blend), "gate": .object(members),
    ]
  }

  private static func tree(_ blend: BlendChoice) -> JSONValue {
    switch blend {
    case .weight(let weight): .number(weight)
    case .backtest: .string("backtest")
    }
  }

  private static func tree(_ bands: [LeadBand: Double]) -> JSONValue {
    .object(
      bands.sorted { $0.key < $1.key }.map {
        .init(name: $0.key.description, value: .number($0.value))
      })
  }

  private struct WholeMember: Sendable {
    let name: String
    let path: any WritableKeyPath<GateLimits, Int> & Sendable
    let range: ClosedRange<Int>
  }

  private struct NumberMember: Sendable {
    let name: String
    let path: any WritableKeyPath<GateLimits, Double> & Sendable
    let range: ClosedRange<Double>
  }

  private static let wholeMembers = [
    WholeMember(name: "origins", path: \.origins, range: 0...26),
    WholeMember(name: "sample_series", path: \.sampleSeries, range: 0...1_000),
  ]

  private static let numberMembers = [
    NumberMember(name: "wape_ratio", path: \.wapeRatio, range: 0...100),
    NumberMember(name: "region_wape_ratio", path: \.regionWapeRatio, range: 0...100),
    NumberMember(name: "naive_ratio", path: \.naiveRatio, range: 0...100),
    NumberMember(name: "least_wape_ratio", path: \.leastWapeRatio, range: 0...1),
    NumberMember(name: "total_deviation", path: \.totalDeviation, range: 0...100),
    NumberMember(name: "churn", path: \.churn, range: 0...100),
    NumberMember(name: "upper_rung_share", path: \.upperRungShare, range: 0...1),
    NumberMember(name: "failed_fit_share", path: \.failedFitShare, range: 0...1),
    NumberMember(name: "fresh_share", path: \.freshShare, range: 0...1),
  ]
}

/// What is wrong with a configuration as it was given.
enum ConfigurationFault: Error, Hashable, Sendable {
  case notJSON
  case unknownMember(String, nearest: String?)
  case invalid(member: String, found: String, expected: String)
}

extension JSONValue {
  /// A member a line; arrays stay on one.
  fileprivate func lines(indent: String) -> String {
    guard case .object(let members) = self, !members.isEmpty else { return text }
    let inner = indent + "  "
    let lines = members.map {
      "\(inner)\(ReportJSON.quoted($0.name)): \($0.value.lines(indent: inner))"
    }
    return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
  }
}

extension ConfigurationDocument {
  /// The members that differ, as "gate.churn 0.35 -> 0.5".
  static func changes(
    from old: RunConfiguration, to new: RunConfiguration
  ) -> [String] {
    let (before, after) = (flat(old), flat(new))
    let names = Set(before.keys).union(after.keys).sorted()
    return names.compactMap { name in
      before[name] == after[name]
        ? nil : "\(name) \(before[name] ?? "none") -> \(after[name] ?? "none")"
    }
  }

  /// Each member's value by its path.
  private static func flat(_ configuration: RunConfiguration) -> [String: String] {
    var values: [String: String] = [:]
    func visit(_ value: JSONValue, _ path: String) {
      guard case .object(let members) = value else {
        values[path] = value.text
        return
      }
      for member in members {
        visit(member.value, path.isEmpty ? member.name : "\(path).\(member.name)")
      }
    }
    visit(tree(configuration), "")
    return values
  }
}

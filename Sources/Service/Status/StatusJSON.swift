internal import Inventory
internal import Planning
internal import Storage

/// How `status` is told.
public enum StatusFormat: String, CaseIterable, Hashable, Sendable {
  case table, json

  public func text(of status: Status) -> String {
    switch self {
    case .table: status.text
    case .json: status.json.text + "\n"
    }
  }
}

extension Status {
  /// All figures, for programs.
  var json: JSONValue {
    [
      "as_of": .string(asOf.description), "locations": .array(locations.map(line)),
      "run": run.map { .integer($0.run) } ?? .null,
      "origin": run.map { .string($0.origin.description) } ?? .null,
      "request_under_way": underWay.map { .integer($0.request.id) } ?? .null,
      "nodes_to_fit": underWay?.progress.map { .integer($0.nodes) } ?? .null,
      "nodes_fitted": underWay?.progress.map { .integer($0.nodesDone) } ?? .null,
      "dataset_version": run.map { .integer(Int($0.datasetVersion)) } ?? .null,
      "flags": .object(
        Severity.allCases.map {
          JSONValue.Member(name: $0.rawValue, value: .integer(flags[$0] ?? 0))
        }),
      "quarantined_rows": .integer(quarantinedRows), "queued_mail": .integer(outbox.queued),
      "requests": .array(requests.map(line)),
      "cost": cost.map(line) ?? .null,
      "tables": .array(
        tables.map {
          [
            "table": .string($0.table), "rows": $0.rows.map(JSONValue.integer) ?? .null,
            "heap_bytes": .integer($0.heapBytes), "index_bytes": .integer($0.indexBytes),
            "toast_bytes": .integer($0.toastBytes), "bytes": .integer($0.bytes),
          ]
        }),
    ]
  }

  private func line(_ location: LocationFreshness) -> JSONValue {
    [
      "region": .string(location.region.text), "location": .string(location.location.text),
      "complete_through": location.completeThrough.map { .string($0.description) } ?? .null,
      "due": .string(location.due.description),
      "days_behind": location.daysBehind.map(JSONValue.integer) ?? .null,
      "stale": .boolean(location.isStale),
      "gaps": .array((gaps[location.location] ?? []).map { .string($0.description) }),
    ]
  }
}

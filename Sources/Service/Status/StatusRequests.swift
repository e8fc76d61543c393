internal import Inventory
internal import Planning
internal import Storage

// Runs that were asked for, what the one in use took, and whether it could be made again.

extension Status {
  /// A line for each request that has not ended.
  var openRequests: [String] {
    requests.map { request in
      "Request \(request.id), of \(request.asker), \(state(of: request))"
    }
  }

  private func state(of request: RunRequest) -> String {
    if request.state == .running { return "is being carried out" }
    guard let until = request.waitsUntil else { return "waits for the worker" }
    let scope = TrainingScope(locations: locations, asOf: asOf)
    let behind = scope.behind.map { "\($0.region): \($0.reason)" }
    return "waits until \(until)" + (behind.isEmpty ? "" : " for \(behind.joined(separator: "; "))")
  }

  func line(_ request: RunRequest) -> JSONValue {
    [
      "request": .integer(request.id), "state": .string(request.state.rawValue),
      "cause": .string(request.cause.rawValue),
      "schedule": request.schedule.map { .string($0.text) } ?? .null,
      "slot": request.slot.map { .string($0.description) } ?? .null,
      "waits_until": request.waitsUntil.map { .string($0.description) } ?? .null,
      "deadline_at": request.deadlineAt.map { .string($0.description) } ?? .null,
      "reason": request.reason.map(JSONValue.string) ?? .null,
    ]
  }

  func line(_ cost: RunCost) -> JSONValue {
    [
      "wall_seconds": .figure(cost.wallSeconds), "cpu_seconds": .figure(cost.cpuSeconds),
      "peak_memory_bytes": .integer(Int(cost.peakMemoryBytes)),
      "rows_read": .integer(Int(cost.rowsRead)),
    ]
  }
}

extension RunRequest {
  /// The slot, the person, or the reason for which the service asked.
  var asker: String {
    if let slot { return "the slot \(slot) of '\(schedule?.text ?? "")'" }
    return reason.map { "the service, for \($0)" } ?? requestedBy
  }
}

extension ReplayRecord {
  /// What came of it, for a person.
  var sentence: String {
    switch verdict {
    case "identical":
      "made again by night, \(compared.grouped) values of run \(run) were the same bit for bit"
    case "close":
      "made again by night, run \(run) differed by no more than another processor explains"
    default: "made again by night, run \(run) was not what was published: \(finding ?? verdict)"
    }
  }
}

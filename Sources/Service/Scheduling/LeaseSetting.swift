/// How long a worker may be silent before another takes over what it holds:
/// `QUARTERMASTER_LEASE_SECONDS`, 60 where it is not set.
enum LeaseSetting {
  static let variable = "QUARTERMASTER_LEASE_SECONDS"
  static let range = 1...3600

  static func seconds(environment: [String: String]) throws(LeaseUnreadable) -> Double {
    guard let value = environment[variable] else { return Worker.defaultLeaseSeconds }
    guard let seconds = Int(value), range.contains(seconds) else {
      throw LeaseUnreadable(value: value)
    }
    return Double(seconds)
  }
}

struct LeaseUnreadable: Failure {
  let value: String

  var code: String { "invalid-lease" }
  var exitCode: ExitCode { .configuration }
  var sentence: String {
    "\(LeaseSetting.variable) is '\(value.shownShort)'; it is a whole number of seconds from"
      + " \(LeaseSetting.range.lowerBound) to \(LeaseSetting.range.upperBound)"
  }
}

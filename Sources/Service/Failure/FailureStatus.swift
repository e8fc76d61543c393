/// What an HTTP client is told of a failure: one table, from codes to statuses.
enum FailureStatus {
  /// Codes whose status does not follow from how the program would end.
  private static let byCode = [
    "accuracy-dropped": 410,
    "as-of-before-origin": 422,
    "busy-explaining": 503,
    "cannot-read": 500,
    "data-differs": 409,
    "database-error": 500,
    "day-not-forecast": 404,
    "disk-full": 503,
    "enough-keys": 409,
    "every-region-behind": 409,
    "forecasts-dropped": 410,
    "foreign-location": 403,
    "key-reused": 422,
    "no-demand": 409,
    "nothing-arrived": 409,
    "not-migrated": 503,
    "not-trained": 409,
    "not-trained-yet": 409,
    "nothing-to-roll-back-to": 409,
    "out-of-memory": 503,
    "outcome-unknown": 503,
    "region-never-trained": 409,
    "region-without-demand": 409,
    "row-settled": 409,
    "run-in-use": 409,
    "run-never-published": 409,
    "run-refused": 409,
    "run-without-forecasts": 410,
    "under-way": 409,
    "units-unconfirmed": 409,
    "unlocked-already": 409,
    "unknown-key": 404,
    "unknown-lock": 404,
    "unknown-region": 404,
    "unknown-row": 404,
    "unknown-run": 404,
    "unknown-series": 404,
    "unknown-version": 404,
    "version-not-kept": 410,
  ]

  /// A failure that no table names is one of the data it was given, or ours.
  static func of(_ failure: any Failure) -> Int {
    if let refusal = failure as? WebRefusal { return refusal.status }
    return byCode[failure.code] ?? status(of: failure.exitCode)
  }

  private static func status(of exitCode: ExitCode) -> Int {
    switch exitCode {
    case .usage: 400
    case .data: 422
    case .noPermission: 403
    case .unavailable, .tryAgain, .configuration: 503
    default: 500
    }
  }

  /// When trying again makes sense: what is away may be back by then.
  static func retryAfterSeconds(_ status: Int) -> Int? {
    switch status {
    case 429: 1
    case 503: 5
    default: nil
    }
  }
}

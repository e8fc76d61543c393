internal import Inventory
internal import Planning
public import Storage

extension ForecastLocks.Locked {
  /// What the command line says of it.
  public var sentence: String {
    let lock = record.lock
    let days =
      lock.firstDay == lock.lastDay
      ? "\(lock.firstDay)" : "\(lock.firstDay) to \(lock.lastDay)"
    return "lock \(lock.id): \(record.scope.words), \(series.grouped) series, \(days), stays as run"
      + " \(lock.run) says"
  }
}

extension ForecastLockRecord {
  /// What the command line says of one that was taken away.
  public var unlockedSentence: String {
    "lock \(lock.id) is taken away: the next run forecasts \(scope.words) anew"
  }

  /// What became of it.
  func state(today: Day) -> ForecastLockState {
    unlocked != nil ? .unlocked : lock.lastDay < today ? .ended : .inForce
  }
}

enum ForecastLockState: String, CaseIterable, Sendable {
  case inForce = "in-force"
  /// Its last day is past.
  case ended
  case unlocked
}

extension [ForecastLockRecord] {
  /// What the command line prints of them.
  public func text(clock: ZoneClock) -> String {
    guard !isEmpty else {
      return "nothing is locked: 'quartermaster forecast lock' keeps near days as they are\n"
    }
    let today = clock.today(zone: nil)
    func column(
      _ heading: String, _ cells: [String], isLeft: Bool = true
    ) -> AlignedTable.Column {
      AlignedTable.Column(
        heading: heading, cells: cells, isLeft: isLeft, keep: AlignedTable.alwaysKept,
        ruleAfter: nil)
    }
    return AlignedTable(
      columns: [
        column("lock", map { "\($0.lock.id)" }, isLeft: false),
        column("what", map(\.scope.words)),
        column("first-day", map(\.lock.firstDay.description)),
        column("last-day", map(\.lock.lastDay.description)),
        column("as-run", map { "\($0.lock.run)" }, isLeft: false),
        column("state", map { $0.state(today: today).rawValue }),
        column("by", map { $0.unlocked?.by ?? $0.lockedBy }),
        column("because", map { $0.unlocked?.reason ?? $0.reason }),
      ], width: 140
    ).text
  }
}

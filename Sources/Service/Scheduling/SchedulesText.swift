internal import Inventory
internal import Planning
internal import Storage

extension [Schedules.Entry] {
  /// What the command line prints of all schedules.
  public var text: String {
    guard !isEmpty else {
      return "no schedules: 'quartermaster schedule set daily '30 6 * * *'' makes one\n"
    }
    func column(_ heading: String, _ cells: [String]) -> AlignedTable.Column {
      AlignedTable.Column(
        heading: heading, cells: cells, isLeft: true, keep: AlignedTable.alwaysKept,
        ruleAfter: nil)
    }
    return AlignedTable(
      columns: [
        column("schedule", map(\.record.name.text)),
        column("cron", map(\.record.cron)),
        column("time-zone", map(\.zone)),
        column("grace", map { $0.record.graceMinutes > 0 ? $0.record.graceMinutes.asMinutes : "" }),
        column("deadline", map { $0.record.deadlineMinutes?.asMinutes ?? "" }),
        column(
          "next", map { $0.next?.description ?? ($0.record.isPaused ? "paused" : "never") }),
      ], width: 100
    ).text
  }
}

extension Int {
  /// Minutes as `schedule set` takes them: `90m`, `2h`.
  var asMinutes: String { self % 60 == 0 && self > 0 ? "\(self / 60)h" : "\(self)m" }
}

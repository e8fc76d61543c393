internal import Inventory
internal import Postgres
internal import Storage

// What looks after the run in use, in the service.

extension Loops {
  /// Measures, compares and asks for runs.
  func watchRuns() async {
    var seen: Int64?
    await Rounds(target, pause: .seconds(30)).run(
      failed: { failed("runs-not-watched", $0) },
      round: { session in
        let looking = RunWatch(clock: clock(nil), settings: watch)
        guard let report = try await looking.look(after: seen, in: session) else { return false }
        seen = report.version
        if !report.measured.isEmpty {
          log.say(
            .info, "accuracy-measured",
            ["runs": .integer(Set(report.measured.map(\.run)).count)])
        }
        for request in report.requests {
          log.say(
            .info, "run-requested",
            ["request": .integer(request.request), "reason": .string(request.reason)])
        }
        return false
      })
  }

  /// Replays runs that somebody asks for.
  func replayAsked() async {
    await Rounds(target, pause: .seconds(5)).run(
      failed: { failed("run-not-replayed", $0) },
      round: { session in
        let asked = AskedReplay(target: target, clock: clock(nil))
        guard let record = try await asked.once(in: session) else { return false }
        replays.add(1, record.verdict)
        say(record)
        return true
      })
  }

  /// Replays the run in use once a night.
  func replayNightly() async {
    guard let sample = watch.replaySample else { return }
    await Rounds(target, pause: .seconds(600)).run(
      failed: { failed("run-not-replayed", $0) },
      round: { session in
        let nightly = NightlyReplay(clock: clock(nil), sample: sample)
        guard try await nightly.isDue(in: session),
          let record = try await nightly.replay(seed: .random(in: 0...UInt64.max), in: session)
        else { return false }
        replays.add(1, record.verdict)
        say(record)
        return false
      })
  }

  private func say(_ record: ReplayRecord) {
    log.say(
      record.verdict == "identical" ? .info : .warning, "run-replayed",
      [
        "run": .integer(record.run), "verdict": .string(record.verdict),
        "values": .integer(record.compared), "differing": .integer(record.differing),
        "finding": record.finding.map(JSONValue.string) ?? .null,
      ])
  }
}

internal import Inventory

/// What the first page says of runs besides the one in use: the one that is being made, and the one
/// that was not published.
struct RunNotice {
  let model: OverviewModel

  var html: HTML { "\([underWay, refusal, failure].compactMap(\.self))" }

  private var underWay: HTML? {
    model.underWay.map { run in
      guard let shards = run.shards else {
        return "<p class=\"run\">A run is under way: it reads the data.</p>\n"
      }
      let bar: HTML = "<progress value=\"\(run.shardsDone)\" max=\"\(shards)\"></progress>"
      return "<p class=\"run\">\(bar) A run is under way: \(sentence(run, shards))</p>\n"
    }
  }

  private func sentence(_ run: OverviewModel.RunProgress, _ shards: Int) -> String {
    guard run.shardsDone < shards else {
      return "all \(shards.grouped) shards are done, and the gate looks at them."
    }
    let workers = "\(run.workers.grouped) \(run.workers == 1 ? "worker" : "workers")"
    let left = run.timeLeft.map { ", about \($0) left" } ?? ""
    return "\(run.shardsDone.grouped) of \(shards.grouped) shards done, by \(workers)\(left)."
  }

  private var refusal: HTML? {
    model.refusal.map { sentence in
      """
      <p class="warn">\(Mark.warning) <bdi>\(sentence)</bdi>. \(consequence)</p>

      """
    }
  }

  private var consequence: HTML {
    model.run.map { "The forecast of run \($0.run) stays in use." } ?? "There is no forecast yet."
  }

  private var failure: HTML? {
    model.run?.failure.map { "<p class=\"warn\">\(Mark.warning) A later run failed: \($0)</p>\n" }
  }
}

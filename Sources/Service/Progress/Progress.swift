import Synchronization

/// Tells how a step goes on, from whichever thread does its work.
///
/// A step that is over within a second says nothing.
public final class Progress: Sendable {
  /// Where progress is told: a terminal, a log, or nowhere.
  public struct Channel: Sendable {
    let style: ProgressLine.Style
    let elapsed: @Sendable () -> Duration
    let write: @Sendable (String) -> Void

    /// - Parameter elapsed: time since any fixed moment.
    public init(
      style: ProgressLine.Style, elapsed: @escaping @Sendable () -> Duration,
      write: @escaping @Sendable (String) -> Void
    ) {
      self.style = style
      self.elapsed = elapsed
      self.write = write
    }

    public static let silent = Channel(style: .plain, elapsed: { .zero }, write: { _ in })

    public func step(_ title: String, unit: String, total: Int? = nil) -> Progress {
      Progress(self, title: title, unit: unit, total: total)
    }
  }

  private struct State {
    var line: ProgressLine
    var count = 0
    var isOver = false
  }

  private let channel: Channel
  private let start: Duration
  private let state: Mutex<State>

  init(_ channel: Channel, title: String, unit: String, total: Int?) {
    self.channel = channel
    start = channel.elapsed()
    state = Mutex(
      State(line: ProgressLine(title: title, unit: unit, total: total, style: channel.style)))
  }

  /// Says how many there will be, when that turns out on the way.
  public func expect(_ total: Int) {
    state.withLock { $0.line.total = total }
  }

  /// Call it per block of work, not per row: it reads the clock.
  public func advance(by done: Int) {
    state.withLock { state in
      state.count += done
      guard !state.isOver else { return }
      state.line.reached(state.count, after: channel.elapsed() - start).map(channel.write)
    }
  }

  /// Says how far the work is, where others do parts of it.
  public func reach(_ done: Int) {
    advance(by: max(0, done - state.withLock { $0.count }))
  }

  public func finish() {
    state.withLock { state in
      guard !state.isOver else { return }
      state.isOver = true
      state.line.finished(after: channel.elapsed() - start).map(channel.write)
    }
  }

  /// Ends a step whose work failed; the failure itself is told elsewhere.
  public func abandon() {
    state.withLock { state in
      guard !state.isOver else { return }
      state.isOver = true
      state.line.abandoned().map(channel.write)
    }
  }
}

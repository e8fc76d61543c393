import Inventory
import Service
import Synchronization
import Testing

@Suite("Progress")
struct ProgressTests {
  @Test("a step of less than a second says nothing, on a terminal or not")
  func shortStep() {
    for style in [ProgressLine.Style.terminal, .plain] {
      var line = ProgressLine(title: "Reading", unit: "rows", total: 10, style: style)
      #expect(line.reached(5, after: .milliseconds(999)) == nil)
      #expect(line.finished(after: .milliseconds(999)) == nil)
      #expect(line.abandoned() == nil)
    }
  }

  @Test("a terminal shows count, rate and time left from the first second, in one line")
  func terminal() {
    var line = ProgressLine(
      title: "Reading demand", unit: "rows", total: 40_000, style: .terminal)
    #expect(
      line.reached(10_000, after: .seconds(1))
        == "\rReading demand: 10,000 of 40,000 rows, 10,000/s, 3.0 s left\u{1B}[K")
    #expect(line.reached(10_500, after: .milliseconds(1050)) == nil)
    #expect(line.reached(11_000, after: .milliseconds(1100)) != nil)
    #expect(
      line.finished(after: .seconds(2))
        == "\rReading demand: 11,000 rows in 2.0 s, 5,500/s\u{1B}[K\n")
    #expect(line.abandoned() == "\n")
  }

  @Test("a log gets a line every ten seconds and one at the end")
  func plain() {
    var line = ProgressLine(title: "Fitting", unit: "series", style: .plain)
    #expect(line.reached(3, after: .seconds(9)) == nil)
    #expect(line.reached(5, after: .seconds(10)) == "Fitting: 5 series, 0.5/s\n")
    #expect(line.reached(9, after: .seconds(19)) == nil)
    #expect(line.reached(10, after: .seconds(20)) == "Fitting: 10 series, 0.5/s\n")
    #expect(line.finished(after: .seconds(80)) == "Fitting: 10 series in 1 min 20 s, 0.1/s\n")
    #expect(line.abandoned() == nil)
  }

  @Test("a step adds what its threads report and ends once")
  func step() {
    let (now, written) = (SharedBox(Duration.seconds(100)), SharedBox(""))
    let channel = Progress.Channel(
      style: .plain, elapsed: { now.value.withLock { $0 } },
      write: { text in written.value.withLock { $0 += text } })
    let step = channel.step("Storing", unit: "rows", total: 10)
    step.advance(by: 4)
    now.value.withLock { $0 += .seconds(2) }
    step.advance(by: 6)
    step.finish()
    step.finish()
    step.advance(by: 1)
    #expect(written.value.withLock { $0 } == "Storing: 10 rows in 2.0 s, 5.0/s\n")
  }

  @Test(
    "durations are spoken to about two digits",
    arguments: [
      (0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"), (59.6, "1 min 0 s"),
      (185, "3 min 5 s"), (7800, "2 h 10 min"),
    ])
  func durations(seconds: Double, text: String) {
    #expect(Duration.seconds(seconds).spoken == text)
  }

  @Test(
    "numbers are grouped by threes",
    arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567")])
  func grouping(number: Int, text: String) { #expect(number.grouped == text) }
}

private final class SharedBox<Value: Sendable>: Sendable {
  let value: Mutex<Value>
  init(_ value: Value) { self.value = Mutex(value) }
}

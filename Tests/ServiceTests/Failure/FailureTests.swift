import Glibc
import Service
import Testing

@Suite("Failures as sentences")
struct FailureTests {
  @Test("a failure brings its own code, exit code and sentence")
  func ownWords() {
    let report = FailureReport(SystemFailure(.read, "sales.csv", errorNumber: ENOENT))
    #expect(report.code == "cannot-read")
    #expect(report.exitCode == .noInput)
    #expect(report.sentence == "cannot read sales.csv: No such file or directory")
  }

  @Test("a full disk is an I/O failure, a folder that is missing one of creation")
  func systemFailures() {
    #expect(SystemFailure(.write, "a", errorNumber: ENOSPC).exitCode == .io)
    #expect(SystemFailure(.create, "a", errorNumber: ENOENT).exitCode == .cannotCreate)
    #expect(SystemFailure(.read, "a", errorNumber: EIO).exitCode == .io)
  }

  @Test("an error that nobody gave words is named")
  func unexpected() {
    enum Oddity: Error { case blueMoon(days: Int) }
    let report = FailureReport(Oddity.blueMoon(days: 3))
    #expect(report.exitCode == .software)
    #expect(report.sentence == "unexpected failure: Oddity.blueMoon(days: 3)")
  }

  @Test("being stopped is no defect")
  func cancelled() {
    #expect(FailureReport(CancellationError()).sentence == "stopped before it was done")
  }

  @Test(
    "the distance counts insertions, deletions, replacements and swaps",
    arguments: [
      ("", "abc", 3), ("abc", "abc", 0), ("abc", "ABC", 0), ("abc", "acb", 1), ("abc", "ab", 1),
      ("ca", "abc", 3), ("kitten", "sitting", 3),
    ])
  func distance(left: String, right: String, distance: Int) {
    #expect(NearestName.distance(left, right) == distance)
    #expect(NearestName.distance(right, left) == distance)
  }

  @Test("what is like nothing has no nearest name")
  func nothingNear() {
    let names = ["demand", "stock", "terms"]
    #expect(NearestName.of("demnad", in: names) == "demand")
    #expect(NearestName.of("xyzzy", in: names) == nil)
    #expect(NearestName.of("demand", in: []) == nil)
  }
}

import Foundation
import Testing

@testable import quartermaster

/// The repository's root: this file stands in Tests/QuartermasterTests.
private let root = URL(filePath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

@Suite("Documents")
struct DocumentTests {
  static func documents() throws -> [URL] {
    let folders = [root, root.appending(path: "docs"), root.appending(path: "docs/decisions")]
    return try folders.flatMap {
      try FileManager.default.contentsOfDirectory(at: $0, includingPropertiesForKeys: nil)
    }.filter { $0.pathExtension == "md" }
  }

  /// The words of each call of the program inside the code fences of a document.
  static func calls(in text: String) -> [[String]] {
    var calls: [[String]] = []
    let joined = text.split(separator: "\\\n", omittingEmptySubsequences: false).joined(
      separator: " ")
    var isFenced = false
    for line in joined.split(separator: "\n") {
      if line.hasPrefix("```") {
        isFenced.toggle()
      } else if isFenced {
        for part in line.split(whereSeparator: { "|;&".contains($0) }) {
          let words = part.split(separator: " ").map(String.init).prefix { $0 != ">" && $0 != "#" }
          let call = words.drop { $0 == "$" }
          if call.first?.split(separator: "/").last == "quartermaster" {
            calls.append(Array(call.dropFirst()))
          }
        }
      }
    }
    return calls
  }

  @Test("calls are found in fences, joined over lines and cut at pipes")
  func finding() {
    let text = """
      quartermaster not fenced
      ```
      $ quartermaster sync demand \\
        a.csv
      cat a.csv | .build/release/quartermaster forecast - --horizon 3 > b.csv
      scripts/quartermaster-demo
      ```
      """
    #expect(
      Self.calls(in: text) == [["sync", "demand", "a.csv"], ["forecast", "-", "--horizon", "3"]])
  }

  @Test("every command line that the documents show is understood")
  func understood() throws {
    var count = 0
    for document in try Self.documents() {
      for call in Self.calls(in: try String(contentsOf: document, encoding: .utf8)) {
        count += 1
        do {
          _ = try Invocation(call, commands: allCommands)
        } catch {
          Issue.record("\(document.lastPathComponent): \(call): \(error.sentence)")
        }
      }
    }
    #expect(count >= 10)
  }
}

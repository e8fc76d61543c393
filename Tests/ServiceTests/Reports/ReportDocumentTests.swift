import Foundation
import Planning
import Testing

@testable import Service

@Suite("The report's document")
struct ReportDocumentTests {
  private static let page = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "docs/reports.md")

  /// The code words in the first cells of the page's tables.
  private static func documented() throws -> [String] {
    let text = try String(contentsOf: page, encoding: .utf8)
    return text.split(separator: "\n").filter { $0.hasPrefix("| `") }.flatMap { line in
      let cell = line.dropFirst(2).split(separator: "|")[0]
      return cell.split(separator: "`").enumerated().filter { $0.offset.isMultiple(of: 2) }
        .map { String($0.element) }.filter { !$0.allSatisfy { " ,.".contains($0) } }
    }
  }

  @Test("documents every column in its order, and every note")
  func complete() throws {
    let documented = try Self.documented()
    let columns = ReportField.all(for: try ReportSamples().full().basis).map(\.name)
    let inner = ["q0.1", "q0.25", "q0.5", "q0.75", "q0.9", "q0.95"]
    let notes: [OrderLine.Note] = [
      .noStockRecord, .stockCounted(daysBefore: 4), .noLeadTime, .intervalTooLong,
      .dailyReviewAssumed, .forecastExtended(days: 5), .locked(days: 4),
      .partsWithoutSuggestion(1, of: 3),
    ]
    #expect(documented == columns.filter { !inner.contains($0) } + notes.map(\.code))
  }
}

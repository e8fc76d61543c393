import Foundation
import TestKit
import Testing

@testable import Service

@Suite("The fuzzer's corpus")
struct CorpusTests {
  private static func folder(_ parser: FuzzedParser) -> URL {
    repositoryRoot.appending(path: "Fixtures/fuzz/\(parser.rawValue)")
  }

  @Test("every input it found leaves every property whole", arguments: FuzzedParser.allCases)
  func replay(parser: FuzzedParser) throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder(parser).path)
    #expect(names.count >= 2)
    for name in names.sorted() {
      let bytes = try Data(contentsOf: Self.folder(parser).appending(path: name))
      do { try parser.check(Array(bytes)) } catch {
        Issue.record("\(parser.rawValue)/\(name): \(error)")
      }
    }
  }

  @Test("each parser has a folder, and no folder is without a parser")
  func folders() throws {
    let names = try FileManager.default.contentsOfDirectory(
      atPath: repositoryRoot.appending(path: "Fixtures/fuzz").path)
    #expect(Set(names) == Set(FuzzedParser.allCases.map(\.rawValue)))
  }

  @Test("a property that does not hold is found: a text that is cut is not the same rows")
  func finds() throws {
    let text = Array(
      "item,location,day,quantity\noats,leeds,2024-01-01,3\nrye,bath,2024-01-02,4".utf8)
    let whole = DemandProperties.outcome(text, .csv, step: 7)
    #expect(DemandProperties.outcome(Array(text.dropLast(9)), .csv, step: 7) != whole)
    #expect(throws: BrokenProperty.self) { try require(false, "it does not hold") }
    #expect(!holds(text, Array("oats,bath".utf8)))
  }
}

import LinearAlgebra
import Testing

@testable import Forecasting

@Suite("A panel as bytes")
struct HybridPanelBytesTests {
  private func panel(_ columns: [[Double]]) -> Hybrid.Panel {
    let rows = columns[0].count
    return Hybrid.Panel(
      observations: Matrix(columns: columns),
      features: Matrix(columns: [(0..<rows + 3).map { Double($0) / 7 }]), penalties: [0.3],
      parents: columns.indices.map { $0 == 0 ? nil : 0 }, closures: columns.map { _ in [1] },
      season: 7, year: 364, horizon: 3, sums: columns.indices.map { $0 == 0 ? [] : [0] },
      given: columns.indices.map { $0 == 0 ? nil : [0.25] })
  }

  @Test("every number comes back bit for bit, whatever form it takes")
  func roundTrip() throws {
    let columns: [[Double]] = [
      [0, 1, .nan, 127, 128, 1e9, -3],
      [0.001, 12.345, .nan, 0, 2.5, -0.125, 7],
      [1.0 / 3, .nan, -0.0, 0, 1e300, .leastNonzeroMagnitude, 0.1 + 0.2],
      [.infinity, 0x1p53, 0x1p52, 4_503_599_627_370_495, .nan, -1, 0],
      Array(repeating: .nan, count: 7),
    ]
    let bytes = panel(columns).bytes
    let back = try #require(Hybrid.Panel(bytes: bytes[...]))
    #expect(
      back.observations.storage.map(\.bitPattern) == columns.joined().map(\.bitPattern))
    #expect(back.bytes == bytes)
    #expect(back.parents == [nil, 0, 0, 0, 0] && back.given?[1] == [0.25])
    #expect(back.closures == columns.map { _ in [1] } && back.sums?[4] == [0])
  }

  @Test("counts take a byte or two")
  func compact() {
    let counts = (0..<100).map { _ in (0..<500).map { Double($0 % 60) } }
    #expect(panel(counts).bytes.count < 100 * 500 + 100 * 100 + 10_000)
  }

  @Test("bytes that are no panel are none, wherever they break off or whichever is changed")
  func malformed() {
    let bytes = panel([[1, 2, 3, 4, 5, 6, 7], [0.5, 1.0 / 3, 2, 3, 4, 5, 6]]).bytes
    for count in bytes.indices { #expect(Hybrid.Panel(bytes: bytes[..<count]) == nil) }
    for place in bytes.indices {
      var changed = bytes
      changed[place] ^= 0xFF
      // Nil or another panel; never a trap.
      if let other = Hybrid.Panel(bytes: changed[...]) {
        #expect(other.bytes.count <= 2 * bytes.count)
      }
    }
  }
}

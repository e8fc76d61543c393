import COpenBLAS
import LinearAlgebra
import TestKit
import Testing

@Suite("how fast normal equations are formed", .serialized, .enabled(if: Measurement.isWanted))
struct GramMeasurements {
  /// A window of five years of days by the hybrid's features, and a shape known from elsewhere.
  @Test("A'A beside the symmetric kernel alone", arguments: [(1_913, 130), (200_000, 64)])
  func gram(_ rows: Int, _ columns: Int) throws {
    var generator = SeededGenerator(seed: 7)
    let matrix = Matrix(
      rows: rows, columns: columns,
      storage: (0..<rows * columns).map { _ in Double.random(in: -1...1, using: &generator) })
    let repetitions = max(1, 200_000_000 / (rows * columns * columns))
    // The first product also makes sure that each call keeps to one thread.
    var corner = matrix.gram()[columns - 1, columns - 1]
    let own = Measurement.seconds(bestOf: 5) {
      for _ in 0..<repetitions { corner = matrix.gram()[columns - 1, columns - 1] }
    }
    var target = [Double](repeating: 0, count: columns * columns)
    let kernel = Measurement.seconds(bestOf: 5) {
      for _ in 0..<repetitions {
        cblas_dsyrk(
          CblasColMajor, CblasUpper, CblasTrans, blasint(columns), blasint(rows), 1,
          matrix.storage, blasint(rows), 0, &target, blasint(columns))
      }
    }
    #expect(corner == target[columns * columns - 1])
    try Measurement.record(
      "normal equations of \(rows) x \(columns), of dsyrk's rate", kernel / own * 100, unit: "%")
  }
}

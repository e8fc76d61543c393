import LinearAlgebra
import Testing

@Suite("Matrices over BLAS and LAPACK")
struct FactorisationTests {
  let tall = Matrix(columns: [[1, 2, 3, 4], [0.5, -1, 2, 0], [3, 0, -2, 1]])

  private func literalProduct(_ left: Matrix, _ right: Matrix) -> Matrix {
    var result = Matrix(rows: left.rows, columns: right.columns)
    for row in 0..<left.rows {
      for column in 0..<right.columns {
        for inner in 0..<left.columns {
          result[row, column] += left[row, inner] * right[inner, column]
        }
      }
    }
    return result
  }

  @Test("a product equals its definition, element by element")
  func product() {
    let right = Matrix(columns: [[1, -1, 2], [0, 3, 0.25]])
    #expect(Matrix.product(tall, right) == literalProduct(tall, right))
  }

  @Test("A'A by the symmetric kernel equals A' times A, in both triangles")
  func gram() {
    #expect(tall.gram() == Matrix.product(tall, transposed: true, tall))
  }

  @Test("eigenvectors times eigenvalues give the matrix back, values ascending")
  func eigenvalues() throws {
    let matrix = tall.gram()
    let eigen = try SymmetricEigenvalues(of: matrix)
    #expect(eigen.values == eigen.values.sorted())
    let image = Matrix.product(matrix, eigen.vectors)
    for row in 0..<3 {
      for column in 0..<3 {
        let expected = eigen.vectors[row, column] * eigen.values[column]
        #expect((image[row, column] - expected).magnitude < 1e-12)
      }
    }
  }

  @Test("a Cholesky solution satisfies the equations")
  func solution() throws {
    let matrix = tall.gram()
    let sides = Matrix(columns: [[1, 2, 3]])
    let solved = try CholeskyFactor(of: matrix).solve(sides)
    let image = Matrix.product(matrix, solved)
    for row in 0..<3 { #expect((image[row, 0] - sides[row, 0]).magnitude < 1e-12) }
  }

  @Test("an indefinite matrix names the minor that fails")
  func indefinite() {
    let matrix = Matrix(columns: [[1, 2], [2, 1]])
    #expect(throws: LinearAlgebraError.notPositiveDefinite(order: 2)) {
      try CholeskyFactor(of: matrix)
    }
  }

  @Test("numbers that are not finite are refused, not iterated on")
  func notFinite() {
    let matrix = Matrix(columns: [[1, .nan], [.nan, 1]])
    #expect(throws: LinearAlgebraError.notFinite) { try SymmetricEigenvalues(of: matrix) }
    #expect(throws: LinearAlgebraError.notFinite) { try CholeskyFactor(of: matrix) }
  }

  @Test("a matrix without rows has a product of zeros")
  func empty() {
    let none = Matrix(rows: 0, columns: 2)
    #expect(none.gram() == Matrix(rows: 2, columns: 2))
  }
}

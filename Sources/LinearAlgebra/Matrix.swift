/// A dense matrix of doubles, stored column by column: element (i, j) stands at i + j × rows.
public struct Matrix: Hashable, Sendable {
  public let rows: Int
  public let columns: Int
  /// rows × columns numbers, column after column.
  public private(set) var storage: [Double]

  /// A matrix that holds one number everywhere.
  public init(rows: Int, columns: Int, repeating value: Double = 0) {
    precondition(rows >= 0 && columns >= 0, "a shape is not negative")
    self.rows = rows
    self.columns = columns
    storage = Array(repeating: value, count: rows * columns)
  }

  /// A matrix over existing storage, without a copy.
  public init(rows: Int, columns: Int, storage: [Double]) {
    precondition(rows >= 0 && columns >= 0, "a shape is not negative")
    precondition(storage.count == rows * columns, "the storage fits the shape")
    self.rows = rows
    self.columns = columns
    self.storage = storage
  }

  /// A matrix from columns of equal length; an empty list has no rows.
  public init(columns: [[Double]]) {
    let rows = columns.first?.count ?? 0
    precondition(columns.allSatisfy { $0.count == rows }, "columns have equal lengths")
    self.init(rows: rows, columns: columns.count, storage: Array(columns.joined()))
  }

  /// The identity.
  public static func identity(_ size: Int) -> Matrix {
    var matrix = Matrix(rows: size, columns: size)
    for index in 0..<size { matrix[index, index] = 1 }
    return matrix
  }

  public subscript(row: Int, column: Int) -> Double {
    get {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns, "inside the matrix")
      return storage[row + column * rows]
    }
    set {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns, "inside the matrix")
      storage[row + column * rows] = newValue
    }
  }

  /// One column, copied.
  public func column(_ index: Int) -> [Double] {
    withColumn(index) { Array($0) }
  }

  /// The given rows of all columns, copied.
  public func selecting(rows chosen: Range<Int>) -> Matrix {
    precondition(chosen.lowerBound >= 0 && chosen.upperBound <= rows, "inside the matrix")
    var picked: [Double] = []
    picked.reserveCapacity(chosen.count * columns)
    for column in 0..<columns {
      picked += storage[column * rows + chosen.lowerBound..<column * rows + chosen.upperBound]
    }
    return Matrix(rows: chosen.count, columns: columns, storage: picked)
  }

  /// The given columns of all rows, copied.
  public func selecting(columns chosen: Range<Int>) -> Matrix {
    precondition(chosen.lowerBound >= 0 && chosen.upperBound <= columns, "inside the matrix")
    return Matrix(
      rows: rows, columns: chosen.count,
      storage: Array(storage[chosen.lowerBound * rows..<chosen.upperBound * rows]))
  }

  /// A'.
  public func transposed() -> Matrix {
    var result = Matrix(rows: columns, columns: rows)
    for column in 0..<columns {
      for row in 0..<rows { result.storage[column + row * columns] = storage[row + column * rows] }
    }
    return result
  }

  /// diag(rows) A diag(columns); nil scales by 1.
  public func scaled(
    rows scaleOfRow: [Double]? = nil, columns scaleOfColumn: [Double]? = nil
  ) -> Matrix {
    precondition(scaleOfRow.map { $0.count == rows } ?? true, "one scale per row")
    precondition(scaleOfColumn.map { $0.count == columns } ?? true, "one scale per column")
    var result = self
    for column in 0..<columns {
      let scale = scaleOfColumn?[column] ?? 1
      result.withMutableColumn(column) { values in
        for row in values.indices { values[row] *= scale * (scaleOfRow?[row] ?? 1) }
      }
    }
    return result
  }

  /// self −= other, of the same shape.
  public mutating func subtract(_ other: Matrix) {
    precondition(rows == other.rows && columns == other.columns, "shapes agree")
    for index in storage.indices { storage[index] -= other.storage[index] }
  }

  /// Reads one column in place.
  public func withColumn<Result, Failure: Error>(
    _ index: Int, _ body: (UnsafeBufferPointer<Double>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(index >= 0 && index < columns, "inside the matrix")
    return try storage.withUnsafeBufferPointer { buffer throws(Failure) in
      try body(UnsafeBufferPointer(rebasing: buffer[index * rows..<(index + 1) * rows]))
    }
  }

  /// Changes one column in place.
  public mutating func withMutableColumn<Result, Failure: Error>(
    _ index: Int, _ body: (UnsafeMutableBufferPointer<Double>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(index >= 0 && index < columns, "inside the matrix")
    let range = index * rows..<(index + 1) * rows
    return try withMutableElements { buffer throws(Failure) in
      try body(UnsafeMutableBufferPointer(rebasing: buffer[range]))
    }
  }

  /// Reads the storage in place.
  public func withElements<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Double>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try storage.withUnsafeBufferPointer(body)
  }

  /// Changes the storage in place.
  public mutating func withMutableElements<Result, Failure: Error>(
    _ body: (UnsafeMutableBufferPointer<Double>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try storage.withUnsafeMutableBufferPointer { buffer throws(Failure) in try body(buffer) }
  }
}

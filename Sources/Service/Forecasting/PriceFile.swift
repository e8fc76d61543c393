internal import Inventory

/// Reads a whole file in the format of `sync prices`; one bad row refuses the file.
enum PriceFile {
  static func prices(_ path: String) throws -> [Price] {
    try prices(ByteSource(.init(path: path)), path)
  }

  static func prices(_ source: consuming ByteSource, _ name: String) throws -> [Price] {
    var reader = try FactReader<Price>(source)
    var prices: [Price] = []
    while let reading = try reader.next() {
      switch reading {
      case .fact(let price, _): prices.append(price)
      case .rejected(let rejection): throw ForecastInputFailure.row(file: name, rejection)
      }
    }
    return prices
  }
}

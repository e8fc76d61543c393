internal import Inventory
public import Storage

/// Why words make no mapping.
public enum MappingProblem: Error, Hashable, Sendable {
  case columns(ColumnMapping.Failure)
  /// A column of ours that rows of this kind do not have.
  case foreignColumn(Column, kind: SyncKind)
  case delimiter(String)
  case encoding(String)
  case decimal(String)
  case thousands(String)
  /// One sign before the fraction and between thousands.
  case sameSign(String)
  case dateFormat(String, DayPattern.Problem)
  case header(String)
  /// Units for rows that count nothing.
  case unitsOfKind(SyncKind)
  case unit(String)
  case factor(unit: String, String)
}

extension ColumnMapping {
  /// Reads the words with which a mapping is kept, said on a command line or sent.
  public init(_ text: MappingText, kind: SyncKind) throws(MappingProblem) {
    self.init()
    for (ours, name) in text.columns.sorted(by: { $0.key < $1.key }) {
      guard let column = Column(rawValue: ours) else {
        throw .columns(.unknownColumn(ours, nearest: ColumnMapping.nearest(to: ours)))
      }
      guard kind.columns.contains(column) else { throw .foreignColumn(column, kind: kind) }
      guard !name.isEmpty else { throw .columns(.malformed("\(ours)=")) }
      theirs[column] = name
    }
    ignored = Set(text.ignored)
    form = try RowForm(text, kind: kind)
  }

  /// The words that read as this mapping.
  public var text: MappingText {
    var text = MappingText()
    text.columns = Dictionary(
      uniqueKeysWithValues: theirs.map { column, name in (column.rawValue, name) })
    text.ignored = ignored.sorted()
    text.header = form.header
    text.delimiter = form.delimiter.rawValue
    text.encoding = form.encoding.rawValue
    text.decimal = form.numbers.point.rawValue
    text.thousands = form.numbers.thousands?.rawValue
    text.dateFormat = form.days?.description
    text.units = form.units.factors.mapValues(\.word)
    return text
  }
}

extension RowForm {
  fileprivate init(_ text: MappingText, kind: SyncKind) throws(MappingProblem) {
    self.init()
    guard let delimiter = Delimiter(rawValue: text.delimiter) else {
      throw .delimiter(text.delimiter)
    }
    guard let encoding = Encoding(rawValue: text.encoding.lowercased()) else {
      throw .encoding(text.encoding)
    }
    (self.delimiter, self.encoding) = (delimiter, encoding)
    numbers = try NumberForm(text)
    if let format = text.dateFormat {
      do throws(DayPattern.Problem) { days = try DayPattern(format) } catch {
        throw .dateFormat(format, error)
      }
    }
    if let header = text.header {
      for (place, name) in header.enumerated() where name.isEmpty || header[..<place].contains(name)
      {
        throw .header(name)
      }
      guard !header.isEmpty else { throw .header("") }
    }
    header = text.header
    guard text.units.isEmpty || kind.columns.contains(.unit) && kind != .items else {
      throw .unitsOfKind(kind)
    }
    units = UnitTable(try RowForm.factors(text.units))
  }

  private static func factors(
    _ words: [String: String]
  ) throws(MappingProblem) -> [String: UnitTable.Factor] {
    var factors: [String: UnitTable.Factor] = [:]
    for (unit, word) in words.sorted(by: { $0.key < $1.key }) {
      guard !unit.isEmpty, FieldText.isText(unit) else { throw .unit(unit) }
      if word == UnitTable.Factor.pack.word {
        factors[unit] = .pack
        continue
      }
      let number = Array(word.utf8).withUnsafeBytes { DecimalNumber.read($0) }
      guard let number, number > 0, number <= Quantity.limit else {
        throw .factor(unit: unit, word)
      }
      factors[unit] = .units(number)
    }
    return factors
  }
}

extension NumberForm {
  fileprivate init(_ text: MappingText) throws(MappingProblem) {
    guard let point = Point(rawValue: text.decimal) else { throw .decimal(text.decimal) }
    let thousands = text.thousands.flatMap(Thousands.init)
    if let sign = text.thousands, thousands == nil { throw .thousands(sign) }
    guard let form = NumberForm(point: point, thousands: thousands) else {
      throw .sameSign(text.decimal)
    }
    self = form
  }
}

extension UnitTable.Factor {
  /// As it is said and kept.
  var word: String {
    switch self {
    case .pack: "pack"
    case .units(let units): Int64(exactly: units).map { String($0) } ?? String(units)
    }
  }
}

extension MappingProblem: Failure {
  public var code: String { "invalid-mapping" }
  public var exitCode: ExitCode { .data }

  public var sentence: String {
    switch self {
    case .columns(let problem): return problem.sentence
    case .foreignColumn(let column, let kind):
      return "rows of \(kind.rawValue) have no column '\(column.rawValue)'; they have "
        + kind.columns.map(\.rawValue).joined(separator: ", ")
    case .delimiter(let sign):
      return
        "'\(sign.shownShort)' is no delimiter; there are comma, semicolon, tab and bar: , ; | tab"
    case .encoding(let name):
      return "'\(name.shownShort)' is no encoding that is read; there are "
        + RowForm.Encoding.allCases.map(\.rawValue).joined(separator: " and ")
    case .decimal(let sign):
      return "a fraction follows '.' or ',', not '\(sign.shownShort)'"
    case .thousands(let sign):
      return "between thousands stands '.', ',', a space or an apostrophe, not '\(sign.shownShort)'"
    case .sameSign(let sign):
      return "'\(sign)' cannot stand both before the fraction and between thousands"
    case .dateFormat(let format, let problem):
      return "date format '\(format.shownShort)' \(problem.predicate)"
    case .header(let name):
      return name.isEmpty
        ? "a column of the header has no name" : "the header names '\(name.shownShort)' twice"
    case .unitsOfKind(let kind):
      return "units go with demand and stock, not with \(kind.rawValue)"
    case .unit(let unit):
      return
        "'\(unit.shownShort)' is no unit with what it is, as case=pack or dozen=12, each said once"
    case .factor(let unit, let word):
      return "unit '\(unit.shownShort)' is '\(word.shownShort)'; it is 'pack' or a number above 0"
        + " and at most 1000000000"
    }
  }
}

extension DayPattern.Problem {
  fileprivate var predicate: String {
    switch self {
    case .unknown(let run):
      run == "yy"
        ? "has a year of two digits, whose century would be a guess; write yyyy"
        : "has '\(run.shownShort)'; it may have yyyy, MM, M, dd, d, HH, mm, ss and, between them, a"
          + " space or one of . / - : , T"
    case .twice(let word): "has \(word) twice"
    case .missing(let word): "lacks \(word)"
    case .ambiguous: "has M or d right before other digits, so that where they end is a guess"
    }
  }
}

/// A mapping as it is said on a command line, each option as text.
public struct MappingOptions: Hashable, Sendable {
  /// `item=sku,day=date`.
  public var columns = ""
  /// `till,clerk`.
  public var ignored = ""
  /// `sku,site,date,units`.
  public var header: String?
  public var delimiter: String?
  public var encoding: String?
  public var decimal: String?
  public var thousands: String?
  public var dateFormat: String?
  /// `case=pack,dozen=12`.
  public var units = ""

  public init() {}

  /// The mapping of rows of this kind.
  public func mapping(of kind: SyncKind) throws(MappingProblem) -> ColumnMapping {
    var text = MappingText()
    do throws(ColumnMapping.Failure) {
      let named = try ColumnMapping(map: columns, ignore: ignored)
      (text.columns, text.ignored) = (named.text.columns, named.text.ignored)
    } catch { throw .columns(error) }
    text.header = header?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    text.delimiter = delimiter.map(MappingOptions.sign) ?? text.delimiter
    text.encoding = encoding ?? text.encoding
    text.decimal = decimal.map(MappingOptions.sign) ?? text.decimal
    text.thousands = thousands.map(MappingOptions.sign)
    text.dateFormat = dateFormat
    for pair in units.split(separator: ",") {
      let words = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard words.count == 2, text.units[String(words[0])] == nil else {
        throw .unit(String(pair))
      }
      text.units[String(words[0])] = String(words[1])
    }
    return try ColumnMapping(text, kind: kind)
  }

  /// Signs that are hard to type have names.
  static func sign(_ word: String) -> String {
    switch word {
    case "tab", "\\t": "\t"
    case "comma": ","
    case "semicolon": ";"
    case "bar": "|"
    case "point": "."
    case "space": " "
    case "apostrophe": "'"
    default: word
    }
  }
}

internal import Inventory

extension Rejection {
  /// One sentence for a person: `line 17: day '2026-13-01' is not a date of the form YYYY-MM-DD`.
  var sentence: String { "line \(line): \(statement)" }

  private var statement: String {
    let subject = "\(field?.rawValue ?? "row") '\(found)'"
    switch reason {
    case .malformed(let problem): return problem.statement
    case .missingValue(let column): return "\(column.rawValue) is missing"
    case .invalidCode:
      return "\(subject) is not a code: 1 to 128 bytes without control characters"
    case .invalidText:
      return "\(subject) is not a text of at most \(FieldText.limitBytes) bytes without control"
        + " characters"
    case .invalidDay: return "\(subject) is not a date of the form YYYY-MM-DD"
    case .endsBeforeLaunch(let launched): return "\(subject) is before launched '\(launched)'"
    case .invalidTime:
      return "\(subject) is neither a time like 2026-04-24T06:30:00Z nor a date"
    case .futureDay(_, let today): return "\(subject) is in the future: today is \(today)"
    case .beforeRetention(_, let earliest):
      return "\(subject) is before \(earliest), the first day that is kept"
    case .invalidQuantity(_, let problem): return "\(subject) \(problem.predicate)"
    case .unlikePattern(_, let pattern, _):
      return "\(subject) is not a date of the form \(pattern)"
    case .unlikeNumberForm(_, let form):
      return "\(subject) is not a number of the form \(form.example)"
    case .invalidNumber: return "\(subject) is not a decimal number"
    case .outOfRange(_, let range): return "\(subject) must be \(range.description)"
    case .invalidRevision: return "\(subject) is neither an integer nor a time"
    case .otherRevisionKind(let expected):
      let said = expected == .number ? "integers" : "times"
      return "\(subject) cannot be compared: this source's revisions are \(said)"
    case .invalidKind:
      let kinds = CalendarEvent.Kind.allCases.map(\.rawValue).joined(separator: ", ")
      return "\(subject) is none of \(kinds)"
    case .invalidMovementKind:
      let kinds = Movement.Kind.allCases.map(\.rawValue).joined(separator: ", ")
      return "\(subject) is none of \(kinds)"
    case .negativeMovement(let kind): return "\(subject) is negative: \(kind.advice)"
    case .invalidFlag: return "\(subject) is none of true, false, 1, 0"
    case .invalidDuration: return "\(subject) is not a duration like P1D or PT6H"
    case .invalidTimeZone: return "\(subject) is not a time zone like Europe/Berlin"
    case .invalidWeekdays:
      return "\(subject) are not one to six days like 'saturday sunday'"
    case .openForItems: return "\(subject) opens a whole location: leave item and category empty"
    case .unknownItem: return "\(subject) is not known"
    case .unknownLocation: return "\(subject) is not known"
    case .unknownUnit(.unknown(let itemUnit)):
      let own = itemUnit.map { "the item's own is '\($0.shownShort)'" } ?? "the item has none"
      return "\(subject) is not known: \(own), and its source maps no such unit"
    case .unknownUnit(.noPackSize):
      return "\(subject) is a pack, and the item has no pack_size"
    case .conflictingDuplicate:
      return "another row says something else of the same fact with the same revision"
    case .conflictingFields(let columns):
      let names = columns.map(\.rawValue).listed
      return "another row says something else of \(names) with the same revision"
    case .suspectedUnitChange:
      return "\(subject) is held: the quantities of many items jumped by about their pack size"
    case .foreignLocation(let owner):
      return "\(subject) belongs to source '\(owner)', and only that may write it"
    }
  }
}

extension Movement.Kind {
  /// What a line below zero should have been.
  fileprivate var advice: String {
    switch self {
    case .sale: "what a customer brings back is a line of kind return"
    case .return: "what a customer takes is a line of kind sale"
    case .transferIn: "what goes to another location is a line of kind transfer_out"
    case .transferOut: "what comes from another location is a line of kind transfer_in"
    case .receipt, .adjustment: "what goes back to a supplier is a line of kind adjustment"
    case .count: "a count says how many units are there"
    }
  }
}

extension RejectionReason.QuantityProblem {
  fileprivate var predicate: String {
    switch self {
    case .notANumber: "is not a decimal number"
    case .negative: "is negative"
    case .beyondLimit: "is beyond the limit of 1000000000"
    case .notWrittenAs(let form): "is not a number of the form \(form.example)"
    case .beyondLimitInUnits: "in the item's own unit is beyond the limit of 1000000000"
    }
  }
}

extension MalformedRow {
  /// What is wrong, without the line.
  var statement: String {
    switch self {
    case .columnCount(let expected, let found):
      "\(found) columns where the header has \(expected)"
    case .unclosedQuote: "a quoted field is never closed"
    case .textAfterQuote: "text follows a closing quote"
    case .tooLong: "longer than \(RowReader.rowLimitBytes) bytes"
    case .encoding: "not UTF-8"
    case .notAnObject: "not a JSON object"
    case .json(let byte): "not JSON at byte \(byte)"
    case .nestedValue(let key): "'\(key)' holds an object or array where a value is wanted"
    case .duplicateKey(let key): "'\(key)' is said twice"
    case .unknownKey(let key, let nearest):
      "'\(key)' is no column of the formats" + (nearest.map { "; did you mean '\($0)'?" } ?? "")
    }
  }
}

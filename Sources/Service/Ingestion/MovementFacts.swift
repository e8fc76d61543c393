internal import Inventory
internal import Storage

/// A movement as its source says it.
struct MovementRow: ReadableFact, Hashable {
  static var syncKind: SyncKind { .movements }

  let id: MovementID
  let kind: Movement.Kind
  let item: ItemCode
  let location: LocationCode
  let at: WrittenTime
  let quantity: Double
  let undoes: MovementID?
  let revision: Revision?
  /// What the quantity is counted in; nil for the item's own unit.
  let unit: String?

  init(_ values: RowValues) throws(RejectionReason) {
    id = try values.requiredCode(.id)
    guard let kind = try values.movementKind() else { throw .missingValue(.kind) }
    self.kind = kind
    item = try values.requiredCode(.item)
    location = try values.requiredCode(.location)
    guard let at = try values.asOf(.at) else { throw .missingValue(.at) }
    self.at = at
    quantity = try values.requiredQuantity(.quantity, mayBeNegative: true)
    guard quantity >= 0 || kind.mayBeNegative else { throw .negativeMovement(kind) }
    undoes = try values.code(.undoes)
    revision = try values.revision()
    unit = try values.text(.unit)
  }

  /// The movement; a time without a zone is one at the location.
  func movement(_ clock: ZoneClock, zone: String?) -> Movement {
    let moment: Movement.At =
      if case .endOfDay(let day) = at { .day(day) } else {
        .moment(clock.instant(of: at, zone: zone))
      }
    return Movement(
      id: id, kind: kind, item: item, location: location, at: moment, quantity: quantity,
      undoes: undoes)
  }
}

/// What can be read of a movement that is set aside.
struct RejectedMovement: Hashable, Sendable {
  let id: MovementID?
  let kind: Movement.Kind?
  let at: WrittenTime?

  init(_ values: RowValues) {
    func readable<Value>(_ read: () throws(RejectionReason) -> Value?) -> Value? {
      do throws(RejectionReason) { return try read() } catch { return nil }
    }
    id = readable { () throws(RejectionReason) in try values.code(.id) }
    kind = readable { () throws(RejectionReason) in try values.movementKind() }
    at = readable { () throws(RejectionReason) in try values.asOf(.at) }
  }

  /// Whether demand lacks the line while it waits. What cannot say its kind may be a sale.
  var tellsDemand: Bool { kind?.tellsDemand ?? true }
}

extension RowValues {
  fileprivate func movementKind() throws(RejectionReason) -> Movement.Kind? {
    let field = bytes(.kind)
    guard !field.isEmpty else { return nil }
    guard let kind = Movement.Kind(rawValue: String(decoding: field, as: UTF8.self)) else {
      throw .invalidMovementKind
    }
    return kind
  }
}

extension Rejection {
  /// The rejection of a movement with the day whose demand lacks it.
  func placed(_ civilDay: (Instant, LocationCode?) -> Day) -> Rejection {
    guard let movement, let at = movement.at, movement.tellsDemand else { return self }
    var placed = self
    placed.day =
      switch at {
      case .instant(let instant): civilDay(instant, location)
      case .endOfDay(let day), .local(let day, _): day
      }
    return placed
  }

  var waitingMovement: WaitingMovement? {
    movement?.id.map { WaitingMovement(line: line, id: $0) }
  }
}

extension CivilCalendar {
  init(_ clock: ZoneClock, _ retention: Retention) {
    self.init(
      days: { retention.allowedDays(today: clock.today(zone: $0)) },
      day: { clock.day(of: $0, zone: $1) },
      startOfDay: { clock.startOfDay($0, zone: $1) })
  }
}

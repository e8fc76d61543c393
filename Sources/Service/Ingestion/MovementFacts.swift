internal import Inventory
internal import Storage

/// A movement with the revision it came with.
struct MovementRow: ReadableFact, Hashable {
  static var syncKind: SyncKind { .movements }

  let movement: Movement
  let revision: Revision?

  init(_ values: RowValues) throws(RejectionReason) {
    let id: MovementID = try values.requiredCode(.id)
    guard let kind = try values.movementKind() else { throw .missingValue(.kind) }
    let item: ItemCode = try values.requiredCode(.item)
    let location: LocationCode = try values.requiredCode(.location)
    guard let at = try values.at() else { throw .missingValue(.at) }
    let quantity = try values.requiredQuantity(.quantity, mayBeNegative: true)
    guard quantity >= 0 || kind.mayBeNegative else { throw .negativeMovement(kind) }
    movement = Movement(
      id: id, kind: kind, item: item, location: location, at: at, quantity: quantity,
      undoes: try values.code(.undoes))
    revision = try values.revision()
  }
}

/// What can be read of a movement that is set aside.
struct RejectedMovement: Hashable, Sendable {
  let id: MovementID?
  let kind: Movement.Kind?
  let at: Movement.At?

  init(_ values: RowValues) {
    func readable<Value>(_ read: () throws(RejectionReason) -> Value?) -> Value? {
      do throws(RejectionReason) { return try read() } catch { return nil }
    }
    id = readable { () throws(RejectionReason) in try values.code(.id) }
    kind = readable { () throws(RejectionReason) in try values.movementKind() }
    at = readable { () throws(RejectionReason) in try values.at() }
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

  fileprivate func at() throws(RejectionReason) -> Movement.At? {
    let field = bytes(.at)
    guard !field.isEmpty else { return nil }
    if let day = Day(iso: field) { return .day(day) }
    guard let instant = Instant(String(decoding: field, as: UTF8.self)) else {
      throw .invalidTime(.at)
    }
    return .moment(instant)
  }
}

extension Rejection {
  /// The rejection of a movement with the day whose demand lacks it.
  func placed(_ civilDay: (Instant, LocationCode?) -> Day) -> Rejection {
    guard let movement, let at = movement.at, movement.tellsDemand else { return self }
    var placed = self
    placed.day =
      switch at {
      case .moment(let instant): civilDay(instant, location)
      case .day(let day): day
      }
    return placed
  }

  var waitingMovement: WaitingMovement? {
    movement?.id.map { WaitingMovement(line: line, id: $0) }
  }
}

extension CivilCalendar {
  init(_ clock: ZoneClock) {
    self.init(
      today: { clock.today(zone: $0) }, day: { clock.day(of: $0, zone: $1) },
      startOfDay: { clock.startOfDay($0, zone: $1) })
  }
}

internal import Inventory

/// What the first page shows and takes long to make, kept for the next reader.
///
/// A part is made again when facts have come in since, but not within a minute of the last time,
/// and never twice at once. A new run or a new day begins afresh.
public actor OverviewCache {
  struct OrdersKey: Hashable {
    let region: RegionCode
    let run: Int
    let asOf: Day
  }

  struct DemandKey: Hashable {
    let firstDay: Day
    let asOf: Day
  }

  /// How old a part may become while facts come in.
  public static let defaultPause: Duration = .seconds(60)

  private var orders: Shelf<OrdersKey, OrderSummary>
  private var demand: Shelf<DemandKey, OverviewDemand>

  public init(pause: Duration = OverviewCache.defaultPause) {
    orders = Shelf(pause: pause)
    demand = Shelf(pause: pause)
  }

  func orders(
    _ key: OrdersKey, version: Int64, now: Duration,
    make: @escaping @Sendable () async throws -> OrderSummary
  ) async throws -> OrderSummary {
    orders.keep { $0.run == key.run && $0.asOf == key.asOf }
    let task = orders.task(key, version: version, now: now, make: make)
    do { return try await task.value } catch {
      orders.forget(key, task)
      throw error
    }
  }

  func demand(
    _ key: DemandKey, version: Int64, now: Duration,
    make: @escaping @Sendable () async throws -> OverviewDemand
  ) async throws -> OverviewDemand {
    demand.keep { $0 == key }
    let task = demand.task(key, version: version, now: now, make: make)
    do { return try await task.value } catch {
      demand.forget(key, task)
      throw error
    }
  }
}

/// Values under way or made, by what they are made for.
private struct Shelf<Key: Hashable, Value: Sendable> {
  private struct Entry {
    let version: Int64
    let begun: Duration
    let task: Task<Value, any Error>
  }

  let pause: Duration
  private var entries: [Key: Entry] = [:]

  init(pause: Duration) { self.pause = pause }

  mutating func task(
    _ key: Key, version: Int64, now: Duration,
    make: @escaping @Sendable () async throws -> Value
  ) -> Task<Value, any Error> {
    if let known = entries[key], known.version == version || now - known.begun < pause {
      return known.task
    }
    let task = Task { try await make() }
    entries[key] = Entry(version: version, begun: now, task: task)
    return task
  }

  /// Takes away what failed, unless another attempt stands in its place.
  mutating func forget(_ key: Key, _ task: Task<Value, any Error>) {
    if entries[key]?.task == task { entries[key] = nil }
  }

  mutating func keep(_ isWanted: (Key) -> Bool) {
    entries = entries.filter { isWanted($0.key) }
  }
}

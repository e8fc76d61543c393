internal import Inventory
internal import Planning
internal import Postgres
internal import Storage

/// Looks at the first quantities of a push's series, and compares them with what is usual.
///
/// Items without a pack size cost nothing beyond one look-up of the code, but for a few that show
/// what moves all items alike; of the others, three series with sixteen quantities each are kept.
struct UnitWatch {
  static let seriesPerItem = 3
  static let quantitiesPerSeries = 16
  /// Items without a pack size that are watched.
  static let plainItems = 200

  fileprivate struct Sample {
    let location: Int32
    let day: Day
    var pushed: [Double] = []
    var usual: [Double] = []
  }

  fileprivate struct Watched {
    let item: ItemCode
    let packSize: Double
    var samples: [Sample] = []
  }

  private let batch: OpenBatch
  /// By the item's number in the push: its place among the watched; -1 for one that is not.
  private var places: [Int32] = []
  private var watched: [Watched] = []
  private var plain = 0

  init(_ batch: OpenBatch) { self.batch = batch }

  /// Takes samples from a block, and reads what is usual of series that turn up for the first time:
  /// before the block is stored.
  mutating func look(at facts: DemandFacts, in db: isolated Session) throws {
    try extend(to: facts.itemCodes, in: db)
    guard !watched.isEmpty else { return }
    var fresh: [(place: Int, sample: Int)] = []
    for row in facts.days.indices {
      let place = Int(places[Int(facts.items[row])])
      // A row that says its unit is converted, and suspects nothing.
      guard place >= 0, facts.quantities[row] > 0, facts.units.isEmpty || facts.units[row] < 0
      else { continue }
      let location = facts.locations[row]
      if let sample = watched[place].samples.firstIndex(where: { $0.location == location }) {
        if watched[place].samples[sample].pushed.count < UnitWatch.quantitiesPerSeries {
          watched[place].samples[sample].pushed.append(facts.quantities[row])
        }
      } else if watched[place].samples.count < UnitWatch.seriesPerItem {
        fresh.append((place, watched[place].samples.count))
        watched[place].samples.append(
          Sample(
            location: location, day: Day(ordinal: facts.days[row]),
            pushed: [facts.quantities[row]]))
      }
    }
    try compare(fresh, facts.locationCodes, in: db)
  }

  /// What speaks for other units, after the last block.
  var suspicion: UnitChange.Suspicion? {
    UnitChange.suspicion(watched.compactMap { $0.measure })
  }

  private mutating func extend(to items: [ItemCode], in db: isolated Session) throws {
    guard items.count > places.count else { return }
    let unseen = Array(items[places.count...])
    let sizes = try UsualDemandStore.packSizes(of: unseen, in: db)
    for item in unseen {
      guard let size = sizes[item], size > 1 || plain < UnitWatch.plainItems else {
        places.append(-1)
        continue
      }
      if size <= 1 { plain += 1 }
      places.append(Int32(watched.count))
      watched.append(Watched(item: item, packSize: size))
    }
    // Without a pack size there is nothing to find out.
    if !watched.contains(where: { $0.packSize > 1 }) { forget() }
  }

  private mutating func forget() {
    for place in places.indices { places[place] = -1 }
    watched = []
    plain = 0
  }

  private mutating func compare(
    _ fresh: [(place: Int, sample: Int)], _ locations: [LocationCode], in db: isolated Session
  ) throws {
    guard !fresh.isEmpty else { return }
    let wanted = fresh.map { place, sample in
      let taken = watched[place].samples[sample]
      return UsualDemandStore.Wanted(
        item: watched[place].item, location: locations[Int(taken.location)], day: taken.day)
    }
    let usual = try UsualDemandStore.quantities(of: wanted, before: batch, in: db)
    for ((place, sample), quantities) in zip(fresh, usual) {
      watched[place].samples[sample].usual = quantities
    }
  }
}

extension UnitWatch.Watched {
  /// The item's series that can be compared, the middle one of them; nil when none can.
  fileprivate var measure: UnitChange.Measure? {
    let measures = samples.filter { $0.usual.count >= UnitChange.leastDays }.map { sample in
      UnitChange.Measure(
        item: item, packSize: packSize, usual: sample.usual, pushed: sample.pushed)
    }
    let ordered = measures.sorted { $0.pushed / $0.usual < $1.pushed / $1.usual }
    return ordered.isEmpty ? nil : ordered[ordered.count / 2]
  }
}

extension UnitChange.Suspicion {
  /// Why the push is held, for the person who must decide.
  var sentence: String {
    "held: the quantities of \(jumped.grouped) of \(measured.grouped) items (\(percent) %) jumped"
      + " at once by about their pack size; item '\(example.item)', usually"
      + " \(example.usual.shown) a day, has \(example.pushed.shown) here, with a pack size of"
      + " \(example.packSize.shown)"
  }
}

extension Double {
  /// A quantity as people write it.
  var shown: String {
    let rounded = (self * 1000).rounded() / 1000
    return rounded == rounded.rounded() && abs(rounded) < 1e15
      ? String(Int(rounded)) : String(rounded)
  }
}

import Inventory

@testable import Planning

/// Series, days and events in few words.
func series(
  _ item: String? = nil, at location: String? = nil, in region: String? = nil,
  of category: String? = nil
) -> Series {
  Series(
    item: item.flatMap { ItemCode($0) }, location: location.flatMap { LocationCode($0) },
    region: region.flatMap { RegionCode($0) }, category: category.flatMap { CategoryCode($0) })
}

func day(_ text: String) -> Day { Day(text) ?? .earliest }

/// A seeded generator (Steele, Lea, Flood: SplitMix64, 2014).
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// A prepared series without masks, its first bucket at a position.
func prepared(_ values: [Double], from start: Int = 0, series one: Series = series("A", at: "L"))
  -> PreparedSeries
{
  let history = DemandHistory(series: one, start: Day(ordinal: Int32(start)), values: values)
  let grid = BucketGrid(.day, namedBy: history.start)
  var prepared = PreparedSeries(history, grid: grid, next: start + values.count)
  prepared.mask(
    closed: [], stockouts: [], season: 7, next: start + values.count, horizon: 7, perYear: 365)
  return prepared
}

internal import Glibc
internal import Inventory

/// The forecast's level against that of the last eight weeks.
///
/// A node jumps when ln(found / expected) lies further from every change that the season explains
/// than ln(1 + jump), and than three scatters of a week. Explained is what lies between no change
/// and the changes that the same weeks brought a year earlier, to the node and to its category or
/// all. Only ordinary days are compared, without promotions of items.
struct LevelJump {
  let limits: DetectionLimits

  /// Nil where too little is known to judge.
  func measured(_ outlook: NodeOutlook, seasons: [Double]) -> Candidate? {
    let recent = outlook.recent
    let first = outlook.origin - (RecentDemand.days - 1)
    let past = recent.lastWeeks.enumerated().map { place, value in
      outlook.isOrdinary(first + place) ? value : .nan
    }
    let ahead = recent.plainMeans.prefix(RecentDemand.daysAhead).enumerated().map { lead, mean in
      outlook.isOrdinary(outlook.origin + (lead + 1)) ? mean : .nan
    }
    guard let known = WeeklyLevel(past), known.weeks >= limits.weeks,
      let rate = WeeklyLevel.rate(
        ahead, known.profile, least: Double(limits.ordinaryDaysAhead))
    else { return nil }
    let (expected, found) = (7 * known.level, 7 * rate)
    guard max(expected, found) >= limits.smallestWeek else { return nil }
    let ratio = WeeklyLevel.logRatio(found, expected, offset: limits.smallestWeek / 2)
    let explained = min(max(ratio, min(0, seasons.min() ?? 0)), max(0, seasons.max() ?? 0))
    let limit = max(log(1 + limits.jump), limits.jumpScatters * known.scatter)
    let deviation = ratio - explained
    return Candidate(
      node: outlook.node, expected: expected, found: found, deviation: deviation, limit: limit,
      explained: explained)
  }

  /// The change that the same weeks brought a year earlier: ln of the next four weeks over the
  /// eight before. Nil with less than a year and eight weeks of history.
  func season(_ outlook: NodeOutlook) -> Double? {
    let first = outlook.origin - (RecentDemand.days - 1) - RecentDemand.daysPerYear
    let values = outlook.recent.yearEarlier.enumerated().map { place, value in
      outlook.isOrdinary(first + place) ? value : .nan
    }
    guard !values.isEmpty, let known = WeeklyLevel(Array(values.prefix(RecentDemand.days))),
      known.weeks >= limits.weeks,
      let rate = WeeklyLevel.rate(
        values.dropFirst(RecentDemand.days), known.profile,
        least: Double(limits.ordinaryDaysAhead)),
      7 * known.level >= limits.smallestWeek
    else { return nil }
    return WeeklyLevel.logRatio(rate, known.level, offset: limits.smallestWeek / 14)
  }
}

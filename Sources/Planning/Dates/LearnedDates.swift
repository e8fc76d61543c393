internal import Inventory

/// Days of the year that nobody wrote down and that sell differently every year.
///
/// A rule (a date, an n-th weekday of a month, a distance from Easter) is learnt from the
/// `DaySurprises` of a sum where its days were surprises of one sign every year, twice at least,
/// and chance would make less than one such rule of that sign: with a share s of all days as
/// surprising as the least of them, k of them and C rules, s^k C < 1, or 0.01 where the calendar
/// names holidays. The strongest rules come first; days around them, and around events that the
/// calendar names, count no more. The total speaks first, then its regions, which share one such
/// chance.
///
/// A rule that is not true costs little, because its coefficients stay small; a holiday that nobody
/// knows is forecast as an ordinary day.
struct LearnedDates {
  static let chance = 1.0
  /// Where the calendar names days, few are left to be learnt.
  static let chanceBesidesCalendar = 0.01
  static let ruleLimit = 40

  /// The strongest first.
  let rules: [DateRule]

  /// - Parameters:
  ///   - sums: surprises of the total and then of its regions.
  ///   - known: positions of days that the calendar names.
  init(_ sums: [DaySurprises], known: Set<Int>, grid: BucketGrid) {
    var rules: [DateRule] = []
    var spoken = LearnedDates.around(known)
    let allowed = known.isEmpty ? LearnedDates.chance : LearnedDates.chanceBesidesCalendar
    for (place, sum) in sums.enumerated() where !sum.values.isEmpty {
      let chance = place == 0 ? allowed : allowed / Double(sums.count - 1)
      rules += LearnedDates.rules(
        of: sum, chance: chance, limit: LearnedDates.ruleLimit - rules.count, spoken: &spoken,
        grid: grid)
    }
    self.rules = rules
  }

  /// The strongest rule, then the strongest of what it does not tell, and so on.
  private static func rules(
    of sum: DaySurprises, chance: Double, limit: Int, spoken: inout Set<Int>, grid: BucketGrid
  ) -> [DateRule] {
    let sorted = sum.values.filter { !$0.isNaN }.sorted()
    let span = grid.name(at: sum.start)...grid.name(at: sum.start + sum.values.count - 1)
    let days = candidates.map { rule in rule.days(in: span).map { grid.position(of: $0) } }
    var rules: [DateRule] = []
    while rules.count < limit {
      var best: (place: Int, odds: Double)?
      for (place, positions) in days.enumerated() {
        let past = positions.filter { !spoken.contains($0) }.map { sum[$0] }
        let odds = odds(past.filter { !$0.isNaN }, sorted)
        if odds < best?.odds ?? chance { best = (place, odds) }
      }
      guard let best else { break }
      rules.append(candidates[best.place])
      spoken.formUnion(around(days[best.place]))
    }
    return rules
  }

  /// How many rules chance would make whose days are as surprising as these.
  private static func odds(_ surprises: [Double], _ sorted: [Double]) -> Double {
    guard surprises.count >= 2, let least = surprises.min(), let most = surprises.max(),
      least > 0 || most < 0
    else { return .infinity }
    let beyond =
      least > 0
      ? sorted.count - sorted.firstPlace { $0 >= least } : sorted.firstPlace { $0 > most }
    let share = Double(beyond) / Double(sorted.count)
    return surprises.reduce(Double(candidates.count)) { odds, _ in odds * share }
  }

  /// The days whose sales an event moves, as its columns have them.
  private static func around(_ positions: some Sequence<Int>) -> Set<Int> {
    Set(positions.flatMap { position in EventFeatures.dailyLags.map { position + $0 } })
  }

  /// Of two rules that fit alike, the simpler one comes first.
  static let candidates: [DateRule] = {
    let dates = (1...12).flatMap { month in
      (1...Day.length(ofMonth: month, year: 2001)).map { DateRule.fixed(month: month, day: $0) }
    }
    let weekdays = (1...12).flatMap { month in
      [1, 2, 3, 4, -1].flatMap { number in
        (1...7).map { DateRule.nth(number, weekday: $0, month: month) }
      }
    }
    return dates + weekdays + [-52, -48, -47, -46, -3, -2, 0, 1, 39, 50, 60].map { .easter($0) }
  }()
}

extension LearnedDates {
  /// A group for each rule, with the columns that an event of the calendar has.
  func groups(_ window: FeatureWindow) -> [FeatureTable.Group] {
    let first = window.grid.firstDay(at: window.positions.lowerBound)
    let last = window.grid.firstDay(at: window.positions.upperBound)
    return rules.map { rule in
      FeatureTable.Group(
        kind: .event, name: rule.description, penalty: 1,
        columns: EventFeatures.columns(of: Set(rule.days(in: first...last)), .event, window))
    }
  }
}

extension [Double] {
  /// The first place of a sorted array at which a condition holds, that holds from there on.
  fileprivate func firstPlace(where holds: (Double) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

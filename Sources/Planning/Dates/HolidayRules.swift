public import Inventory

/// The holidays of a country that are fixed by rule, and the days on which its people shop.
///
/// Days are those themselves, not the working days that stand in for them where they fall on a
/// weekend: shoppers keep the day. Regional holidays and those of moon calendars are left to the
/// retailer's own calendar.
public struct HolidayRules: Sendable {
  public struct Holiday: Sendable {
    public let name: String
    public let rule: DateRule
    /// `.holiday` where work rests, `.event` where it does not.
    public let kind: CalendarEvent.Kind
  }

  /// ISO 3166, as `US`.
  public let country: String
  public let holidays: [Holiday]

  /// Nil for a country without rules here.
  public init?(country: String) {
    guard let holidays = HolidayRules.table[country.uppercased()] else { return nil }
    self.country = country.uppercased()
    self.holidays = holidays
  }

  /// The countries there are rules for, ascending.
  public static var countries: [String] { table.keys.sorted() }

  /// All its days in a span, by day and then in the order of the rules.
  public func events(in span: ClosedRange<Day>, region: RegionCode? = nil) -> [CalendarEvent] {
    holidays.enumerated().flatMap { place, holiday in
      holiday.rule.days(in: span).map { day in
        (
          place,
          CalendarEvent(
            day: day, name: holiday.name, kind: holiday.kind,
            scope: CalendarEvent.Scope(region: region))
        )
      }
    }.sorted { ($0.1.day, $0.0) < ($1.1.day, $1.0) }.map(\.1)
  }
}

// MARK: - The rules

extension HolidayRules {
  private static func fixed(
    _ name: String, _ month: Int, _ day: Int, _ kind: CalendarEvent.Kind = .holiday
  ) -> Holiday {
    Holiday(name: name, rule: .fixed(month: month, day: day), kind: kind)
  }

  private static func nth(
    _ name: String, _ number: Int, weekday: Int, _ month: Int,
    _ kind: CalendarEvent.Kind = .holiday
  ) -> Holiday {
    Holiday(name: name, rule: .nth(number, weekday: weekday, month: month), kind: kind)
  }

  private static func easter(
    _ name: String, _ offset: Int, _ kind: CalendarEvent.Kind = .holiday
  ) -> Holiday {
    Holiday(name: name, rule: .easter(offset), kind: kind)
  }

  private static func from(
    _ name: String, weekday: Int, _ month: Int, _ day: Int,
    _ kind: CalendarEvent.Kind = .holiday
  ) -> Holiday {
    Holiday(
      name: name, rule: .onOrAfter(weekday: weekday, month: month, day: day), kind: kind)
  }

  private static let newYear = fixed("New Year", 1, 1)
  private static let epiphany = fixed("Epiphany", 1, 6)
  private static let goodFriday = easter("Good Friday", -2)
  private static let easterSunday = easter("Easter", 0)
  private static let easterMonday = easter("Easter Monday", 1)
  private static let ascension = easter("Ascension", 39)
  private static let whitSunday = easter("Whit Sunday", 49)
  private static let whitMonday = easter("Whit Monday", 50)
  private static let corpusChristi = easter("Corpus Christi", 60)
  private static let labourDay = fixed("Labour Day", 5, 1)
  private static let assumption = fixed("Assumption", 8, 15)
  private static let allSaints = fixed("All Saints", 11, 1)
  private static let immaculate = fixed("Immaculate Conception", 12, 8)
  private static let christmasEve = fixed("Christmas Eve", 12, 24, .event)
  private static let christmas = fixed("Christmas", 12, 25)
  private static let secondChristmas = fixed("Second Christmas Day", 12, 26)
  private static let newYearsEve = fixed("New Year's Eve", 12, 31, .event)
  private static let valentine = fixed("Valentine's Day", 2, 14, .event)
  private static let mothersDay = nth("Mother's Day", 2, weekday: 7, 5, .event)
  private static let fathersDay = nth("Father's Day", 3, weekday: 7, 6, .event)
  private static let halloween = fixed("Halloween", 10, 31, .event)
  /// The day after the fourth Thursday of November.
  private static let blackFriday = from("Black Friday", weekday: 5, 11, 23, .event)

  private static let closing = [blackFriday, christmasEve, christmas]

  private static let table: [String: [Holiday]] = [
    "AT": [newYear, epiphany, easterSunday, easterMonday, labourDay, mothersDay, ascension]
      + [whitSunday, whitMonday, corpusChristi, assumption, fixed("National Day", 10, 26)]
      + [allSaints, immaculate] + closing + [fixed("St Stephen", 12, 26), newYearsEve],
    "BE": [newYear, valentine, easterSunday, easterMonday, labourDay, mothersDay, ascension]
      + [whitSunday, whitMonday, fixed("National Day", 7, 21), assumption, allSaints]
      + [fixed("Armistice", 11, 11), fixed("St Nicholas", 12, 6, .event)] + closing
      + [newYearsEve],
    "CA": [newYear, valentine, goodFriday, easterSunday, mothersDay]
      + [from("Victoria Day", weekday: 1, 5, 18), fathersDay, fixed("Canada Day", 7, 1)]
      + [nth("Labour Day", 1, weekday: 1, 9), nth("Thanksgiving", 2, weekday: 1, 10)]
      + [halloween, fixed("Remembrance Day", 11, 11, .event)] + closing
      + [fixed("Boxing Day", 12, 26), newYearsEve],
    "DE": [newYear, valentine, goodFriday, easterSunday, easterMonday, labourDay, mothersDay]
      + [ascension, whitSunday, whitMonday, fixed("Unity Day", 10, 3)]
      + [fixed("St Nicholas", 12, 6, .event)] + closing + [secondChristmas, newYearsEve],
    "DK": [newYear, easter("Maundy Thursday", -3), goodFriday, easterSunday, easterMonday]
      + [mothersDay, ascension, whitSunday, whitMonday, fixed("Constitution Day", 6, 5, .event)]
      + closing + [secondChristmas, newYearsEve],
    "ES": [newYear, epiphany, goodFriday, easterSunday, labourDay]
      + [nth("Mother's Day", 1, weekday: 7, 5, .event), assumption]
      + [fixed("National Day", 10, 12), allSaints, fixed("Constitution Day", 12, 6), immaculate]
      + closing + [newYearsEve],
    "FI": [newYear, epiphany, goodFriday, easterSunday, easterMonday, labourDay, mothersDay]
      + [ascension, from("Midsummer Eve", weekday: 5, 6, 19), from("Midsummer", weekday: 6, 6, 20)]
      + [from("All Saints", weekday: 6, 10, 31), fixed("Independence Day", 12, 6)] + closing
      + [secondChristmas, newYearsEve],
    "FR": [newYear, valentine, easterSunday, easterMonday, labourDay]
      + [fixed("Victory Day", 5, 8), ascension, whitSunday, whitMonday, fathersDay]
      + [fixed("Bastille Day", 7, 14), assumption, allSaints, fixed("Armistice", 11, 11)]
      + closing + [newYearsEve],
    "GB": [newYear, valentine, easter("Mothering Sunday", -21, .event), goodFriday]
      + [easterSunday, easterMonday, nth("Early May Bank Holiday", 1, weekday: 1, 5)]
      + [nth("Spring Bank Holiday", -1, weekday: 1, 5), fathersDay]
      + [nth("Summer Bank Holiday", -1, weekday: 1, 8), halloween]
      + [fixed("Bonfire Night", 11, 5, .event)] + closing
      + [fixed("Boxing Day", 12, 26), newYearsEve],
    "IT": [newYear, epiphany, valentine, easterSunday, easterMonday]
      + [fixed("Liberation Day", 4, 25), labourDay, mothersDay, fixed("Republic Day", 6, 2)]
      + [assumption, allSaints, immaculate] + closing + [fixed("St Stephen", 12, 26), newYearsEve],
    "NL": [newYear, valentine, goodFriday, easterSunday, easterMonday]
      + [fixed("King's Day", 4, 27), fixed("Liberation Day", 5, 5, .event), mothersDay]
      + [ascension, whitSunday, whitMonday, fathersDay, fixed("St Nicholas", 12, 5, .event)]
      + closing + [secondChristmas, newYearsEve],
    "NO": [newYear, easter("Maundy Thursday", -3), goodFriday, easterSunday, easterMonday]
      + [labourDay, fixed("Constitution Day", 5, 17), ascension, whitSunday, whitMonday]
      + closing + [secondChristmas, newYearsEve],
    "PL": [newYear, epiphany, easterSunday, easterMonday, labourDay]
      + [fixed("Constitution Day", 5, 3), whitSunday, corpusChristi, assumption, allSaints]
      + [fixed("Independence Day", 11, 11)] + closing + [secondChristmas, newYearsEve],
    "PT": [newYear, goodFriday, easterSunday, fixed("Freedom Day", 4, 25), labourDay]
      + [nth("Mother's Day", 1, weekday: 7, 5, .event), corpusChristi]
      + [fixed("Portugal Day", 6, 10), assumption, fixed("Republic Day", 10, 5), allSaints]
      + [fixed("Restoration Day", 12, 1), immaculate] + closing + [newYearsEve],
    "SE": [newYear, epiphany, goodFriday, easterSunday, easterMonday, labourDay, ascension]
      + [whitSunday, fixed("National Day", 6, 6), from("Midsummer Eve", weekday: 5, 6, 19)]
      + [from("Midsummer", weekday: 6, 6, 20), from("All Saints", weekday: 6, 10, 31)] + closing
      + [secondChristmas, newYearsEve],
    "US": [newYear, nth("Martin Luther King Day", 3, weekday: 1, 1), valentine]
      + [nth("Presidents Day", 3, weekday: 1, 2), easterSunday, mothersDay]
      + [nth("Memorial Day", -1, weekday: 1, 5), fathersDay, fixed("Independence Day", 7, 4)]
      + [nth("Labor Day", 1, weekday: 1, 9), nth("Columbus Day", 2, weekday: 1, 10), halloween]
      + [fixed("Veterans Day", 11, 11), nth("Thanksgiving", 4, weekday: 4, 11)] + closing
      + [newYearsEve],
  ]
}

internal import Foundation

/// What the generated retailer is made from: `Fixtures/retailer.json`.
struct RetailerParameters: Decodable, Sendable {
  struct Source: Decodable, Sendable {
    enum RevisionForm: String, Decodable, Sendable { case number, time, none }

    let code: String
    let revision: RevisionForm
    let format: RowFormat
    /// Whether it falls behind now and then.
    let isLate: Bool
    /// How it names our columns, where it has names of its own.
    let columns: [String: String]
  }

  struct Region: Decodable, Sendable {
    let code: String
    let timeZone: String
    let growthPerYear: Double
    let locations: [Place]
  }

  struct Place: Decodable, Sendable {
    let code: String
    let name: String
    let source: String
    /// Demand relative to an average location.
    let scale: Double
    /// ISO weekday on which it never opens.
    let closedWeekday: Int?
  }

  /// A day by rule: of a month, the nth weekday of a month, or so many days after Easter Sunday.
  struct Holiday: Decodable, Sendable {
    let name: String
    let month: Int?
    let day: Int?
    let weekday: Int?
    let nth: Int?
    let easterOffset: Int?
    let isClosed: Bool
    /// Days before it on which more is bought, and how much.
    let leadDays: Int
    let leadFactor: Double
    let dayFactor: Double?
    let region: String?
  }

  struct Promotions: Decodable, Sendable {
    struct Kind: Decodable, Sendable {
      let name: String
      let days: Int
      let factor: Double
    }

    /// Each category has at most one promotion in so many days.
    let everyDays: Int
    /// Of these spans that have one.
    let share: Double
    /// Of promotions that cover the whole category; others cover some items.
    let categoryShare: Double
    /// Of promotions in one region only.
    let regionShare: Double
    let kinds: [Kind]
  }

  struct Category: Decodable, Sendable {
    let code: String
    /// Of its items' codes.
    let prefix: String
    /// Monday first.
    let weekdayFactors: [Double]
    /// Demand at the yearly peak is e to this power times its mean.
    let yearlyAmplitude: Double
    /// Day of the year.
    let yearlyPeakDay: Double
    let growthPerYear: Double
    /// How strongly holidays are felt.
    let holidayLift: Double
    let items: [Product]
  }

  struct Product: Decodable, Sendable {
    let name: String
    let demand: DemandForm
    /// Units a day at an average location; for sparse demand, units on a day with any.
    let rate: Double
    let packSize: Int
    let unitCost: String
    let price: Double
    let launched: String?
    let ended: String?
    let predecessor: String?
  }

  /// The four classes of Syntetos, Boylan and Croston (JORS 56, 2005).
  enum DemandForm: String, Decodable, CaseIterable, Sendable {
    case smooth, erratic, intermittent, lumpy
  }

  let seed: UInt64
  let currency: String
  let historyDays: Int
  /// Of the first history, so many days arrive as daily syncs.
  let dailySyncDays: Int
  let calendarDaysAhead: Int
  /// Of the first history, so many days have a stock count each.
  let stockDailyDays: Int
  /// Of all item x location pairs that are carried.
  let assortmentShare: Double
  /// Of deliveries that fail, so that stock may run out before the next one.
  let failedDeliveryRate: Double
  /// Of orders that are placed late.
  let lateOrderRate: Double
  /// Of daily batches that are sent twice.
  let duplicateRate: Double
  /// Of days of a source that are corrected two days later.
  let correctionRate: Double
  let correctedRowShare: Double
  /// One planted abnormality in so many days.
  let plantedEveryDays: Int
  let plantedRegions: [String]
  let paydayFactor: Double
  let sources: [Source]
  let regions: [Region]
  let holidays: [Holiday]
  let promotions: Promotions
  let categories: [Category]

  init(json: [UInt8]) throws {
    self = try JSONDecoder().decode(RetailerParameters.self, from: Data(json))
  }

  /// The parameters that the program was built with.
  static func embedded() throws -> RetailerParameters {
    try RetailerParameters(json: PackageResources.retailer_json)
  }
}

extension RowFormat: Decodable {}

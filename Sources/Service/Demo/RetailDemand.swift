internal import Glibc
internal import Inventory

/// What customers of the generated retailer want: a mean per day, and a draw around it.
///
///     mean = rate x scale of the location x factor of the pair
///            x weekday x exp(amplitude cos(2 pi (day of year - peak) / 365.25))
///            x exp(growth x years) x slow level x price effect x calendar
///
/// Smooth and erratic demand is Poisson around a gamma with that mean (shape 30 and 1.1);
/// intermittent and lumpy demand comes on some days only, and there the season moves how often.
struct RetailDemand {
  /// Share of days with sparse demand, before season and calendar.
  static let sparseShare = 0.22
  private static let reference = Day(ordinal: 19_723)

  private let parameters: RetailerParameters
  private let assortment: RetailAssortment
  private let calendar: RetailCalendar
  private let jumps: [PlantedAbnormality]

  init(
    _ parameters: RetailerParameters, _ assortment: RetailAssortment, _ calendar: RetailCalendar,
    planted: [PlantedAbnormality]
  ) {
    self.parameters = parameters
    self.assortment = assortment
    self.calendar = calendar
    jumps = planted.filter { $0.kind.isReal }
  }

  /// Whether the item is sold on that day at all.
  func isSold(_ pair: RetailAssortment.Pair, on day: Day) -> Bool {
    let item = assortment.products[pair.item].item
    return day >= item.launched ?? .earliest && day <= item.ended ?? .latest
  }

  /// Units wanted on an ordinary day of that season: what orders are planned with.
  func plannedRate(_ pair: RetailAssortment.Pair, on day: Day) -> Double {
    let product = assortment.products[pair.item].parameters
    let level = base(pair) * season(pair, on: day)
    switch product.demand {
    case .smooth, .erratic: return product.rate * level
    case .intermittent, .lumpy: return product.rate * min(level * RetailDemand.sparseShare, 0.6)
    }
  }

  /// Units wanted.
  func wanted(_ pair: RetailAssortment.Pair, on day: Day) -> Int {
    guard isSold(pair, on: day) else { return 0 }
    let product = assortment.products[pair.item]
    let weekday = parameters.categories[product.category].weekdayFactors[day.weekday - 1]
    let known = calendar.factor(item: pair.item, place: pair.place, on: day)
    guard known > 0 else { return 0 }
    var strength = base(pair) * season(pair, on: day) * weekday * known
    for jump in jumps where jump.touches(pair, on: day) { strength *= jump.factor }
    var draws = SeededDraws(
      parameters.seed, .demand, Int(day.ordinal), pair.item, pair.place)
    return draw(product.parameters, strength, &draws)
  }

  private func draw(
    _ product: RetailerParameters.Product, _ strength: Double, _ draws: inout SeededDraws
  ) -> Int {
    switch product.demand {
    case .smooth: return draws.poisson(product.rate * strength * draws.gamma(shape: 30))
    case .erratic: return draws.poisson(product.rate * strength * draws.gamma(shape: 1.1))
    case .intermittent, .lumpy:
      guard draws.chance(min(RetailDemand.sparseShare * strength, 0.6)) else { return 0 }
      let size = product.demand == .lumpy ? draws.gamma(shape: 0.8) : 1
      return 1 + draws.poisson((product.rate - 1) * size)
    }
  }

  /// What does not change with time. Sparse demand of small locations would be next to none.
  private func base(_ pair: RetailAssortment.Pair) -> Double {
    var draws = SeededDraws(parameters.seed, .level, pair.item, pair.place)
    let scale = assortment.places[pair.place].parameters.scale
    let isSparse = [.intermittent, .lumpy]
      .contains(assortment.products[pair.item].parameters.demand)
    return (isSparse ? scale.squareRoot() : scale) * exp(0.25 * draws.normal())
  }

  private func season(_ pair: RetailAssortment.Pair, on day: Day) -> Double {
    let product = assortment.products[pair.item]
    let category = parameters.categories[product.category]
    let region = parameters.regions[assortment.places[pair.place].region]
    let years = Double(day - RetailDemand.reference) / 365.25
    let dayOfYear = years * 365.25 - category.yearlyPeakDay + 1
    let growth = (category.growthPerYear + region.growthPerYear) * min(max(years, -8), 8)
    let wave = category.yearlyAmplitude * cos(2 * Double.pi * dayOfYear / 365.25)
    return exp(wave + growth + slowLevel(pair, on: day) + priceEffect(pair.item, on: day))
  }

  /// Noise that changes over five weeks: values at knots, joined by cosines.
  private func slowLevel(_ pair: RetailAssortment.Pair, on day: Day) -> Double {
    let (span, within) = Int(day.ordinal).quotientAndRemainder(dividingBy: 35)
    let blend = (1 - cos(Double.pi * Double(within) / 35)) / 2
    return 0.1 * ((1 - blend) * knot(pair, span) + blend * knot(pair, span + 1))
  }

  private func knot(_ pair: RetailAssortment.Pair, _ span: Int) -> Double {
    var draws = SeededDraws(parameters.seed, .level, pair.item, pair.place, span)
    return draws.normal()
  }

  /// The item's selling price; it changes about twice a year.
  func price(_ item: Int, on day: Day) -> Double {
    (assortment.products[item].parameters.price * exp(priceStep(item, on: day)) * 100).rounded()
      / 100
  }

  /// A constant elasticity of −1.5.
  private func priceEffect(_ item: Int, on day: Day) -> Double { -1.5 * priceStep(item, on: day) }

  private func priceStep(_ item: Int, on day: Day) -> Double {
    var phase = SeededDraws(parameters.seed, .price, item)
    let span = (Int(day.ordinal) + phase.index(180)) / 180
    var draws = SeededDraws(parameters.seed, .price, item, span)
    return draws.chance(0.4) ? 0 : 0.06 * (draws.uniform() - 0.5) * 2
  }
}

import Foundation
import Inventory
import Testing

@testable import Service

@Suite("Overview page")
struct OverviewPageTests {
  typealias Samples = OverviewSamples

  @Test(
    "hostile codes and sentences stay text",
    arguments: [
      "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'-\"-`", "a&b",
      "\u{202E}\u{2066}reversed", "🥦🥦", "</title></svg><a href=javascript:x>",
    ])
  func hostile(text: String) {
    var region = Samples.region(text, orders: [Samples.line(text, urgent: true)])
    region.freshness.worst = code(text)
    region.freshness.staleLocations = 1
    region.remark = text
    var model = Samples.model(
      [region, Samples.region("plain")],
      flags: [.init(severity: .critical, region: code(text), sentence: text)])
    model.run?.failure = text
    model.refusal = text
    model.underWay = .init(shards: 3, shardsDone: 1, workers: 1, timeLeft: text)
    let page = Samples.text(model)
    let plain = Samples.text(Samples.model([Samples.region("x"), Samples.region("plain")]))
    #expect(tags(page).subtracting(allTags).isEmpty)
    #expect(tags(plain).isSubset(of: allTags))
    #expect(!page.contains("<script") && !page.contains("<img"))
    if text.contains("<") { #expect(!page.contains(text)) }
  }

  @Test("a run under way says how far it is, and a refused one why, in a sentence each")
  func runs() {
    var model = Samples.model([Samples.region("north")])
    func notice() -> String { RunNotice(model: model).html.markup }
    #expect(notice() == "")
    model.underWay = .init()
    #expect(notice().contains("A run is under way: it reads the data."))
    model.underWay = .init(shards: 1200, shardsDone: 40, workers: 1, timeLeft: "35 s")
    #expect(notice().contains("<progress value=\"40\" max=\"1200\"></progress>"))
    #expect(
      notice().contains("under way: 40 of 1,200 shards done, by 1 worker, about 35 s left.</p>"))
    model.underWay = .init(shards: 40, shardsDone: 40)
    #expect(notice().contains("all 40 shards are done, and the gate looks at them."))
    model.underWay = nil
    model.refusal = "Run 13 was not published: in north it overthrows 41.0 %"
    #expect(notice().contains("41.0 %</bdi>. The forecast of run 12 stays in use.</p>"))
    model.run = nil
    #expect(notice().contains("There is no forecast yet."))
  }

  @Test("nothing comes from elsewhere, nothing runs, and no style stands in the page")
  func ownOriginOnly() throws {
    let page = Samples.text(
      Samples.model([Samples.region("north", orders: [Samples.line("rye")])]))
    for forbidden in ["http:", "https:", "<script", " style=", "<style", "javascript:", " on"] {
      let isInTag = try Regex("<[^>]*\(forbidden)[^>]*>")
      #expect(page.firstMatch(of: isInTag) == nil, "\(forbidden)")
    }
    let policy = try #require(
      PageHeaders.all.first { $0.0 == "Content-Security-Policy" }?.1)
    #expect(policy.hasPrefix("default-src 'none'"))
    #expect(!policy.contains("unsafe"))
    let style = String(decoding: Stylesheet.bytes, as: UTF8.self)
    #expect(!style.contains("url(") && !style.contains("@import"))
    #expect(style.count { $0 == "{" } == style.count { $0 == "}" })
  }

  @Test("every class that the page uses as a hook for narrow screens is in the style sheet")
  func stylesExist() {
    let style = String(decoding: Stylesheet.bytes, as: UTF8.self)
    for name in ["only-wide", "only-narrow", "urgent", "stale", "gap", "hatch", "kept", "tag"] {
      #expect(style.contains(".\(name)"), "\(name)")
    }
  }

  @Test("elements close in the order they opened, ids are unique and links lead to them")
  func structure() throws {
    let model = Samples.model(
      [
        Samples.region("north", orders: [Samples.line("rye", urgent: true)]),
        Samples.region(
          "south", completeThrough: nil, chart: Samples.series(missing: [3, 54, 55])),
      ],
      flags: [
        .init(severity: .warning, region: code("north"), sentence: "up"),
        .init(severity: .info, region: nil, sentence: "down"),
      ])
    let page = Samples.text(model)
    var open: [Substring] = []
    for match in page.matches(of: try Regex("<(/?)([a-z0-9]+)([^>]*?)(/?)>")) {
      let name = match.output[2].substring ?? ""
      if match.output[4].substring == "/" || ["meta", "link", "input"].contains(name) { continue }
      if match.output[1].substring == "/" {
        #expect(open.popLast() == name)
      } else {
        open.append(name)
      }
    }
    #expect(open.isEmpty)
    let ids = page.matches(of: try Regex(" id=\"([^\"]*)\"")).compactMap { $0.output[1].substring }
    #expect(ids.count == Set(ids).count)
    for pattern in ["href=\"#([^\"]*)\"", "url\\(#([^)]*)\\)", "labelledby=\"([^\"]*)\""] {
      let targets = page.matches(of: try Regex(pattern)).flatMap {
        ($0.output[1].substring ?? "").split(separator: " ")
      }
      #expect(!targets.isEmpty && Set(targets).isSubset(of: Set(ids)), "\(pattern)")
    }
  }

  @Test("a region that is behind says so in words, with the location and the days")
  func stale() {
    let page = Samples.text(
      Samples.model([
        Samples.region(
          "north", completeThrough: Samples.today - 5,
          chart: Samples.series(missing: [52, 53, 54, 55], isStale: true)),
        Samples.region("south"),
      ]))
    #expect(page.contains("3 days behind"))
    #expect(
      page.contains(
        "<bdi>oslo</bdi> is complete through Sun 15 Nov only, Wed 18 Nov was due,"
          + " as are 1 more of 3"))
    #expect(page.contains("Mon 16 Nov to Thu 19 Nov are missing."))
    #expect(page.contains("The forecast is an earlier one."))
    #expect(page.contains("regions behind") || page.contains("region behind"))
    #expect(page.contains("forecast (earlier run)"))
  }

  @Test("what was cut is counted")
  func counts() {
    var model = Samples.model(
      [Samples.region("north", orders: [Samples.line("rye", urgent: true), Samples.line("oat")])],
      flags: [.init(severity: .critical, region: nil, sentence: "all down")])
    model.flags.counts[.info] = 40
    let page = Samples.text(model)
    #expect(page.contains("and 40 more"))
    #expect(page.contains("1 critical, 40 info"))
    #expect(page.contains("and 30 more to order, of 90 lines"))
    #expect(page.contains("1 will run out before an order placed today arrives"))
  }

  @Test("of many regions those behind and flagged get a section, and all stand in the table")
  func many() {
    var model = Samples.model((10..<40).map { Samples.region("r\($0)") })
    model.regions[25].flagCount = 1
    model.regions[29] = Samples.region("r39", completeThrough: nil)
    model.detail(3)
    #expect(model.regions.filter(\.isDetailed).map(\.region.text) == ["r10", "r35", "r39"])
    let page = Samples.text(model)
    #expect(page.components(separatedBy: "class=\"region").count - 1 == 3 + 1)
    #expect(page.contains("<th scope=\"row\"><bdi>r11</bdi></th>"))
    #expect(page.contains("to order in 3 regions"))
  }

  @Test("before any demand, and before any run, the page says what is missing")
  func beginnings() {
    var model = Samples.model([])
    model.run = nil
    #expect(Samples.text(model).contains("There is no demand yet."))
    var region = Samples.region("north", chart: Samples.series(missing: Set(0..<56)))
    region.chart.forecast = []
    region.orders = nil
    region.remark = "no run yet"
    model.regions = [region]
    let page = Samples.text(model)
    #expect(page.contains("no run was published"))
    #expect(page.contains("There is nothing to show yet."))
    #expect(page.contains("no run yet"))
  }

  @Test("signing out is offered to who is signed in only")
  func signOut() {
    var model = Samples.model([Samples.region("north")])
    #expect(!Samples.text(model).contains("/sign-out"))
    model.isSignedIn = true
    #expect(Samples.text(model).contains("action=\"/sign-out\""))
  }

  @Test("the sign-in page tells the problem, and never holds a value")
  func signIn() {
    let page = String(decoding: SignInPage.render(problem: "no <such> key"), as: UTF8.self)
    #expect(page.contains("no &lt;such&gt; key") && page.contains("role=\"alert\""))
    #expect(page.contains("type=\"password\"") && !page.contains(" value="))
    #expect(!String(decoding: SignInPage.render(), as: UTF8.self).contains("alert"))
  }

  private func tags(_ page: String) -> Set<String> {
    Set(
      page.split(separator: "<").dropFirst().map { piece in
        String(piece.prefix { $0.isLetter || $0.isNumber || $0 == "/" || $0 == "!" })
      })
  }

  private let allTags: Set<String> = {
    let paired = [
      "html", "head", "title", "body", "div", "a", "main", "h1", "h2", "h3", "p", "dl", "dt", "dd",
      "small", "section", "ul", "li", "span", "bdi", "code", "table", "thead", "tbody", "tr", "th",
      "td", "header", "svg", "desc", "g", "text", "rect", "figure", "figcaption", "strong", "form",
      "button", "defs", "pattern", "progress",
    ]
    let single = ["!DOCTYPE", "meta", "link", "path", "circle"]
    return Set(paired + paired.map { "/" + $0 } + single)
  }()
}

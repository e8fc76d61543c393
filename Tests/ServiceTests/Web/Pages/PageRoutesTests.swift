import Digests
import HTTP
import Inventory
import Postgres
import Storage
import TestKit
import Testing

@testable import Service

@Suite("Page routes")
struct PageRoutesTests {
  /// The pages of a database, asked as a browser would.
  struct Browser {
    let fixture: WebFixture
    let session: Session

    func get(_ path: String, cookie: String? = nil) async throws -> WebFixture.Reply {
      try await fixture.ask(.get, path, key: nil, headers: headers(cookie, [:]))
    }

    func post(
      _ path: String, _ body: String = "", cookie: String? = nil, _ more: Headers = [:]
    ) async throws -> WebFixture.Reply {
      var more = more
      if !body.isEmpty { more.add("Content-Type", "application/x-www-form-urlencoded") }
      return try await fixture.ask(
        .post, path, key: nil, headers: headers(cookie, more), body: Array(body.utf8))
    }

    /// The cookie as a browser sends it back.
    func signIn(_ key: Keys.Created) async throws -> String {
      let reply = try await post("/sign-in", "key=\(key.text.secret)")
      return String(try #require(reply.headers["Set-Cookie"]).prefix { $0 != ";" })
    }

    private func headers(_ cookie: String?, _ more: Headers) -> Headers {
      var headers = more
      if let cookie { headers.add("Cookie", cookie) }
      return headers
    }
  }

  private func withBrowser(
    isOpen: Bool = false, _ body: (Browser) async throws -> Void
  ) async throws {
    try await withDatabase(.migrated) { session, target in
      let pool = SessionPool(target, limit: 2)
      let routes = PageRoutes(
        api: API(pool: pool, deploymentZone: "UTC"), keys: isOpen ? nil : KeyRing(lifetime: .zero),
        seal: SessionSeal(secret: try RandomBytes.make(count: 32)))
      do {
        try await body(Browser(fixture: WebFixture(groups: [routes]), session: session))
      } catch {
        await pool.close()
        throw error
      }
      await pool.close()
    }
  }

  @Test("who is not signed in is asked for a key, and sees the page with it")
  func signingIn() async throws {
    try await withBrowser { browser in
      let first = try await browser.get("/")
      #expect(first.status == 303 && first.headers["Location"] == "/sign-in")
      #expect(try await browser.get("/sign-in").text.contains("action=\"/sign-in\""))
      let key = try await Keys.create(.admin(name: nil), actor: "ann", in: browser.session)
      let reply = try await browser.post("/sign-in", "key=\(key.text.secret)")
      #expect(reply.status == 303 && reply.headers["Location"] == "/")
      let cookie = try #require(reply.headers["Set-Cookie"])
      #expect(!cookie.contains(key.text.secret) && cookie.contains("HttpOnly; SameSite=Strict"))
      #expect(!cookie.contains("Secure") && reply.notes["key"] == String(key.id))
      let page = try await browser.get("/", cookie: try await browser.signIn(key))
      #expect(page.status == 200 && page.text.contains("Sign out"))
      let again = try await browser.get("/sign-in", cookie: try await browser.signIn(key))
      #expect(again.status == 303)
    }
  }

  @Test("every page keeps to its own origin, is not framed and not kept")
  func headers() async throws {
    try await withBrowser(isOpen: true) { browser in
      for path in ["/", "/sign-in"] {
        let reply = try await browser.get(path)
        for (name, value) in PageHeaders.all { #expect(reply.headers[name] == value) }
      }
      let style = try await browser.get("/style.css")
      #expect(style.status == 200 && style.headers["Content-Type"] == "text/css; charset=utf-8")
    }
  }

  @Test("in the demo everybody may look, and nobody is signed in")
  func open() async throws {
    try await withBrowser(isOpen: true) { browser in
      let page = try await browser.get("/")
      #expect(page.status == 200 && !page.text.contains("Sign out"))
    }
  }

  @Test("a session ends with its key")
  func revocation() async throws {
    try await withBrowser { browser in
      let key = try await Keys.create(
        .read(code("north"), name: nil), actor: "ann", in: browser.session)
      let cookie = try await browser.signIn(key)
      #expect(try await browser.get("/", cookie: cookie).status == 200)
      try await Keys.revoke(key.id, actor: "ann", in: browser.session)
      #expect(try await browser.get("/", cookie: cookie).status == 303)
    }
  }

  @Test("wrong keys, keys that only send, and forms of other sites get no cookie")
  func refusals() async throws {
    try await withBrowser { browser in
      let sync = try await Keys.create(.sync(code("erp")), actor: "ann", in: browser.session)
      let admin = try await Keys.create(.admin(name: nil), actor: "ann", in: browser.session)
      let cases: [(String, Headers, Int)] = [
        ("key=", [:], 401), ("key=qm_a123", [:], 401), ("other=1", [:], 401),
        ("key=\(sync.text.secret)", [:], 403),
        ("key=\(admin.text.secret)", ["Sec-Fetch-Site": "cross-site"], 403),
        ("key=\(admin.text.secret)", ["Sec-Fetch-Site": "same-site"], 403),
        ("key=\(admin.text.secret)", ["Sec-Fetch-Site": "same-origin"], 303),
        // Pasted with what stood around it.
        ("key=+\(admin.text.secret)%0D%0A", [:], 303),
      ]
      for (body, headers, status) in cases {
        let reply = try await browser.post("/sign-in", body, headers)
        #expect(reply.status == status, "\(body.prefix(8)) \(headers)")
        #expect((reply.headers["Set-Cookie"] == nil) == (status != 303))
      }
      for cookie in ["quartermaster_session=v1.9999999999.AA.AA", "quartermaster_session=%00"] {
        #expect(try await browser.get("/", cookie: cookie).status == 303)
      }
    }
  }

  @Test("behind TLS the cookie keeps to TLS, and signing out takes it away")
  func secure() async throws {
    try await withBrowser { browser in
      let key = try await Keys.create(.admin(name: nil), actor: "ann", in: browser.session)
      let reply = try await browser.post(
        "/sign-in", "key=\(key.text.secret)", ["X-Forwarded-Proto": "https"])
      #expect(reply.headers["Set-Cookie"]?.hasSuffix("; Secure") == true)
      let out = try await browser.post("/sign-out")
      #expect(out.status == 303 && out.headers["Set-Cookie"]?.contains("Max-Age=0") == true)
    }
  }

  @Test("a key of one region sees that region")
  func region() async throws {
    try await withBrowser { browser in
      _ = try await OverviewTests.pushed(browser.session)
      let key = try await Keys.create(
        .read(code("south"), name: nil), actor: "ann", in: browser.session)
      let page = try await browser.get("/", cookie: try await browser.signIn(key))
      #expect(page.text.contains("south") && !page.text.contains("north"))
    }
  }

  @Test("with the database away the page says so, and that it may be back")
  func away() async throws {
    let target = ConnectionTarget("postgresql://127.0.0.1:1/nowhere")
    let routes = PageRoutes(
      api: API(pool: SessionPool(target, limit: 1), deploymentZone: "UTC"), keys: nil,
      seal: SessionSeal(secret: try RandomBytes.make(count: 32)))
    let reply = try await WebFixture(groups: [routes]).ask(.get, "/", key: nil)
    #expect(reply.status == 503 && reply.headers["Retry-After"] != nil)
    #expect(reply.headers["Content-Type"] == PageHeaders.contentType)
    #expect(reply.text.contains("Try again"))
  }
}

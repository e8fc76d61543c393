internal import Digests
internal import Foundation
internal import HTTP
internal import Inventory
internal import Postgres
internal import Storage

/// The pages for people: the overview, signing in and out, and their style sheet.
struct PageRoutes: RouteGroup {
  let api: API
  /// Nil where everybody may look, as in the demo.
  let keys: KeyRing?
  let seal: SessionSeal
  let cache = OverviewCache()
  private let start = ContinuousClock.now

  init(api: API, keys: KeyRing?, seal: SessionSeal) {
    (self.api, self.keys, self.seal) = (api, keys, seal)
  }

  func add(to routes: inout RouteTable) {
    routes.on(.get, "/", PageOperation.overview) { call in
      await page(for: call) { try await overview(call.request) }
    }
    routes.on(.get, Stylesheet.path, PageOperation.style) { _ in
      var response = Response.content(Stylesheet.bytes, type: PageHeaders.styleType)
      response.headers["Cache-Control"] = "no-cache"
      return response
    }
    routes.on(.get, "/sign-in", PageOperation.signInForm) { call in
      await page(for: call) {
        try await viewer(call.request) == nil ? html(SignInPage.render()) : redirect(to: "/")
      }
    }
    routes.on(.post, "/sign-in", PageOperation.signIn) { call in
      await page(for: call) { try await signIn(call) }
    }
    routes.on(.post, "/sign-out", PageOperation.signOut) { call in
      await page(for: call) {
        if let refusal = foreignForm(call.request) { return refusal }
        let cookie = SessionCookie.clearing(isSecure: isSecure(call.request))
        return redirect(to: keys == nil ? "/" : "/sign-in", cookie: cookie)
      }
    }
  }

  /// What someone may see: nil is nobody.
  private struct Viewer {
    /// Nil is all.
    let regions: [RegionCode]?
    let isSignedIn: Bool

    init?(_ scope: KeyScope) {
      switch scope {
      case .admin: self.init(regions: nil)
      case .read(let region): self.init(regions: [region])
      case .sync: return nil
      }
    }

    init(regions: [RegionCode]?, isSignedIn: Bool = true) {
      (self.regions, self.isSignedIn) = (regions, isSignedIn)
    }
  }

  private func viewer(_ request: Request) async throws -> Viewer? {
    guard let keys else { return Viewer(regions: nil, isSignedIn: false) }
    guard let token = SessionCookie.token(in: request.headers.values(of: "Cookie")),
      let session = try seal.session(token, nowSeconds: nowSeconds)
    else { return nil }
    // A key that was revoked since opens nothing any more.
    let key = try await keys.key(digest: session.key, now: elapsed, look: look)
    return key.flatMap { Viewer($0.scope) }
  }

  private func overview(_ request: Request) async throws -> Response {
    guard let viewer = try await viewer(request) else { return redirect(to: "/sign-in") }
    let content = try await api.pool.use { session in
      try await Overview.page(
        clock: api.clock(), regions: viewer.regions, isSignedIn: viewer.isSignedIn, cache: cache,
        now: elapsed, in: session)
    }
    return html(content)
  }

  private func signIn(_ call: WebCall) async throws -> Response {
    if let refusal = foreignForm(call.request) { return refusal }
    guard let keys else { return redirect(to: "/") }
    let text = FormBody.value(SignInPage.keyField, in: call.body) ?? ""
    let shown = text.split(whereSeparator: \.isWhitespace).joined()
    guard let key = try await keys.key(shown, now: elapsed, look: look),
      let digest = try KeyText(shown)?.digest()
    else {
      return refused("That is no key, or it was revoked.", status: 401, problem: "key-unknown")
    }
    guard Viewer(key.scope) != nil else {
      return refused(
        "That key sends data; looking needs one of scope read.", status: 403,
        problem: "scope-missing")
    }
    let session = PageSession(
      key: digest, expirySeconds: nowSeconds + PageSession.lifetimeSeconds)
    var response = redirect(
      to: "/",
      cookie: SessionCookie.setting(
        try seal.token(of: session), isSecure: isSecure(call.request)))
    response.notes["key"] = String(key.id)
    return response
  }

  private func look(_ digest: SHA256Digest) async throws -> KeyRecord? {
    try await api.pool.use { session in
      try await session.run { db in try KeyStore.authenticate(digest, in: db) }
    }
  }

  /// Browsers say when another site sent the form; `Origin` is hidden by our referrer policy.
  private func foreignForm(_ request: Request) -> Response? {
    guard let site = request.headers["Sec-Fetch-Site"], !["same-origin", "none"].contains(site)
    else { return nil }
    return refused("That form came from another site.", status: 403, problem: "foreign-form")
  }

  private func refused(_ sentence: String, status: Int, problem: String) -> Response {
    var response = html(SignInPage.render(problem: sentence), status: status)
    response.notes["problem"] = problem
    return response
  }

  /// What goes wrong is told as a page, too, with the status and note the API would give it.
  private func page(
    for call: WebCall, _ make: () async throws -> Response
  ) async -> Response {
    do { return try await make() } catch {
      let problem = Problem(error, requestID: call.requestID)
      var response = html(MessagePage.render(problem.detail), status: problem.status)
      response.notes = problem.response.notes
      response.headers["Retry-After"] = problem.retryAfterSeconds.map(String.init)
      return response
    }
  }

  private func html(_ content: [UInt8], status: Int = 200) -> Response {
    var response = Response.content(content, type: PageHeaders.contentType, status: status)
    for (name, value) in PageHeaders.all { response.headers.add(name, value) }
    return response
  }

  /// As GET, whatever was asked before (RFC 9110, section 15.4.4).
  private func redirect(to path: String, cookie: String? = nil) -> Response {
    var response = Response.empty(303, headers: ["Location": path])
    for (name, value) in PageHeaders.all { response.headers.add(name, value) }
    if let cookie { response.headers.add("Set-Cookie", cookie) }
    return response
  }

  /// TLS ends at the proxy in front.
  private func isSecure(_ request: Request) -> Bool {
    request.headers.list("X-Forwarded-Proto").first?.lowercased() == "https"
  }

  private var elapsed: Duration { ContinuousClock.now - start }
  private var nowSeconds: Int64 { Int64(Date().timeIntervalSince1970) }
}

/// What the description of the API says of pages.
private enum PageOperation {
  private static let tag = "pages"
  private static let page = [(mediaType: "text/html", schema: Schema.text())]
  private static let elsewhere = Operation.Outcome.empty("Continue elsewhere.", status: 303)

  static let overview = Operation(
    "getOverview", "The first page, for people",
    details: "Needs a session from `/sign-in`, except in the demo.", tag: tag, access: .open,
    outcomes: [.content("The page.", page), elsewhere])

  static let style = Operation(
    "getStyle", "The pages' style sheet", tag: tag, access: .open,
    outcomes: [.content("It.", [("text/css", .text())])])

  static let signInForm = Operation(
    "getSignIn", "The form that asks for a key", tag: tag, access: .open,
    outcomes: [.content("The form.", page), elsewhere])

  static let signIn = Operation(
    "signIn", "Shows a key, and gets a cookie for the pages", tag: tag, access: .open,
    takes: [
      (FormBody.mediaType, .object([.required(SignInPage.keyField, .text())]))
    ],
    outcomes: [
      elsewhere, .content("No such key.", page, status: 401),
      .content("The key does not open pages.", page, status: 403),
    ])

  static let signOut = Operation(
    "signOut", "Takes the cookie away", tag: tag, access: .open,
    outcomes: [elsewhere, .content("The form came from another site.", page, status: 403)])
}

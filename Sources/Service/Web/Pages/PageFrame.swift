/// What stands around every page.
struct PageFrame {
  let title: String
  var isSignedIn = false

  func html(_ content: HTML) -> HTML {
    let button: HTML = "<button type=\"submit\">Sign out</button>"
    let leave: HTML =
      isSignedIn ? "<form method=\"post\" action=\"/sign-out\">\(button)</form>" : .none
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(title)</title>
      <link rel="stylesheet" href="/style.css">
      <link rel="icon" href="data:,">
      </head>
      <body>
      <div class="bar"><a class="brand" href="/">Quartermaster</a>\(leave)</div>
      <main>
      \(content)
      </main>
      </body>
      </html>

      """
  }
}

/// What every page's answer says besides its content.
enum PageHeaders {
  static let contentType = "text/html; charset=utf-8"
  static let styleType = "text/css; charset=utf-8"

  /// Nothing is loaded from elsewhere, nothing runs, nobody frames the page or keeps a copy.
  static let all = [
    (
      "Content-Security-Policy",
      "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        + "base-uri 'none'; frame-ancestors 'none'"
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
  ]
}

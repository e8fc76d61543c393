/// The form that asks for a key.
enum SignInPage {
  static let keyField = "key"

  /// - Parameter problem: why the last attempt failed, as a sentence.
  static func render(problem: String? = nil) -> [UInt8] {
    let told: HTML? = problem.map {
      "<p class=\"warn\" role=\"alert\" id=\"problem\">\(Mark.warning) \($0)</p>"
    }
    let described: HTML =
      problem == nil ? .none : " aria-describedby=\"problem\" aria-invalid=\"true\""
    return PageFrame(title: "Sign in to Quartermaster").html(
      """
      <form class="sign-in" method="post" action="/sign-in">
      <h1>Sign in</h1>
      \(told)
      <label for="key">Your key</label>
      <input id="key" name="\(keyField)" type="password" autocomplete="current-password" \
      autocapitalize="none" spellcheck="false" maxlength="200" required autofocus\(described)>
      <button type="submit">Open the overview</button>
      <p class="rest">A key for reading starts with <code>qm_r</code>; whoever runs Quartermaster \
      makes one with <code>quartermaster keys create</code>.</p>
      <p class="rest"><a href="/">Signed in already?</a> A link from elsewhere does not carry the \
      sign-in; this one does.</p>
      </form>
      """
    ).bytes
  }
}

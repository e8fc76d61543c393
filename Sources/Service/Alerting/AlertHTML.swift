internal import Inventory
internal import Planning

/// A digest as a mail reader shows it: tables and inline styles only, because most know no more,
/// nothing from elsewhere, and every word of a warehouse escaped.
extension AlertDigest {
  private static let ink = "#1c2430"
  private static let faint = "#5b6675"
  private static let rule = "#e3e7ec"
  private static let font =
    "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"

  var html: String {
    """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light">
    <title>\(subject.escaped)</title></head>
    <body style="margin:0;padding:0;background:#f3f5f8;\(Self.font);color:\(Self.ink)">
    <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
    <tr><td align="center" style="padding:24px 12px">
    <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"
     style="max-width:600px;background:#ffffff;border:1px solid \(Self.rule);border-radius:8px">
    \(heading)\(overview)\(flagRows)\(footer)</table>
    </td></tr></table>
    </body></html>

    """
  }

  private var heading: String {
    """
    <tr><td style="padding:24px 24px 4px">
    <div style="font-size:13px;color:\(Self.faint)">Quartermaster &middot; run \(run) &middot; \
    data through \(origin.description.escaped)</div>
    <h1 style="margin:6px 0 0;font-size:22px;line-height:1.3;font-weight:600">\
    Forecast of \(place.escaped)</h1>
    </td></tr>

    """
  }

  private var overview: String {
    let chips = severities.map { severity, count in
      """
      <span style="display:inline-block;margin:0 6px 6px 0;padding:3px 10px;border-radius:12px;\
      font-size:14px;font-weight:600;\(severity.style)">\(count.grouped) \
      \(severity.noun(count))</span>
      """
    }
    let rules = rules.map { rule, count in
      "\(count.grouped)&nbsp;&times; \(rule.words.escaped)"
    }
    return """
      <tr><td style="padding:12px 24px 16px">
      <div>\(chips.joined())</div>
      <div style="margin-top:4px;font-size:14px;line-height:1.5;color:\(Self.faint)">\
      \(flags.count.grouped) in all: \(rules.joined(separator: ", "))</div>
      </td></tr>

      """
  }

  private var flagRows: String {
    let rows = shown.map { flag in
      let figures = flag.figures.map {
        "<div style=\"margin-top:4px;font-size:14px;color:\(Self.faint)\">\($0.escaped)</div>"
      }
      return """
        <tr><td style="padding:14px 24px;border-top:1px solid \(Self.rule)">
        <div style="font-size:15px;line-height:1.4"><span style="display:inline-block;\
        padding:1px 7px;margin-right:8px;border-radius:9px;font-size:12px;font-weight:600;\
        \(flag.severity.style)">\(flag.severity.title)</span><strong>\(flag.place.escaped)\
        </strong></div>
        <div style="margin-top:6px;font-size:15px;line-height:1.5">\(flag.message.escaped)</div>
        \(figures ?? "")</td></tr>

        """
    }
    guard hidden > 0 else { return rows.joined() }
    return rows.joined() + """
      <tr><td style="padding:14px 24px;border-top:1px solid \(Self.rule);font-size:15px">\
      And \(hidden.grouped) more in run \(run).</td></tr>

      """
  }

  private var footer: String {
    """
    <tr><td style="padding:16px 24px 22px;border-top:1px solid \(Self.rule);font-size:13px;\
    line-height:1.5;color:\(Self.faint)">\(advice.escaped)<br>\(reason.escaped)</td></tr>

    """
  }
}

extension Severity {
  /// Dark on light, with a contrast of at least 7 to 1.
  fileprivate var style: String {
    switch self {
    case .critical: "background:#fde3e1;color:#8a1c13"
    case .warning: "background:#fdf0d0;color:#6b4600"
    case .info: "background:#e3edf9;color:#1d4376"
    }
  }

  fileprivate func noun(_ count: Int) -> String {
    switch self {
    case .critical: "critical"
    case .warning: count == 1 ? "warning" : "warnings"
    case .info: count == 1 ? "note" : "notes"
    }
  }
}

extension String {
  /// As the text of an HTML element or the value of a quoted attribute.
  fileprivate var escaped: String {
    // By scalars: "<" with an accent over it is another character, and still opens a tag.
    unicodeScalars.reduce(into: "") { text, scalar in
      switch scalar {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      case "'": text += "&#39;"
      default: text.unicodeScalars.append(scalar)
      }
    }
  }
}

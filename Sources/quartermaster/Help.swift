/// The texts that explain the program, made from the grammars.
enum Help {
  static let width = 96

  static func overview(_ grammars: [Grammar]) -> String {
    """
    Quartermaster forecasts a retailer's demand and tells procurement what to order.

    Usage: quartermaster COMMAND [OPTIONS]

    Commands:
    \(table(grammars.map { ($0.name, $0.summary) }))

    'quartermaster help COMMAND' explains a command and shows an example.
    'quartermaster --version' names the version.

    """
  }

  static func text(_ grammar: Grammar) -> String {
    var sections = [grammar.summary + ".", "Usage: " + usage(grammar)]
    if !grammar.positionals.isEmpty {
      sections.append(table(grammar.positionals.map { ($0.name, $0.help) }))
    }
    let options = grammar.options.map { option in
      (usage(option), option.help + (option.repeats ? "; may be repeated" : ""))
    }
    sections.append("Options:\n" + table(options + [("--help", "this text")]))
    if let details = grammar.details { sections.append(wrapped(details, indent: 0)) }
    if let added = grammar.table { sections.append(added.title + "\n" + table(added.rows)) }
    let examples = grammar.examples.map { "  \($0.commandLine)\n      \($0.effect)" }
    sections.append("Examples:\n" + examples.joined(separator: "\n"))
    return sections.joined(separator: "\n\n") + "\n"
  }

  /// One line: the command, what it needs, and that there is more.
  static func usage(_ grammar: Grammar) -> String {
    let needed = grammar.options.filter(\.isRequired).map(usage)
    let optional = grammar.options.contains { !$0.isRequired } ? ["[OPTIONS]"] : []
    let words =
      ["quartermaster", grammar.name]
      + grammar.positionals.map { positional in
        let name = positional.name + (positional.repeats ? "..." : "")
        return positional.isOptional ? "[\(name)]" : name
      }
    return (words + needed + optional).joined(separator: " ")
  }

  private static func usage(_ option: Grammar.Option) -> String {
    "--" + option.name + (option.value.map { " " + $0 } ?? "")
  }

  private static func table(_ rows: [(String, String)]) -> String {
    let left = (rows.map(\.0.count).max() ?? 0) + 4
    return rows.map { name, help in
      let text = wrapped(help, indent: left)
      return "  " + name + String(repeating: " ", count: left - 2 - name.count)
        + text.drop { $0 == " " }
    }.joined(separator: "\n")
  }

  private static func wrapped(_ text: String, indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    var lines = [margin]
    for word in text.split(separator: " ") {
      let line = lines[lines.count - 1]
      let separator = line.count == indent ? "" : " "
      if line.count + separator.count + word.count > width, line.count > indent {
        lines.append(margin + word)
      } else {
        lines[lines.count - 1] = line + separator + word
      }
    }
    return lines.joined(separator: "\n")
  }
}

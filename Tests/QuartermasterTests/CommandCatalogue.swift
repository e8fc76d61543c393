@testable import quartermaster

/// Every command that exists as a value, in the order of the overview.
let allCommands: [any Command.Type] = Program.commands

/// The words of a command line as a shell would cut it that knows no quotes but single ones.
func words(_ commandLine: String) -> [String] {
  let parts = commandLine.split(separator: "'", omittingEmptySubsequences: false)
  return parts.enumerated().flatMap { place, part in
    place % 2 == 1 ? [String(part)] : part.split(separator: " ").map(String.init)
  }
}

/// The command that a line means.
func parsed<Parsed: Command>(_ commandLine: String, as type: Parsed.Type) throws -> Parsed? {
  guard case .run(let command) = try Invocation(words(commandLine), commands: allCommands) else {
    return nil
  }
  return command as? Parsed
}

/// The sentence with which a line is refused; nil when it is not.
func refusal(_ commandLine: String) -> String? {
  do throws(UsageFailure) {
    _ = try Invocation(words(commandLine), commands: allCommands)
    return nil
  } catch {
    return error.sentence
  }
}

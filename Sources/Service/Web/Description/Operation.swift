import HTTP

/// What a key must be allowed for an operation.
enum Access: Hashable, Sendable {
  /// No key is needed.
  case open
  /// A key of one of these scopes; an administrator's opens everything.
  case scopes(Set<Scope>)

  enum Scope: String, Hashable, Sendable, CaseIterable {
    case sync, read, admin
  }

  static let sync = Access.scopes([.sync])
  static let read = Access.scopes([.read])
  static let admin = Access.scopes([.admin])
}

/// One method of one path, said once: its checks and its description come from here.
struct Operation: Sendable {
  /// An answer that is not a problem.
  struct Outcome: Sendable {
    let status: Int
    let description: String
    /// By media type; empty for no content.
    let representations: [(mediaType: String, schema: Schema)]

    static func json(_ description: String, _ schema: Schema, status: Int = 200) -> Outcome {
      content(description, [("application/json", schema)], status: status)
    }

    static func empty(_ description: String, status: Int = 204) -> Outcome {
      content(description, [], status: status)
    }

    static func content(
      _ description: String, _ content: [(mediaType: String, schema: Schema)], status: Int = 200
    ) -> Outcome {
      Outcome(status: status, description: description, representations: content)
    }
  }

  let id: String
  let summary: String
  /// More than fits the summary, in Markdown.
  let details: String
  /// Operations of one tag stand together.
  let tag: String
  let access: Access
  let parameters: [ParameterFacts]
  /// What a body may be, by media type; none means that no body is read.
  let takes: [(mediaType: String, schema: Schema)]
  let outcomes: [Outcome]

  /// - Parameters:
  ///   - id: a name for programs, as `listRuns`.
  ///   - takes: what a body may be; gzip is undone before.
  init(
    _ id: String, _ summary: String, details: String = "", tag: String, access: Access,
    parameters: [ParameterFacts] = [], takes: [(mediaType: String, schema: Schema)] = [],
    outcomes: [Outcome]
  ) {
    (self.id, self.summary, self.details, self.tag) = (id, summary, details, tag)
    (self.access, self.parameters) = (access, parameters)
    (self.takes, self.outcomes) = (takes, outcomes)
  }
}

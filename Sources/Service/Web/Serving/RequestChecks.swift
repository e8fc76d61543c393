import HTTP

/// What an operation's declaration says of a request, without waiting for anything.
enum RequestChecks {
  /// Everything that can be known before the body is here.
  static func parameters(_ operation: Operation, _ request: Request) throws(WebRefusal) {
    var faults: [WebRefusal.ParameterFault] = unknown(operation, request)
    for facts in operation.parameters {
      let texts = WebCall.texts(of: facts, in: request)
      if texts.isEmpty, facts.isRequired {
        faults.append(.init(name: facts.name, place: facts.place, kind: .missing))
      } else if texts.count > 1, !facts.allowsMany {
        faults.append(.init(name: facts.name, place: facts.place, kind: .repeated))
      } else if let wrong = texts.first(where: { !facts.isValid($0) }) {
        faults.append(
          .init(
            name: facts.name, place: facts.place,
            kind: .invalid(value: wrong, expected: facts.expected)))
      }
    }
    if !faults.isEmpty { throw .parameters(faults) }
  }

  /// A misspelt filter must not quietly show everything.
  private static func unknown(
    _ operation: Operation, _ request: Request
  ) -> [WebRefusal.ParameterFault] {
    let known = operation.parameters.filter { $0.place == .query }.map(\.name)
    var seen: Set<String> = []
    return request.query.map(\.name).filter { !known.contains($0) && seen.insert($0).inserted }
      .prefix(10)
      .map { name in
        .init(
          name: name, place: .query, kind: .unknown(nearest: NearestName.of(name, in: known)))
      }
  }

  static func content(_ operation: Operation, _ request: Request) throws(WebRefusal) {
    guard !operation.takes.isEmpty else { return }
    let taken = operation.takes.map(\.mediaType)
    let given = MediaType.ofContent(request.headers)
    guard taken.contains(given) else { throw .mediaTypeUnknown(given: given, taken: taken) }
  }

  static func scope(_ operation: Operation, _ caller: Caller) throws(WebRefusal) {
    guard case .scopes(let scopes) = operation.access else { return }
    guard caller.reach == .admin || scopes.contains(caller.reach.scope) else {
      throw .scopeMissing(needed: scopes.map(\.rawValue).sorted().joined(separator: "' or '"))
    }
  }
}

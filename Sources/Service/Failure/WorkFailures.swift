internal import Inventory
internal import Planning
public import Storage

// What can be wrong with a push, a training or a report as a whole, in words.

extension BatchError: Failure {
  public var code: String {
    switch self {
    case .keyReused: "key-reused"
    case .underWay: "under-way"
    case .noSuchLocation: "unknown-location"
    case .foreignLocations: "foreign-location"
    case .mixedRevisions: "mixed-revisions"
    case .toldOtherwise: "told-otherwise"
    }
  }

  public var exitCode: ExitCode {
    switch self {
    case .foreignLocations: .noPermission
    case .keyReused, .mixedRevisions, .noSuchLocation, .toldOtherwise: .data
    case .underWay: .tryAgain
    }
  }

  public var sentence: String {
    switch self {
    case .keyReused(let key, let batch):
      "key '\(key)' was used before for other content, in batch \(batch); choose another key"
    case .underWay(let key): "a push with key '\(key)' is being applied; try again in a moment"
    case .noSuchLocation(let location):
      "location '\(location)' is not known, or has sent no demand yet"
    case .foreignLocations(let locations, let owner):
      "\(locations.map(\.text).listed) belongs to source '\(owner)', and only that may write it"
        + "; nothing of this was stored"
    case .mixedRevisions(.number):
      "this source's revisions are times, and integers cannot be compared with them"
    case .mixedRevisions(.time):
      "this source's revisions are integers, and times, as generated-at is one, cannot be compared"
        + " with them; give each row a revision"
    case .toldOtherwise(let locations, let told, let fromMovements):
      "the \(told.rawValue) of \(locations.map(\.text).listed) is told by"
        + " \(fromMovements ? "movements" : "rows of \(told.rawValue)"), and one way only;"
        + " nothing of this was stored"
    }
  }
}

extension FutureWatermark: Failure {
  public var code: String { "future-watermark" }
  public var exitCode: ExitCode { .data }

  public var sentence: String {
    "complete through \(completeThrough) is in the future: today is \(today); nothing of this was"
      + " stored"
  }
}

extension StrictRefusal: Failure {
  public var code: String { "strict-refusal" }
  public var exitCode: ExitCode { .data }

  public var sentence: String {
    "\(quarantined.grouped) of \(received.grouped) rows cannot stand, and --strict stores all or"
      + " nothing; the first: \(first.first?.message ?? "")"
  }
}

extension TrainingRefusal: Failure {
  public var code: String {
    switch self {
    case .noDemand, .noDemandThrough: "no-demand"
    case .everyRegionBehind: "every-region-behind"
    }
  }

  public var exitCode: ExitCode { .data }

  public var sentence: String {
    switch self {
    case .noDemand:
      "there is no demand yet: send some with 'quartermaster sync demand FILE --complete-through"
        + " DAY'"
    case .noDemandThrough(let origin):
      "there is no demand through \(origin), so nothing is trained; the forecast in use stays"
    case .everyRegionBehind(let behind, let asOf):
      "no region is fresh as of \(asOf): "
        + behind.prefix(3).map { "in \($0.region), \($0.reason)" }.joined(separator: "; ")
        + TrainingRefusal.advice(behind)
    }
  }

  /// Old data is trained as of its own day; silent locations must speak.
  private static func advice(_ behind: [TrainingScope.Behind]) -> String {
    guard let day = behind.compactMap(\.completeThrough).min() else {
      return "; say it with 'quartermaster sync demand FILE --complete-through DAY'"
    }
    return "; to train as if it were then, add --as-of \(day)"
  }
}

extension ReportRefusal: Failure {
  public var code: String {
    switch self {
    case .notTrainedYet: "not-trained"
    case .unknownRegion: "unknown-region"
    case .regionWithoutDemand: "region-without-demand"
    case .regionNeverTrained: "region-never-trained"
    case .asOfBeforeOrigin: "as-of-before-origin"
    }
  }

  public var exitCode: ExitCode { .data }

  public var sentence: String {
    switch self {
    case .notTrainedYet: "there is no forecast yet: run 'quartermaster train'"
    case .unknownRegion(let region, let known):
      "no region '\(region)' is forecast; known are \(known.map(\.text).listed)"
    case .regionWithoutDemand(let region, let origin):
      "region '\(region)' has no demand through \(origin), so nothing is forecast for it"
    case .regionNeverTrained(let region, let reason):
      "region '\(region)' has no forecast yet: \(reason)"
    case .asOfBeforeOrigin(let asOf, let origin):
      "the forecast in use was made from data through \(origin), after \(asOf); ask for a day from"
        + " \(origin) on, or train --as-of \(asOf)"
    }
  }
}

extension StorageError: Failure {
  public var code: String { "unknown-word" }
  public var exitCode: ExitCode { .software }

  public var sentence: String {
    switch self {
    case .unknownWord(let table):
      "table \(table) holds a word that this program is too old to know"
    }
  }
}

extension Array where Element == String {
  /// "a", "a and b", "a, b, c and 4 more".
  var listed: String {
    let shown = prefix(5)
    if count > shown.count {
      return shown.joined(separator: ", ") + " and \(count - shown.count) more"
    }
    guard count > 1, let last = shown.last else { return first ?? "none" }
    return shown.dropLast().joined(separator: ", ") + " and " + last
  }
}

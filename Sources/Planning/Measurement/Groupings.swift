/// What is put together in a line of the accuracy report.
public enum AccuracyGrouping: String, CaseIterable, Hashable, Sendable {
  case region, category
  case demandClass = "class"
  case lead, run
}

/// What is put together in a line of the stability report.
public enum ChurnGrouping: String, CaseIterable, Hashable, Sendable {
  case region, lead, run
}

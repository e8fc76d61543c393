/// The span over which demand is added up.
public enum Bucket: String, CaseIterable, Hashable, Sendable {
  case day, week, month
}

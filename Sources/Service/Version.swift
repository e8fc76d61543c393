/// The program's version: part of every run's record, and of `--version`.
public enum Version {
  public static let text = "0.1.0"
}

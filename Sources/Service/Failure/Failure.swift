/// An error that can be told to a person: every error type of the product conforms, here in
/// `Service` for those of leaf libraries, which know no prose.
public protocol Failure: Error, Sendable {
  /// Stable, for programs: lower-case words joined by hyphens.
  var code: String { get }
  var exitCode: ExitCode { get }
  /// One sentence without a full stop: what failed, with the names and figures that help.
  var sentence: String { get }
}

/// How the program ends: 0, or one of BSD's `sysexits.h`, which scripts can tell apart.
public struct ExitCode: RawRepresentable, Hashable, Sendable {
  public let rawValue: Int32

  public init(rawValue: Int32) { self.rawValue = rawValue }

  public static let success = ExitCode(rawValue: 0)
  /// What no other code describes.
  public static let failure = ExitCode(rawValue: 1)
  /// The command line is wrong.
  public static let usage = ExitCode(rawValue: 64)
  /// The content of a file or batch is wrong.
  public static let data = ExitCode(rawValue: 65)
  /// A file to be read is missing or unreadable.
  public static let noInput = ExitCode(rawValue: 66)
  /// The database, or another service, cannot be reached.
  public static let unavailable = ExitCode(rawValue: 69)
  /// A broken promise of the program itself.
  public static let software = ExitCode(rawValue: 70)
  /// The system refused something.
  public static let system = ExitCode(rawValue: 71)
  /// A file cannot be created.
  public static let cannotCreate = ExitCode(rawValue: 73)
  /// Reading or writing broke off, as on a full disk.
  public static let io = ExitCode(rawValue: 74)
  /// Another instance is in the way; trying again later helps.
  public static let tryAgain = ExitCode(rawValue: 75)
  /// Not allowed.
  public static let noPermission = ExitCode(rawValue: 77)
  /// The configuration is wrong.
  public static let configuration = ExitCode(rawValue: 78)
  /// The reader of standard output went away; said by no sentence. 128 + SIGPIPE, as a shell says.
  public static let outputClosed = ExitCode(rawValue: 141)
}

/// What is said of an error when the program ends on it.
public struct FailureReport: Hashable, Sendable {
  public let code: String
  public let exitCode: ExitCode
  public let sentence: String

  /// An error that is no `Failure` is a gap in the table: it is named, so that it can be reported,
  /// and ends the program with `software`.
  public init(_ error: any Error) {
    if let failure = error as? any Failure {
      (code, exitCode, sentence) = (failure.code, failure.exitCode, failure.sentence)
    } else if error is CancellationError {
      (code, exitCode, sentence) = ("cancelled", .failure, "stopped before it was done")
    } else {
      let name = "\(type(of: error)).\(error)"
      (code, exitCode, sentence) = ("unexpected", .software, "unexpected failure: \(name)")
    }
  }
}

import Glibc

/// The system refused to read, create or write a file.
public struct SystemFailure: Failure, Hashable {
  public enum Action: String, Hashable, Sendable {
    case read, create, write
  }

  public let action: Action
  /// A path, or "standard output" and the like.
  public let name: String
  public let errorNumber: Int32

  public init(_ action: Action, _ name: String, errorNumber: Int32) {
    self.action = action
    self.name = name
    self.errorNumber = errorNumber
  }

  public var code: String { "cannot-\(action.rawValue)" }

  public var exitCode: ExitCode {
    switch action {
    case .read: errorNumber == EIO ? .io : .noInput
    case .create: .cannotCreate
    // The reader went away, as after `| head`.
    case .write: errorNumber == EPIPE ? .outputClosed : .io
    }
  }

  public var sentence: String {
    "cannot \(action.rawValue) \(name): \(SystemFailure.reason(errorNumber))"
  }

  /// The system's own words, as "No space left on device".
  public static func reason(_ errorNumber: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard strerror_r(errorNumber, &buffer, buffer.count) == 0 else { return "error \(errorNumber)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

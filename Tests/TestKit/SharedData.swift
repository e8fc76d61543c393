public import Foundation

/// The folder of this checkout, found from this file's own place in it.
public let repositoryRoot = URL(filePath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  .resolvingSymlinksInPath()

/// Real data beside the checkout, in `../shared/data`: tests that need it are skipped where it is
/// absent.
public enum SharedData {
  public static let url = repositoryRoot.deletingLastPathComponent()
    .appending(path: "shared/data")

  public static var isPresent: Bool { holds("README.md") }

  /// Whether a file, named relative to the folder, is there.
  public static func holds(_ file: String) -> Bool {
    FileManager.default.fileExists(atPath: url.appending(path: file).path)
  }
}

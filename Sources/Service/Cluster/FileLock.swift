import Glibc

/// A lock among processes, held until it is let go of; the system lets go when the process ends.
struct FileLock: ~Copyable {
  private let descriptor: Int32

  /// Waits for the lock, at most so many seconds: the first start and a recovery may take minutes.
  static func take(_ path: String, timeoutSeconds: Int = 600) async throws -> FileLock {
    let lock = try FileLock(opening: path)
    for _ in 0..<timeoutSeconds * 20 {
      if try lock.isTaken(path) { return lock }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw ClusterError.lockHeld(path: path)
  }

  private init(opening path: String) throws(ClusterError) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw .folderUnusable(path: path, reason: String(cString: strerror(errno)))
    }
  }

  private borrowing func isTaken(_ path: String) throws(ClusterError) -> Bool {
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
    guard errno == EWOULDBLOCK || errno == EINTR else {
      throw .folderUnusable(path: path, reason: String(cString: strerror(errno)))
    }
    return false
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}

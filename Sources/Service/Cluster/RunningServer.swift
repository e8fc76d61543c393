import Glibc

/// What `postmaster.pid` says of the server that wrote it.
struct RunningServer: Hashable, Sendable {
  let process: pid_t
  let socketFolder: String
  let isReady: Bool

  /// Nil when a line that is needed is missing: the server writes it while it starts.
  ///
  /// Lines (`pidfile.h`): process, data folder, start time, port, socket folder, first address,
  /// shared memory, status.
  init?(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let process = lines.first.flatMap({ pid_t($0) }), process > 0 else { return nil }
    self.process = process
    socketFolder = lines.count > 4 ? String(lines[4]) : ""
    isReady = lines.count > 7 && lines[7].hasPrefix("ready")
  }

  static func read(_ home: ClusterHome) -> RunningServer? {
    FileText.read("\(home.data)/postmaster.pid").flatMap(RunningServer.init)
  }

  /// Whether the process is this cluster's server. A number that another process got after a crash
  /// is told apart by the folder it works in: a server's is its data.
  func isAlive(_ home: ClusterHome) -> Bool {
    var data = stat()
    var working = stat()
    guard stat(home.data, &data) == 0, stat("/proc/\(process)/cwd", &working) == 0 else {
      return false
    }
    return data.st_dev == working.st_dev && data.st_ino == working.st_ino
  }

  /// Whether the number belongs to some other process, which keeps the server from starting.
  var isTakenByAnother: Bool { kill(process, 0) == 0 }

  var hasSocket: Bool { access("\(socketFolder)/.s.PGSQL.5432", F_OK) == 0 }
}

/// Small text files.
enum FileText {
  /// Nil when the file cannot be read.
  static func read(_ path: String) -> String? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

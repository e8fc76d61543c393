import Glibc

/// What a new cluster's configuration files say.
enum ClusterSettings {
  static let role = "quartermaster"
  static let database = "quartermaster"

  /// Appended to `postgresql.conf`: durable, reachable by its socket alone, and sized for a machine
  /// it shares with this program. Whoever runs it may change what stands here, or use ALTER SYSTEM.
  static func configuration(memoryBytes: Int) -> String {
    let megabytes = memoryBytes / 1_048_576
    return """
      listen_addresses = ''
      fsync = on
      synchronous_commit = on
      full_page_writes = on
      max_connections = 50
      shared_buffers = \(min(max(megabytes / 8, 128), 1024))MB
      effective_cache_size = \(max(megabytes / 2, 256))MB
      work_mem = \(min(max(megabytes / 128, 8), 64))MB
      maintenance_work_mem = \(min(max(megabytes / 16, 64), 512))MB
      max_wal_size = 2GB
      wal_compression = on
      checkpoint_timeout = 15min
      random_page_cost = 1.1
      jit = off
      timezone = 'UTC'
      log_timezone = 'UTC'
      lc_messages = 'C'
      """
  }

  /// The only way in is the socket, as an account of this machine that `identities` knows.
  static let access = "local all \(role) peer map=quartermaster"

  /// Lets the account that the server runs as, and whoever set it up, connect as the owner.
  static func identities(_ accounts: [String]) -> String {
    accounts.map { account in
      let quoted = account.split(separator: "\"", omittingEmptySubsequences: false)
      return "quartermaster \"\(quoted.joined(separator: "\"\""))\" \(role)"
    }.joined(separator: "\n")
  }

  static func memoryBytes() -> Int {
    sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
  }
}

internal import CEpoll
internal import Glibc

/// Why a server cannot start.
public struct ServerError: Error, Hashable, Sendable {
  public enum Action: String, Hashable, Sendable {
    /// The host is no address of this machine and no name that has one.
    case resolve
    /// Taking the port: another program has it, or it needs more rights.
    case listen
    /// Making threads and what they wait on.
    case prepare
  }

  public let action: Action
  public let errorNumber: Int32

  init(_ action: Action, errorNumber: Int32) {
    self.action = action
    self.errorNumber = errorNumber
  }
}

/// Connections out of the system's queue, without waiting.
struct Listener: Sendable {
  enum Arrival {
    case connection(descriptor: Int32, remote: String)
    case none
    /// This process or the system has no descriptor left.
    case exhausted
  }

  let descriptor: Int32
  let port: Int

  /// Listens on the first address that host and port mean.
  init(host: String, port: Int) throws(ServerError) {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &hints, &found) == 0, let address = found?.pointee else {
      throw ServerError(.resolve, errorNumber: EADDRNOTAVAIL)
    }
    defer { freeaddrinfo(found) }
    let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    descriptor = socket(address.ai_family, address.ai_socktype | flags, 0)
    guard descriptor >= 0 else { throw ServerError(.listen, errorNumber: errno) }
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    guard bind(descriptor, address.ai_addr, address.ai_addrlen) == 0,
      listen(descriptor, 1_024) == 0, let bound = Listener.boundPort(descriptor)
    else {
      let error = errno
      close(descriptor)
      throw ServerError(.listen, errorNumber: error)
    }
    self.port = bound
  }

  /// Lets this process have so many descriptors, or as many as the system grants: the usual first
  /// limit of 1,024 is there for programs that wait with `select`.
  static func allowDescriptors(_ count: Int) {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    let wanted = min(rlim_t(count), limit.rlim_max)
    guard limit.rlim_cur < wanted else { return }
    limit.rlim_cur = wanted
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  func accept() -> Arrival {
    let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    while true {
      var storage = sockaddr_storage()
      var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
      let accepted = withUnsafeMutablePointer(to: &storage) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          accept4(descriptor, $0, &length, flags)
        }
      }
      if accepted >= 0 {
        var yes: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(accepted, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, size)
        return .connection(descriptor: accepted, remote: Listener.text(storage, length))
      }
      switch errno {
      // A peer that gave up while it waited is no reason to leave the others waiting.
      case EINTR, ECONNABORTED, EPROTO, ENETDOWN, EHOSTUNREACH, ENETUNREACH: continue
      case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
      default: return .none
      }
    }
  }

  private static func boundPort(_ descriptor: Int32) -> Int? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let status = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(descriptor, $0, &length)
      }
    }
    guard status == 0 else { return nil }
    return text(storage, length).split(separator: ":").last.flatMap { Int($0) }
  }

  private static func text(_ storage: sockaddr_storage, _ length: socklen_t) -> String {
    var storage = storage
    var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    var port = [CChar](repeating: 0, count: Int(NI_MAXSERV))
    let status = withUnsafePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getnameinfo(
          $0, length, &host, socklen_t(host.count), &port, socklen_t(port.count),
          NI_NUMERICHOST | NI_NUMERICSERV)
      }
    }
    guard status == 0 else { return "unknown" }
    let name = string(host)
    return name.contains(":") ? "[\(name)]:\(string(port))" : "\(name):\(string(port))"
  }

  private static func string(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

internal import Glibc
internal import Synchronization

/// An HTTP/1.1 server on one address.
///
/// It serves from the moment it is made until `stop`. Bodies are whole before a handler sees them;
/// everything a peer can make it hold or wait for is bounded by `Limits`. The process' limit of
/// open descriptors is raised to what the connections need.
public final class Server: Sendable {
  /// The port that is listened on, chosen by the system where 0 was asked for.
  public let port: Int
  private let loops: [EventLoop]
  private let listener: Listener
  private let load: Load
  private let isListening = Mutex(true)

  /// - Parameters:
  ///   - host: an address or name of this machine, as `127.0.0.1` or `::`.
  ///   - threads: that read and write; handlers run in tasks.
  ///   - problem: renders what the server itself refuses; `Allow` and `Retry-After` are added.
  ///   - observer: hears of every exchange when it is over, on a thread that serves others: it
  ///     must not wait.
  public init(
    host: String, port: Int, limits: Limits = Limits(), threads: Int = 1,
    responder: any Responder, problem: @escaping @Sendable (ServerProblem) -> Response,
    observer: @escaping @Sendable (Exchange) -> Void = { _ in }
  ) throws(ServerError) {
    // Beside the connections there are the database's, files and pipes.
    Listener.allowDescriptors(limits.maximumConnections + 512)
    let load = Load()
    let listener = try Listener(host: host, port: port)
    let configuration = Configuration(
      limits: limits, responder: responder, problem: problem, observer: observer, load: load)
    var loops: [EventLoop] = []
    do throws(ServerError) {
      for _ in 0..<max(threads, 1) {
        loops.append(try EventLoop(configuration, listener: listener))
      }
      for loop in loops { try LoopThread.start { loop.run() } }
    } catch {
      for loop in loops { loop.post(.exit) }
      close(listener.descriptor)
      throw error
    }
    (self.port, self.loops, self.listener, self.load) = (listener.port, loops, listener, load)
  }

  /// Connections that are open.
  public var openConnections: Int { load.connections.load(ordering: .relaxed) }
  /// Requests that handlers have.
  public var requestsInFlight: Int { load.inFlight.load(ordering: .relaxed) }
  /// Bytes of bodies that are being received or handled.
  public var bufferedBodyBytes: Int { load.bufferedBytes.load(ordering: .relaxed) }

  /// Takes no new connections, closes idle ones, lets the requests that have begun finish, and
  /// returns when no connection is left; those that take longer are cut off.
  public func drain(within seconds: Double) async {
    for loop in loops {
      await withCheckedContinuation { loop.post(.stopAccepting($0)) }
    }
    // Only now does no loop use the listener, and its descriptor may get another meaning.
    isListening.withLock { isListening in
      if isListening { close(listener.descriptor) }
      isListening = false
    }
    let until = Moment.now + seconds
    for loop in loops {
      await withCheckedContinuation { loop.post(.drain(until: until, $0)) }
    }
  }

  /// Drains, then ends the server's threads. The server cannot be started again.
  public func stop(within seconds: Double = 0) async {
    await drain(within: seconds)
    for loop in loops { loop.post(.exit) }
  }
}

/// Threads of the system's, which may wait without holding up Swift's tasks.
enum LoopThread {
  private final class Work {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  static func start(_ body: @escaping @Sendable () -> Void) throws(ServerError) {
    let work = Unmanaged.passRetained(Work(body))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { pointer in
        guard let pointer else { return nil }
        Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().body()
        return nil
      }, work.toOpaque())
    guard status == 0 else {
      work.release()
      throw ServerError(.prepare, errorNumber: status)
    }
    pthread_detach(thread)
  }
}

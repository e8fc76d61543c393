import Foundation
import Glibc
import Synchronization

/// What a fault makes of the bytes of one connection. The two directions call from a thread each.
protocol Fault: AnyObject, Sendable {
  /// Passes on what it wants to; false cuts the connection, both ways and at once.
  func fromClient(_ bytes: ArraySlice<UInt8>, pass: (ArraySlice<UInt8>) -> Bool) -> Bool
  func fromServer(_ bytes: ArraySlice<UInt8>, pass: (ArraySlice<UInt8>) -> Bool) -> Bool
}

/// What a proxy's connections go through.
protocol Faults: Sendable {
  /// Of one more connection.
  func connection() -> any Fault
}

/// No fault at all.
final class Clear: Faults, Fault {
  func connection() -> any Fault { self }

  func fromClient(_ bytes: ArraySlice<UInt8>, pass: (ArraySlice<UInt8>) -> Bool) -> Bool {
    pass(bytes)
  }

  func fromServer(_ bytes: ArraySlice<UInt8>, pass: (ArraySlice<UInt8>) -> Bool) -> Bool {
    pass(bytes)
  }
}

/// Stands between a client and a server, on a port of the loopback, and spoils connections.
final class Proxy: Sendable {
  private struct State {
    var place: Wire.Place
    var refusals = 0
    var isStopped = false
    var open: Set<Int32> = []
  }

  let port: Int
  private let listener: Int32
  private let faults: any Faults
  private let state: Mutex<State>

  init(to place: Wire.Place, through faults: any Faults = Clear()) throws {
    (listener, port) = try Wire.listener()
    self.faults = faults
    state = Mutex(State(place: place))
    Thread.detachNewThread { [self] in accept() }
  }

  /// Runs a body with a proxy that is gone afterwards.
  static func run<R>(
    to place: Wire.Place, through faults: any Faults = Clear(), _ body: (Proxy) async throws -> R
  ) async throws -> R {
    let proxy = try Proxy(to: place, through: faults)
    defer { proxy.stop() }
    return try await body(proxy)
  }

  /// Leads new connections to another place.
  func lead(to place: Wire.Place) { state.withLock { $0.place = place } }

  /// Hangs up on so many connections as soon as they come.
  func refuse(next count: Int) { state.withLock { $0.refusals += count } }

  /// Cuts every connection there is.
  func cut() {
    for descriptor in state.withLock({ $0.open }) { shutdown(descriptor, Int32(SHUT_RDWR)) }
  }

  /// Cuts everything and takes nothing any more.
  func stop() {
    let open = state.withLock { state in
      state.isStopped = true
      return state.open
    }
    shutdown(listener, Int32(SHUT_RDWR))
    for descriptor in open { shutdown(descriptor, Int32(SHUT_RDWR)) }
  }

  private func accept() {
    while true {
      let client = Glibc.accept(listener, nil, nil)
      let isStopped = state.withLock { $0.isStopped }
      guard client >= 0, !isStopped else {
        if client >= 0 { close(client) }
        if isStopped || errno != EINTR { break }
        continue
      }
      _ = fcntl(client, F_SETFD, FD_CLOEXEC)
      Thread.detachNewThread { [self] in serve(client) }
    }
    close(listener)
  }

  private func serve(_ client: Int32) {
    let place = state.withLock { state -> Wire.Place? in
      guard state.refusals == 0 else {
        state.refusals -= 1
        return nil
      }
      return state.place
    }
    guard let place, let server = Wire.connection(to: place) else {
      close(client)
      return
    }
    state.withLock { $0.open.formUnion([client, server]) }
    let fault = faults.connection()
    let back = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      Proxy.carry(from: server, to: client, fault.fromServer)
      back.signal()
    }
    Proxy.carry(from: client, to: server, fault.fromClient)
    back.wait()
    state.withLock { $0.open.subtract([client, server]) }
    close(client)
    close(server)
  }

  private static func carry(
    from: Int32, to: Int32,
    _ through: (ArraySlice<UInt8>, (ArraySlice<UInt8>) -> Bool) -> Bool
  ) {
    while let bytes = Wire.receive(from) {
      guard through(bytes[...], { Wire.send($0, to: to) }) else {
        for descriptor in [from, to] { shutdown(descriptor, Int32(SHUT_RDWR)) }
        return
      }
    }
    // The end of one direction is passed on; what the other one still brings goes through.
    shutdown(to, Int32(SHUT_WR))
  }
}

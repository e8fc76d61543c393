internal import CEpoll
internal import Glibc

/// Waits for descriptors to be ready, and for a wake-up from another thread.
final class Poller: Sendable {
  struct Events: OptionSet {
    let rawValue: UInt32

    static let readable = Events(rawValue: EPOLLIN.rawValue)
    static let writable = Events(rawValue: EPOLLOUT.rawValue)
    /// The peer will send no more, or the connection broke.
    static let ended = Events(
      rawValue: EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue)
    static let broken = Events(rawValue: EPOLLHUP.rawValue | EPOLLERR.rawValue)
    static let peerDone = Events(rawValue: EPOLLRDHUP.rawValue)
    /// One waiting thread of several is woken.
    static let exclusive = Events(rawValue: EPOLLEXCLUSIVE.rawValue)
  }

  private static let wakeUpToken = UInt64.max

  private let epoll: Int32
  private let wakeUp: Int32

  init() throws(ServerError) {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    wakeUp = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    guard epoll >= 0, wakeUp >= 0, add(wakeUp, token: Poller.wakeUpToken, [.readable]) else {
      throw ServerError(.prepare, errorNumber: errno)
    }
  }

  deinit {
    close(wakeUp)
    close(epoll)
  }

  @discardableResult
  func add(_ descriptor: Int32, token: UInt64, _ events: Events) -> Bool {
    control(EPOLL_CTL_ADD, descriptor, token, events)
  }

  func change(_ descriptor: Int32, token: UInt64, _ events: Events) {
    _ = control(EPOLL_CTL_MOD, descriptor, token, events)
  }

  func remove(_ descriptor: Int32) {
    _ = control(EPOLL_CTL_DEL, descriptor, 0, [])
  }

  /// Ends a wait of another thread, now or the next one.
  func wake() {
    var one: UInt64 = 1
    // A full counter already wakes.
    _ = write(wakeUp, &one, 8)
  }

  /// What is ready; after `milliseconds` at the latest, never when negative.
  func wait(milliseconds: Int32) -> [(token: UInt64, events: Events)] {
    withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: 256) { found in
      let count = epoll_wait(epoll, found.baseAddress, Int32(found.count), milliseconds)
      var ready: [(token: UInt64, events: Events)] = []
      for event in found.prefix(Int(max(count, 0))) {
        if event.data.u64 == Poller.wakeUpToken {
          var value: UInt64 = 0
          _ = read(wakeUp, &value, 8)
        } else {
          ready.append((event.data.u64, Events(rawValue: event.events)))
        }
      }
      return ready
    }
  }

  private func control(
    _ action: Int32, _ descriptor: Int32, _ token: UInt64, _ events: Events
  ) -> Bool {
    var event = epoll_event(events: events.rawValue, data: epoll_data_t(u64: token))
    return epoll_ctl(epoll, action, descriptor, &event) == 0
  }
}

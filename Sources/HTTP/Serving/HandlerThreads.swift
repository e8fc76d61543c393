internal import Dispatch
internal import Glibc
internal import Synchronization

/// Threads for handlers, so that parsing a large body holds up neither Swift's own few threads nor
/// the loops that read and write.
///
/// There is one set for the process, which lives as long as it does: a handler may outlast its
/// server.
final class HandlerThreads: TaskExecutor {
  static let shared = HandlerThreads(count: max(4, sysconf(Int32(_SC_NPROCESSORS_ONLN)) * 2))

  private let jobs = Mutex<[UnownedJob]>([])
  private let ready = DispatchSemaphore(value: 0)

  private init(count: Int) {
    for _ in 0..<count {
      do { try LoopThread.start { self.run() } } catch { break }
    }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let unowned = UnownedJob(job)
    jobs.withLock { $0.append(unowned) }
    ready.signal()
  }

  private func run() {
    while true {
      ready.wait()
      guard let job = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { continue }
      job.runSynchronously(on: asUnownedTaskExecutor())
    }
  }
}

import Dispatch

/// Runs an actor's work on a serial queue of its own, because libpq blocks and Swift's cooperative
/// pool has only as many threads as the machine has cores.
final class ConnectionThread: SerialExecutor {
  private let queue = DispatchQueue(label: "quartermaster.postgres.session")

  func enqueue(_ job: consuming ExecutorJob) {
    let unowned = UnownedJob(job)
    queue.async { unowned.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }

  func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }
}

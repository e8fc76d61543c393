internal import Foundation

/// Long computations, kept off Swift's cooperative threads, of which there is one per core: while
/// one of them fits models nothing else could go on.
enum ComputeThread {
  static func run<R: Sendable>(_ work: @escaping @Sendable () throws -> R) async throws -> R {
    try await withCheckedThrowingContinuation { continuation in
      let thread = Thread { continuation.resume(with: Result(catching: work)) }
      // Matrices are on the heap; what recursion there is stays shallow.
      thread.stackSize = 8 << 20
      thread.start()
    }
  }
}

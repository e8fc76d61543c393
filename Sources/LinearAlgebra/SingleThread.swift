import COpenBLAS

/// OpenBLAS held to the calling thread, from the first product on. Parallel work is split over
/// series outside, and some routines give other last bits with two threads than with one.
enum SingleThread {
  static let isHeld: Bool = {
    openblas_set_num_threads(1)
    return true
  }()
}

internal import Glibc

/// A moment of the system's monotonic clock: for deadlines, which no change of the date may move.
struct Moment: Comparable {
  private let nanoseconds: Int64

  static var now: Moment {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Moment(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  static func < (left: Moment, right: Moment) -> Bool { left.nanoseconds < right.nanoseconds }

  static func + (moment: Moment, seconds: Double) -> Moment {
    let bounded = min(max(seconds, 0), 1e9)
    return Moment(nanoseconds: moment.nanoseconds + Int64(bounded * 1e9))
  }

  static func - (later: Moment, earlier: Moment) -> Double {
    Double(later.nanoseconds - earlier.nanoseconds) / 1e9
  }
}

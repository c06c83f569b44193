import Glibc
import Reports

/// One figure of a benchmark run.
struct Measurement {
  /// What was measured.
  let name: String
  /// The figure.
  let value: Double
  /// Its unit.
  let unit: String
  /// What it was measured on.
  let note: String

  init(_ name: String, _ value: Double, _ unit: String, _ note: String = "") {
    self.name = name
    self.value = value
    self.unit = unit
    self.note = note
  }
}

/// What a simulation took.
struct Timing {
  /// Processor time in seconds, of all threads.
  var seconds = 0.0
  /// Processor time of the thread that simulates.
  var own = 0.0
  /// Seconds of the clock on the wall.
  var wall = 0.0
  /// Cycles simulated.
  var cycles = 0
  /// Bytes of its trace.
  var byteCount = 0

  /// What every other improves on.
  static let longest = Timing(seconds: .infinity, own: .infinity, wall: .infinity)

  /// Keeps the best of two runs, each time for itself: other processes only ever add to them.
  mutating func improve(with other: Timing) {
    self = Timing(
      seconds: min(seconds, other.seconds), own: min(own, other.own), wall: min(wall, other.wall),
      cycles: other.cycles, byteCount: other.byteCount)
  }

  /// Times a piece of work by all three clocks.
  init(of work: () throws -> Void) rethrows {
    let start = (Self.now(CLOCK_PROCESS_CPUTIME_ID), Self.now(CLOCK_THREAD_CPUTIME_ID), Self.now(CLOCK_MONOTONIC))
    try work()
    seconds = Self.now(CLOCK_PROCESS_CPUTIME_ID) - start.0
    own = Self.now(CLOCK_THREAD_CPUTIME_ID) - start.1
    wall = Self.now(CLOCK_MONOTONIC) - start.2
  }

  private static func now(_ clock: clockid_t) -> Double {
    var time = timespec()
    _ = unsafe clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

extension Timing {
  /// Nothing measured yet, or measured elsewhere.
  init(
    seconds: Double = 0, own: Double = 0, wall: Double = 0, cycles: Int = 0, byteCount: Int = 0
  ) {
    (self.seconds, self.own, self.wall) = (seconds, own, wall)
    (self.cycles, self.byteCount) = (cycles, byteCount)
  }
}

/// Processor time that a piece of work takes, in seconds: what other processes do does not count.
func processorSeconds(_ work: () throws -> Void) rethrows -> Double {
  try Timing(of: work).seconds
}

/// Measurements as a table.
func table(_ measurements: [Measurement]) -> ReportTable {
  var table = ReportTable([.init("benchmark"), .init("figure", digits: 2), .init("unit"), .init("measured on")])
  for measurement in measurements {
    table.append([
      .text(measurement.name), .number(measurement.value), .text(measurement.unit), .text(measurement.note),
    ])
  }
  return table
}

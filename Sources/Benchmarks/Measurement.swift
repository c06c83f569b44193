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
  /// Processor time in seconds.
  var seconds = 0.0
  /// Seconds of the clock on the wall.
  var wall = 0.0
  /// Cycles simulated.
  var cycles = 0
  /// Bytes of its trace.
  var byteCount = 0

  /// What every other improves on.
  static let longest = Timing(seconds: .infinity, wall: .infinity)

  /// Keeps the best of two runs, each time for itself: other processes only ever add to them.
  mutating func improve(with other: Timing) {
    self = Timing(
      seconds: min(seconds, other.seconds), wall: min(wall, other.wall), cycles: other.cycles,
      byteCount: other.byteCount)
  }
}

/// Processor time that a piece of work takes, in seconds: what other processes do does not count.
func processorSeconds(_ work: () throws -> Void) rethrows -> Double {
  let start = clock()
  try work()
  return Double(clock() - start) / Double(CLOCKS_PER_SEC)
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

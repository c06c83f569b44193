import Foundation
import Signals
import Simulation

/// What reaches the array of a weight-stationary machine in every cycle, as stimuli for the same array in SystemVerilog.
///
/// The layout of a cycle is that of `Examples/rtl/ws_array_trace.cpp`.
struct ArrayStimuli: CycleObserver {
  private struct Cycle {
    var isEnabled = false
    /// The array row whose weights are presented; -1 if none.
    var loadRow = -1
    /// Words at the edges and their valid bits, north and west, before they enter the array.
    var words: [[UInt16]]
    var valid: [UInt16] = [0, 0]
  }

  /// FNV-1a over the psums at the feet of the columns in every cycle.
  private(set) var checksum: UInt64 = 0xCBF2_9CE4_8422_2325
  private let size: Int
  private var probe: Probe
  /// Current value of each watched signal: enable, load row; edge words, north and west; their valid bits; psums.
  private var values: [UInt64]
  private var cycles: [Cycle] = []

  init(_ machine: borrowing some ObservableMachine, size: Int) {
    self.size = size
    let catalog = SignalCatalog(machine)
    let last = String(size - 1)
    let patterns = [
      "control.enable", "control.load_row", "north.*.edge", "west.*.edge", "north.*.edge_valid", "west.*.edge_valid",
      "array.pe_r\(last)_*.psum",
    ]
    probe = Probe(catalog: catalog, selecting: patterns.flatMap { catalog.handles(matching: [$0]) })
    values = [UInt64](repeating: 0, count: 2 + 5 * size)
  }

  /// The cycles that were recorded.
  var count: Int { cycles.count }

  mutating func observe(_ machine: inout some ObservableMachine, at instant: Instant) throws -> Bool {
    probe.sample(&machine)
    for change in probe.sampler.changes { values[Int(change.signal)] = change.value }
    probe.sampler.removeAll()
    var cycle = Cycle(words: [])
    cycle.isEnabled = values[0] & 1 == 1
    cycle.loadRow = Int(Int32(truncatingIfNeeded: values[1]))
    for edge in 0..<2 {
      let words = values[2 + edge * size..<2 + (edge + 1) * size]
      let flags = values[2 + (2 + edge) * size..<2 + (3 + edge) * size]
      cycle.words.append(words.map { UInt16(truncatingIfNeeded: $0) })
      cycle.valid[edge] = flags.reversed().reduce(0) { $0 << 1 | UInt16($1 & 1) }
    }
    cycles.append(cycle)
    for psum in values[(2 + 4 * size)...] { checksum = (checksum ^ psum & 0xFFFF_FFFF) &* 0x100_0000_01B3 }
    return true
  }

  /// Writes the stimuli as they are before the array's skew registers.
  ///
  /// A word that stands at the edge of lane l was presented `latency + l` enabled steps before.
  func write(to path: String, latency: Int) throws {
    let steps = cycles.filter(\.isEnabled)
    var step = 0
    var data = Data()
    for cycle in cycles {
      var words = [UInt16](repeating: 0, count: 5 + 2 * size)
      if cycle.isEnabled {
        words[0] = 1
        words[1] = cycle.loadRow == 0 ? 1 : 0
        words[2] = cycle.loadRow >= 0 ? 1 : 0
        for edge in 0..<2 {
          for lane in 0..<size where step + latency + lane < steps.count {
            let arrival = steps[step + latency + lane]
            words[3 + edge] |= (arrival.valid[edge] >> UInt16(lane) & 1) << UInt16(lane)
            words[5 + edge * size + lane] = arrival.words[edge][lane]
          }
        }
        step += 1
      }
      for word in words { data.append(contentsOf: [UInt8(truncatingIfNeeded: word), UInt8(word >> 8)]) }
    }
    try data.write(to: URL(fileURLWithPath: path))
  }
}

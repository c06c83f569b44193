import Signals
import WaveFormats

/// Holds a trace within its size: what the next instant may need is compared with what is left.
struct TraceBudget {
  private let limit: Int
  /// Bytes that the end of the file may take.
  private let ending: Int
  /// The most bytes of a change of each selected signal, without text.
  private let changeBytes: [Int]
  /// Bytes of a cycle's clock edges, at most.
  private let cycleBytes: [(period: UInt64, bytes: Int)]
  private let isBlockwise: Bool
  /// Whether what is in memory shrinks when it is written.
  private let isPacked: Bool
  var isExhausted = false

  init(limit: Int, layout: TraceLayout, writer: any WaveWriter, path: String) throws(WaveError) {
    self.limit = limit
    ending = writer.endingByteCount
    isBlockwise = WaveFormat(fileName: path) == .fst
    isPacked = WaveFormat(fileName: path) != .vcd
    let blockwise = isBlockwise
    changeBytes = layout.variables.map { variable in
      let shape = layout.hierarchy.signals[layout.hierarchy.variables[variable].signal]
      return blockwise ? 128 : (shape == .real ? 40 : shape.bitCount + 16)
    }
    cycleBytes = layout.clocks.filter { $0.display == .edges }.map {
      ($0.periodNumerator / $0.periodDenominator, blockwise ? 24 : 64)
    }
    let least = writer.byteCount + ending
    guard limit >= least else {
      throw WaveError(
        file: "--trace-budget \(limit)", kind: .usage,
        "\(layout.selection.count) signals take \(least) bytes before the first change; trace fewer, or allow \(ByteSize.text(least))"
      )
    }
  }

  /// Whether the changes at `time`, and the clock edges since `last`, may not fit any more.
  func isExceeded(
    by changes: Span<SignalChange>, _ texts: [String], at time: SimulationTime, after last: SimulationTime?,
    in writer: any WaveWriter
  ) -> Bool {
    var needed = 64
    for index in changes.indices { needed += changeBytes[Int(changes[index].signal)] }
    for text in texts { needed += 4 * text.utf8.count + 64 }
    let gap = last.map { $0 < time ? time.femtoseconds - $0.femtoseconds : 0 } ?? 0
    for clock in cycleBytes { needed = Self.sum(needed, Int(clamping: gap / max(clock.period, 1)), clock.bytes) }
    let used = writer.byteCount + ending
    return used > limit || needed > limit - used
  }

  private static func sum(_ base: Int, _ cycles: Int, _ bytes: Int) -> Int {
    let (product, overflows) = min(cycles, .max - 2).advanced(by: 2).multipliedReportingOverflow(by: bytes)
    let (sum, isTooLarge) = base.addingReportingOverflow(product)
    return overflows || isTooLarge ? .max : sum
  }

  /// Packs what a writer holds in memory, and says whether that was worth it.
  func makesRoom(in writer: any WaveWriter) throws -> Bool {
    guard isPacked else { return false }
    let before = writer.byteCount
    try writer.flush()
    return before - writer.byteCount > max(limit / 64, 256)
  }
}

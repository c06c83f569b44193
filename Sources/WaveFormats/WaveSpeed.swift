public import Signals

/// A synthetic trace for measuring how fast files are written and read: an array of `elements` PEs, all registers changing.
public struct WaveSpeed: Sendable {
  /// Layout of the trace: `act` (8 bits), `psum` (32 bits) and `valid` for each PE.
  public let layout: TraceLayout
  /// The changes of two alternating cycles.
  public let changes: [[SignalChange]]

  /// A trace of a square array of at most 64 x 64 PEs.
  public init(rows: Int, columns: Int) throws(WaveError) {
    let grid = Extent.grid(prefix: "pe", rows: min(max(rows, 1), 64), columns: min(max(columns, 1), 64))
    let signals = [("act", SignalFormat.signed(bits: 8)), ("psum", .signed(bits: 32)), ("valid", .bit)].map {
      SignalDeclaration(name: $0.0, meaning: "A register.", kind: .register, format: $0.1, extent: grid)
    }
    let catalog = SignalCatalog(blocks: [BlockDeclaration(scope: "array", columns: signals)])
    layout = try TraceLayout(
      catalog: catalog, selection: catalog.handles, clocks: [WaveClock(name: "clk", periodNumerator: 1_000_000)])
    let count = grid.count
    changes = (0..<64).map { cycle in
      (0..<3 * count).map { signal in
        var hash = UInt64(cycle * 3 * count + signal) &* 0x9e37_79b9_7f4a_7c15
        hash ^= hash >> 31
        let column = signal / count
        return SignalChange(
          signal: UInt32(signal),
          value: column == 0 ? hash & 0xff : column == 1 ? hash & 0xffff_ffff : UInt64(cycle & 1))
      }
    }
  }

  /// Records `cycles` cycles into a writer and ends it; returns the bytes written.
  public func write(_ writer: some WaveWriter, cycles: Int) throws -> Int {
    for cycle in 0..<cycles {
      let all = changes[cycle % changes.count]
      try writer.record(at: SimulationTime(femtoseconds: UInt64(cycle) * 1_000_000), changes: all.span, texts: [])
    }
    try writer.finish(at: SimulationTime(femtoseconds: UInt64(cycles) * 1_000_000))
    return writer.byteCount
  }

  /// Reads all of a source; returns the number of changes.
  public static func read(_ source: inout some WaveSource) throws(WaveError) -> Int {
    var step = WaveStep()
    var count = 0
    while try source.next(into: &step) { count += step.changes.count }
    return count
  }
}

import Signals

@testable import WaveFormats

/// A trace in which every register of an array changes in every cycle to a value that never repeats.
struct NoiseTrace {
  /// `act` (8 bits), `psum` (32 bits) and `valid` for each PE.
  let layout: TraceLayout
  private let count: Int

  init(rows: Int, columns: Int) throws {
    let grid = Extent.grid(prefix: "pe", rows: rows, columns: columns)
    let signals = [("act", SignalFormat.signed(bits: 8)), ("psum", .signed(bits: 32)), ("valid", .bit)].map {
      SignalDeclaration(name: $0.0, meaning: "A register.", kind: .register, format: $0.1, extent: grid)
    }
    let catalog = SignalCatalog(blocks: [BlockDeclaration(scope: "array", columns: signals)])
    layout = try TraceLayout(catalog: catalog, selection: catalog.handles, clocks: [WaveClockFixture.gigahertz])
    count = grid.count
  }

  private func changes(in cycle: Int) -> [SignalChange] {
    (0..<3 * count).map { signal in
      var hash = UInt64(cycle * 3 * count + signal) &* 0x9e37_79b9_7f4a_7c15
      hash = (hash ^ hash >> 32) &* 0xd6e8_feb8_6659_fd93
      hash ^= hash >> 32
      let column = signal / count
      return SignalChange(
        signal: UInt32(signal),
        value: column == 0 ? hash & 0xff : column == 1 ? hash & 0xffff_ffff : UInt64(cycle & 1))
    }
  }

  /// Records cycles and ends the file.
  func write(_ writer: some WaveWriter, cycles: Int) throws {
    for cycle in 0..<cycles {
      let changes = changes(in: cycle)
      try writer.record(at: SimulationTime(femtoseconds: UInt64(cycle) * 1_000_000), changes: changes.span, texts: [])
    }
    try writer.finish(at: SimulationTime(femtoseconds: UInt64(cycles) * 1_000_000))
  }
}

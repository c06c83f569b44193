import Signals

/// A machine made of one signal of every format, with an independent statement of each value in each cycle.
struct SampleMachine: ObservableMachine {
  enum Phase: UInt8, CaseIterable {
    case idle, load, mac, drain, done
  }

  static let phases = EnumTable(Phase.self, name: "phase_t")
  static let rows = 3
  static let columns = 12

  var cycle = 0

  var blocks: [BlockDeclaration] {
    let grid = Extent.grid(prefix: "pe", rows: Self.rows, columns: Self.columns)
    return [
      BlockDeclaration(
        scope: "control",
        columns: [
          declare("phase", .enumeration(Self.phases)), declare("fold", .unsigned(bits: 12)),
          declare("ratio", .real), declare("label", .text), declare("accepts", .event, .wire),
        ]),
      BlockDeclaration(
        scope: "array",
        columns: [
          declare("active", .mask(bits: 36), .wire), declare("valid", .bit, extent: grid),
          declare("act", .signed(bits: 8), extent: grid), declare("psum", .signed(bits: 32), extent: grid),
        ]),
      BlockDeclaration(
        scope: "memory.channel_0",
        columns: [
          declare("scale", .fixedPoint(bits: 16, fraction: 8)), declare("half", .bfloat16),
          declare("single", .float32), declare("address", .unsigned(bits: 64)),
        ]),
    ]
  }

  var aliases: [SignalAlias] {
    [SignalAlias(name: "memory.channel_0.port_phase", target: SignalHandle(block: 0, column: 0, element: 0))]
  }

  private func declare(
    _ name: String, _ format: SignalFormat, _ kind: SignalKind = .register, extent: Extent = .single
  ) -> SignalDeclaration {
    SignalDeclaration(name: name, meaning: "A test signal.", kind: kind, format: format, extent: extent)
  }

  /// The value of a signal in this cycle: a hash of its place and of the time that it last changed.
  func value(_ block: Int, _ column: Int, _ element: Int) -> UInt64 {
    let era = UInt64(cycle / (1 + (element + column) % 4))
    var hash = (era &+ 1) &* 0x9e37_79b9_7f4a_7c15
    hash ^= UInt64(block * 7919 + column * 104_729 + element) &* 0xbf58_476d_1ce4_e5b9
    return hash ^ (hash >> 29)
  }

  func read(block: Int, column: Int, into sampler: inout SignalSampler) {
    switch (block, column) {
    case (0, 0): sampler.take(count: 1) { _ in value(0, 0, 0) % 5 }
    case (0, 1): sampler.take(count: 1) { _ in value(0, 1, 0) & 0xfff }
    case (0, 2): sampler.take(Double(cycle) / 7)
    case (0, 3): sampler.take(count: 1, key: { _ in value(0, 3, 0) }, text: { _ in text })
    case (0, 4): sampler.take(count: 1) { _ in fires ? 1 : 0 }
    case (1, 0): sampler.take(count: 1) { _ in value(1, 0, 0) & 0xf_ffff_ffff }
    case (1, 1): sampler.take(count: 36) { value(1, 1, $0) & 1 }
    case (1, 2): sampler.take(count: 36) { value(1, 2, $0) & 0xff }
    case (1, 3): sampler.take(count: 36) { value(1, 3, $0) & 0xffff_ffff }
    case (2, 0), (2, 1): sampler.take(count: 1) { value(2, column, $0) & 0xffff }
    case (2, 2): sampler.take(count: 1) { value(2, 2, $0) & 0xffff_ffff }
    default: sampler.take(count: 1) { value(2, 3, $0) }
    }
  }

  /// The event, in two cycles of three, so that it occurs in consecutive cycles.
  var fires: Bool { cycle % 3 != 0 }

  /// A text with everything that must be escaped.
  var text: String { "ifmap c=\(value(0, 3, 0) % 97)\\h \"é\"" }
}

/// The clock of the sample machine: 1 GHz.
let sampleClock = WaveClockFixture.gigahertz

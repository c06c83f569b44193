import Simulation

/// What a 4 x 4 weight-stationary machine's array did, cycle by cycle: the stimuli that reached it, and all its registers.
struct ArrayRecording {
  static let size = 4
  /// Steps between a scratchpad's data and lane 0 of the edge.
  static let latency = 1

  /// What is seen in one cycle. Registers are named as the RTL names them.
  struct Cycle {
    var isEnabled = false
    /// The array row whose weights are presented, -1 if none.
    var loadRow = -1
    /// Words at the edges, lane by lane, and their valid bits.
    var west: [(word: UInt64, valid: UInt64)] = []
    var north: [(word: UInt64, valid: UInt64)] = []
    var registers: [String: UInt64] = [:]
  }

  private(set) var cycles: [Cycle] = []

  mutating func record(_ now: borrowing SignalWatcher) {
    var cycle = Cycle()
    cycle.isEnabled = now.bits("control.enable") == 1
    cycle.loadRow = Int(Int32(truncatingIfNeeded: now.bits("control.load_row")))
    for lane in 0..<Self.size {
      cycle.west.append((now.word("west.lane_\(lane).edge"), now.bits("west.lane_\(lane).edge_valid")))
      cycle.north.append((now.word("north.lane_\(lane).edge"), now.bits("north.lane_\(lane).edge_valid")))
      for stage in 0..<(Self.latency + lane) {
        for edge in ["west", "north"] {
          cycle.registers["\(edge)[\(lane)].lane.stage[\(stage)].value"] =
            now.word("\(edge).lane_\(lane)_stage_\(stage).register")
        }
      }
    }
    for row in 0..<Self.size {
      for column in 0..<Self.size {
        let scope = "array.pe_r\(row)_c\(column)"
        func register(_ name: String, _ value: UInt64) {
          cycle.registers["row[\(row)].column[\(column)].pe.\(name)"] = value
        }
        register("ifmap", now.word("\(scope).ifmap"))
        register("filter", now.word("\(scope).filter"))
        register("psum", now.bits("\(scope).psum") & 0xFFFF_FFFF)
        register("shifted", now.bits("\(scope).filter_shifted"))
        for name in ["ifmap_valid", "filter_valid", "mac_fire"] { register(name, now.bits("\(scope).\(name)")) }
      }
    }
    cycles.append(cycle)
  }

  /// The stimuli as lines for `$readmemh`: what was presented in each cycle, before the skew registers.
  ///
  /// A word that stands at the edge of lane l was presented `latency + l` enabled steps before.
  var stimuli: [String] {
    let steps = cycles.filter(\.isEnabled)
    var step = 0
    return cycles.map { cycle in
      guard cycle.isEnabled else { return Self.hexadecimal([(0, 139)]) }
      defer { step += 1 }
      func presented(_ lane: Int, _ edge: KeyPath<Cycle, [(word: UInt64, valid: UInt64)]>) -> (UInt64, UInt64) {
        let arrival = step + Self.latency + lane
        return arrival < steps.count ? steps[arrival][keyPath: edge][lane] : (0, 0)
      }
      let lanes = (0..<Self.size).reversed()
      let loads: UInt64 = cycle.loadRow >= 0 ? 1 : 0
      let fields: [(UInt64, Int)] =
        [(1, 1), (cycle.loadRow == 0 ? 1 : 0, 1), (loads, 1)]
        + lanes.map { (presented($0, \.north).1, 1) } + lanes.map { (presented($0, \.north).0, 16) }
        + lanes.map { (presented($0, \.west).1, 1) } + lanes.map { (presented($0, \.west).0, 16) }
      return Self.hexadecimal(fields)
    }
  }

  /// Bit fields, the first one highest, as hexadecimal digits.
  static func hexadecimal(_ fields: [(value: UInt64, bits: Int)]) -> String {
    var bits: [UInt8] = []
    for (value, count) in fields {
      for bit in (0..<count).reversed() { bits.append(bit < 64 ? UInt8(value >> UInt64(bit) & 1) : 0) }
    }
    bits = [UInt8](repeating: 0, count: (4 - bits.count % 4) % 4) + bits
    return stride(from: 0, to: bits.count, by: 4).map { start in
      String(bits[start..<start + 4].reduce(0) { $0 << 1 | Int($1) }, radix: 16)
    }.joined()
  }
}

extension SignalWatcher {
  /// The 16 bits of an operand register.
  func word(_ name: String) -> UInt64 { bits(name) & 0xFFFF }
}

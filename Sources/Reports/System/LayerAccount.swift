public import Mappings
public import Signals

/// What the run of one layer took, moved and cost on one machine: what the reports of all machines are made of.
public struct LayerAccount: Sendable {
  /// What the report calls it.
  public var name: String
  /// Operations: two a MAC, or one an operand where a layer has no MACs.
  public var operations: Int
  /// Cycles of the core clock.
  public var cycles: Int
  /// How long they took.
  public var seconds: Double
  /// PEs that stand still together where the array waits: those that its mapping uses.
  public var waitingPEs: Double
  /// Accesses of every level.
  public var accesses: AccessCounts
  /// Every counter of the machine's blocks, of this layer alone.
  public var counters: [CounterValue]

  /// An account by its parts.
  public init(
    _ name: String, operations: Int, cycles: Int, seconds: Double, waitingPEs: Double, accesses: AccessCounts,
    counters: [CounterValue]
  ) {
    (self.name, self.operations, self.cycles, self.seconds) = (name, operations, cycles, seconds)
    (self.waitingPEs, self.accesses, self.counters) = (waitingPEs, accesses, counters)
  }

  /// Off-chip bytes of one tensor.
  public struct TensorBytes: Sendable, Equatable {
    /// Which one: `ifmap`, `filter`.
    public var tensor: String
    /// What somebody wanted.
    public var useful = 0
    /// What of it this layer had moved before.
    public var refetched = 0
    /// What the bursts held.
    public var moved = 0

    /// What the bursts held and nobody wanted.
    public var padding: Int { moved - useful }
    /// Weights, activations or psums.
    public var kind: String {
      switch tensor {
      case "ifmap", "ofmap": "activations"
      case "psum": "psums"
      default: "weights"
      }
    }
  }

  /// Off-chip bytes by tensor; those that moved nothing are left out.
  public var tensors: [TensorBytes] {
    var tensors: [TensorBytes] = []
    for counter in counters where counter.scope.hasPrefix("memory.") {
      let tensor = String(counter.scope.dropFirst("memory.".count))
      let isNext = tensors.last?.tensor != tensor
      switch counter.name {
      case "useful_bytes": tensors.append(TensorBytes(tensor: tensor, useful: counter.value))
      case "refetched_bytes" where !isNext: tensors[tensors.count - 1].refetched = counter.value
      case "moved_bytes" where !isNext: tensors[tensors.count - 1].moved = counter.value
      default: break
      }
    }
    return tensors.filter { $0.moved > 0 }
  }

  /// Bytes over the memory's bus: whole bursts.
  public var movedBytes: Int { tensors.reduce(0) { $0 + $1.moved } }
  /// Bytes over the chip's port: whole requests.
  public var portBytes: Int {
    counters.reduce(0) {
      $0 + ($1.scope == "memory" && ["read_bytes", "written_bytes"].contains($1.name) ? $1.value : 0)
    }
  }

  /// What RD and WR found in their banks, over all channels; nil without a DRAM.
  public var rows: (hits: Int, misses: Int, conflicts: Int)? {
    func sum(_ name: String) -> Int? {
      let values = counters.filter { $0.name == name }.map(\.value)
      return values.isEmpty ? nil : values.reduce(0, +)
    }
    guard let hits = sum("dram_row_hits"), let misses = sum("dram_row_misses"),
      let conflicts = sum("dram_row_conflicts")
    else { return nil }
    return (hits, misses, conflicts)
  }

  /// What keeps a machine waiting, with the cycles that the whole array, or the vector unit alone, stood still for it.
  public var waits: [(cause: String, cycles: Double)] {
    let prefixes = [("stalled_pe_cycles_", max(1, waitingPEs)), ("stalled_vector_cycles_", 1)]
    var waits: [(cause: String, cycles: Double)] = []
    for (prefix, scale) in prefixes {
      for counter in counters where counter.name.hasPrefix(prefix) {
        let cause = String(counter.name.dropFirst(prefix.count))
        if let place = waits.firstIndex(where: { $0.cause == cause }) {
          waits[place].cycles += Double(counter.value) / scale
        } else {
          waits.append((cause, Double(counter.value) / scale))
        }
      }
    }
    return waits
  }

  /// Cycles that went to no wait: MACs, filling, draining, idle PEs, vectors.
  public var workingCycles: Double { waits.reduce(Double(cycles)) { $0 - $1.cycles } }
}

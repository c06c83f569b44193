internal import Compute
internal import Mappings
internal import Memory
public import Signals

/// Where the three reads and the one write of every MAC are served.
///
/// Each of the four adds up to `macs`. Nothing is served from off chip: tiles come through the scratchpads
/// (`ifmap_spad.written_bytes`, `filter_spad.written_bytes`, `transfer_engine.stored_bytes` count those bytes).
public struct OperandSources: Sendable, Codable, Equatable, CounterSet {
  /// Reads of one operand, by source.
  public struct Reads: Sendable, Codable, Equatable {
    /// From the PE's own register, where the operand stays.
    public var ownRegister = 0
    /// From the register of a neighbouring PE.
    public var neighbour = 0
    /// From the scratchpad, through the array's edge.
    public var scratchpad = 0
    /// Zeros: of the padding (ifmap), or before the first product (psum).
    public var zero = 0

    /// Reads by their sources.
    public init(ownRegister: Int = 0, neighbour: Int = 0, scratchpad: Int = 0, zero: Int = 0) {
      self.ownRegister = ownRegister
      self.neighbour = neighbour
      self.scratchpad = scratchpad
      self.zero = zero
    }

    /// All of them.
    public var total: Int { ownRegister + neighbour + scratchpad + zero }
  }

  /// Ifmap operands.
  public var ifmap = Reads()
  /// Weights.
  public var filter = Reads()
  /// Psums that a MAC adds to.
  public var psum = Reads()
  /// Psums that a MAC has written and that its own PE reads next.
  public var psumWritesToOwnRegister = 0
  /// Psums that a MAC has written and that a neighbouring PE reads next.
  public var psumWritesToNeighbour = 0
  /// Psums that a MAC has written and that leave for the accumulator.
  public var psumWritesToAccumulator = 0

  /// All of them.
  public var psumWrites: Int { psumWritesToOwnRegister + psumWritesToNeighbour + psumWritesToAccumulator }

  /// What each of them counts.
  public static let definitions: [CounterDefinition<OperandSources>] =
    reads("ifmap", zero: "are zeros of the padding", \.ifmap) + reads("filter", zero: "are constants", \.filter)
    + reads("psum", zero: "start at zero: the first product of a fold's sum", \.psum) + [
      .init("psum_writes_to_own_register", unit: "accesses", "Psums of MACs that stay in their PE.") {
        $0.psumWritesToOwnRegister
      },
      .init("psum_writes_to_neighbour_pe", unit: "accesses", "Psums of MACs that the next PE adds to.") {
        $0.psumWritesToNeighbour
      },
      .init("psum_writes_to_accumulator", unit: "accesses", "Psums of MACs that leave the array: a fold's sums.") {
        $0.psumWritesToAccumulator
      },
    ]

  private static func reads(
    _ operand: String, zero: String, _ path: any KeyPath<OperandSources, Reads> & Sendable
  ) -> [CounterDefinition<OperandSources>] {
    [
      .init("\(operand)_reads_from_own_register", unit: "accesses", "MACs whose \(operand) stays in their PE.") {
        $0[keyPath: path].ownRegister
      },
      .init("\(operand)_reads_from_neighbour_pe", unit: "accesses", "MACs whose \(operand) comes from the PE beside.") {
        $0[keyPath: path].neighbour
      },
      .init(
        "\(operand)_reads_from_scratchpad", unit: "accesses", "MACs at the edge whose \(operand) the scratchpad gives."
      ) {
        $0[keyPath: path].scratchpad
      },
      .init("\(operand)_reads_of_zeros", unit: "accesses", "MACs whose \(operand)s \(zero), read nowhere.") {
        $0[keyPath: path].zero
      },
    ]
  }

  /// Nothing served yet.
  public init() {}
}

extension SystolicMachine {
  /// Where the operands of all MACs since the machine was built were served.
  ///
  /// A vector's operand meets its first MAC at the array's edge and moves on from there; what a fold adds to the accumulator
  /// began with a product that was added to nothing. So the sources follow from reads, additions and MACs that were counted
  /// where they happened.
  public var operandSources: OperandSources {
    var sources = OperandSources()
    let macs = counters.macs
    let sums = accumulator.counters.additions
    let ifmapReads = ifmapSpad.counters
    func streams(zeros: Int, reads: Int) -> OperandSources.Reads {
      .init(neighbour: macs - zeros - reads, scratchpad: reads, zero: zeros)
    }
    let streamedIfmap = streams(zeros: ifmapReads.paddingReads, reads: ifmapReads.reads)
    let streamedFilter = streams(zeros: 0, reads: filterSpad.counters.reads)
    let stays = OperandSources.Reads(ownRegister: macs)
    sources.ifmap = spec.dataflow == .inputStationary ? stays : streamedIfmap
    sources.filter = spec.dataflow == .weightStationary ? stays : streamedFilter
    if spec.dataflow == .outputStationary {
      sources.psum = .init(ownRegister: macs - sums, zero: sums)
      sources.psumWritesToOwnRegister = macs - sums
    } else {
      sources.psum = .init(neighbour: macs - sums, zero: sums)
      sources.psumWritesToNeighbour = macs - sums
    }
    sources.psumWritesToAccumulator = sums
    return sources
  }
}

import Memory
import Signals

/// Why PEs stand still while a layer runs: the root of every PE-cycle labelled `wait`, down to the DRAM command.
public enum StallCause: UInt8, CaseIterable, Sendable, Codable {
  /// Operands are on their way from scratchpad to edge, or the last psums leave the feet.
  case latency
  /// A bank of a scratchpad serves one word after another.
  case bankConflict
  /// Words are on their way through the multicast networks or up a chain of PEs.
  case network
  /// The scan chain shifts a layer's configuration in.
  case configuration
  /// The tile's load was not queued yet: both halves of its scratchpad are in use, or the queue of loads is full.
  case prefetch
  /// The port sends a request a cycle and has not sent them all, or answers are being unpacked.
  case transfer
  /// Requests or answers are in the links and synchronisers between core and memory.
  case crossing
  /// A request waits for a place in a queue of the DRAM controller, or for its turn.
  case queue
  /// REF.
  case refresh
  /// PRE.
  case precharge
  /// ACT.
  case activate
  /// RD or WR waits for the command bus or the data bus: bandwidth.
  case bus
  /// CL and the burst; the latency of an ideal memory.
  case data
  /// Psums have to be stored before the accumulator takes more, or before the layer ends.
  case store

  /// The cause of waiting for a tile, from what the memory's oldest request waits for.
  init(_ wait: MemoryWait) {
    self =
      switch wait {
      case .none: .transfer
      case .crossing: .crossing
      case .queue: .queue
      case .refresh: .refresh
      case .precharge: .precharge
      case .activate: .activate
      case .bus: .bus
      case .data: .data
      }
  }
}

/// PE-cycles of stalls by cause.
public struct StallCounts: Sendable, Codable, Equatable {
  private var counts = SIMD16<Int>(repeating: 0)

  /// All zero.
  public init() {}

  /// PE-cycles of one cause.
  public subscript(cause: StallCause) -> Int {
    get { counts[Int(cause.rawValue)] }
    set { counts[Int(cause.rawValue)] = newValue }
  }

  /// PE-cycles of all causes: those labelled waitIfmap, waitFilter, waitPsum and waitOutput.
  public var total: Int { counts.wrappedSum() }

  /// A counter for each cause, of a set of counters that holds these.
  static func definitions<Counters>(
    _ stalls: @escaping @Sendable (Counters) -> StallCounts
  ) -> [CounterDefinition<Counters>] {
    StallCause.allCases.map { cause in
      CounterDefinition(
        "stalled_pe_cycles_\(cause)", unit: "PE-cycles",
        "PE-cycles of waiting whose root is \(cause). All causes sum to the PE-cycles labelled wait."
      ) { stalls($0)[cause] }
    }
  }
}

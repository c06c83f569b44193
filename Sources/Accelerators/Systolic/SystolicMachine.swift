public import Compute
import Mappings
public import Memory
public import Simulation
import Tensors

/// A systolic machine: weight, input or output stationary.
///
/// ```
///                    prefetcher                 fold sequencer
///                        | tiles                    | vectors
///   memory <-> transfer engine -> filter spad -> skew (north)
///                |         |                        |
///                |         +----> ifmap spad -> skew (west) -> [ PE array ]
///                |                                                  | psums
///                +<-- bytes -- vector unit <-- psums --------- accumulator
///                +------------------ psums ----------------------<-+
/// ```
///
/// Its stored properties are its bill of materials; `Step` is its block diagram.
public struct SystolicMachine: Machine, Sendable, Codable {
  /// The blocks that act at a clock edge. They see each other's committed state only, so their order does not matter.
  public enum Step: CaseIterable, Hashable, Sendable {
    /// Queues loads in the order of first use, and stores of finished psums.
    case prefetch
    /// Sends requests, takes answers.
    case transfer
    /// Answers requests, on the core's clock.
    case memory
    /// Answers requests, on the memory's own clock.
    case clockedMemory
    /// Reads psums or operands, requantises, pools, adds, and packs the results for the port.
    case vector
    /// Fold sequencer, scratchpad reads, skew, PEs and accumulator: one clock enable freezes them together.
    case array
  }

  /// What the machine was built as.
  public let spec: SystolicSpec
  /// Of it what every cycle asks for: steps from scratchpad to edge, and whether the memory has a clock of its own.
  let edgeLatency: Int
  let hasMemoryClock: Bool
  /// The layer it runs, if any.
  public internal(set) var layer: PlacedLayer?
  /// Whether its psums go off chip as they are.
  var storesPsums = false
  /// Layers begun since the machine was built.
  var layersBegun = 0

  var prefetcher = TilePrefetcher()
  /// Moves tiles.
  public internal(set) var transfers: TransferEngine
  var requests: Link<MemoryRequest>
  var responses: Link<MemoryBeat>
  /// Holds the tensors.
  public var memory: OffChipMemory

  /// Feeds one edge of the array with ifmap elements.
  public internal(set) var ifmapSpad: OperandScratchpad
  /// Feeds the other edge with weights.
  public internal(set) var filterSpad: OperandScratchpad
  var folds: FoldSequencer
  /// What stays as it is while a fold streams or loads.
  var streamed = StreamedFold()
  var loaded = LoadedFold()
  var west: SkewBuffer
  var north: SkewBuffer
  /// The PEs: one of the two, by dataflow.
  var stationaryArray: StationaryArray?
  var outputStationaryArray: OutputStationaryArray?
  var psumSchedule: PsumSchedule
  /// Adds psums of successive folds.
  public internal(set) var accumulator: PsumAccumulator
  /// The vector unit, its buffer and its control.
  public internal(set) var vector: VectorPath

  /// What array and control counted.
  public internal(set) var counters = SystolicCounters()
  var waves = WaveTracker()

  // Wires of the array step, and committed copies that other blocks see.
  var isEnabled = false
  var wasFrozen = false
  var conflictCycles = 0
  var conflictLabel = PECycleLabel.waitIfmap
  /// MACs that fire in this step, and those of them with two operands other than zero.
  var fires = 0
  var nonzeroFires = 0
  var issue = FoldSequencer.Issue()
  var delivery: TransferEngine.Delivery?

  /// A machine at rest.
  public init(_ spec: SystolicSpec) {
    self.spec = spec
    edgeLatency = spec.edgeLatency
    hasMemoryClock = spec.memory.clock != nil
    transfers = TransferEngine(portBytes: spec.memory.portBytes, buffers: LoadBuffer.allCases.count)
    let (capacity, stages) = (spec.memory.linkCapacity, spec.memory.linkStages)
    requests = Link(capacity: capacity, synchroniserStages: stages, filler: .empty)
    responses = Link(capacity: capacity, synchroniserStages: stages, filler: MemoryBeat(repeating: 0))
    memory = OffChipMemory(spec.memory)
    let ifmapIsWest = spec.dataflow != .inputStationary
    let format: OperandFormat = spec.arithmetic == .bfloat16 ? .bfloat16 : .int8
    ifmapSpad = OperandScratchpad(spec.ifmapSpad, lanes: ifmapIsWest ? spec.rows : spec.columns, format: format)
    filterSpad = OperandScratchpad(spec.filterSpad, lanes: ifmapIsWest ? spec.columns : spec.rows, format: format)
    folds = FoldSequencer(spec)
    west = SkewBuffer(lanes: spec.rows, latency: spec.edgeLatency)
    north = SkewBuffer(lanes: spec.columns, latency: spec.edgeLatency)
    stationaryArray = spec.stationaryArray
    outputStationaryArray = spec.outputStationaryArray
    psumSchedule = PsumSchedule(timing: spec.timing, edgeLatency: spec.edgeLatency)
    accumulator = PsumAccumulator(
      columns: spec.columns, bytes: spec.accumulatorBytes, halves: spec.accumulatorHalves, biasBytes: spec.biasBytes,
      arithmetic: spec.arithmetic)
    vector = VectorPath(spec.vector, portBytes: spec.memory.portBytes)
  }

  // MARK: Machine

  /// The core's clock, and the memory's if it has one of its own.
  public var clockDomains: [ClockDomain] { [spec.clock] + (spec.memory.clock.map { [$0] } ?? []) }

  /// Every step runs on the core's clock but that of a memory with a clock of its own.
  public static func clockDomain(of step: Step) -> Int { step == .clockedMemory ? 1 : 0 }

  /// Evaluates one block for one cycle.
  public mutating func evaluate(_ step: Step, cycle: Int) {
    switch step {
    case .prefetch: evaluatePrefetcher()
    case .transfer:
      guard transfers.isAwake || vector.packed.hasFront else { return }
      let storedBytes = transfers.counters.storedBytes
      delivery = transfers.evaluate(
        requests: &requests, responses: &responses, packed: &vector.packed, psums: accumulator.storage)
      if storesPsums { accumulator.countStoreReads((transfers.counters.storedBytes - storedBytes) / 4) }
    case .memory:
      if !hasMemoryClock { memory.evaluate(requests: &requests, responses: &responses, cycle: cycle) }
    case .clockedMemory:
      memory.evaluate(requests: &requests, responses: &responses, cycle: cycle)
    case .vector:
      guard !vector.isAsleep else { return }
      bookVectorWait(cycles: 1)
      vector.evaluate(psums: accumulator.storage, transfers: &transfers)
      accumulator.countStoreReads(vector.sequencer.psumsRead)
    case .array:
      evaluateArray()
    }
  }

  /// The clock edge of every block and link of the given domains.
  public mutating func commit(_ edges: ClockEdges) {
    let hasCore = edges.contains(domain: 0)
    let hasMemory = edges.contains(domain: memoryDomain)
    if hasCore {
      commitArray()
      commitDelivery()
      transfers.commit()
      vector.commit()
    }
    if hasMemory { memory.commit() }
    requests.commit(sender: hasCore, receiver: hasMemory)
    responses.commit(sender: hasMemory, receiver: hasCore)
  }

  /// The domain whose clock the memory runs on.
  var memoryDomain: Int { hasMemoryClock ? 1 : 0 }

  private mutating func evaluatePrefetcher() {
    guard layer != nil else { return }
    if let reason = prefetcher.wait(prefetchView) {
      prefetcher.state = reason
    } else if let layer {
      prefetcher.evaluate(layer, prefetchView, engine: &transfers, vector: &vector)
    }
  }

  /// The clock edge of a delivery: bytes become visible in the buffer they are for.
  private mutating func commitDelivery() {
    guard let delivery else { return }
    self.delivery = nil
    switch LoadBuffer(rawValue: delivery.buffer)! {
    case .ifmap:
      ifmapSpad.commitWrite(delivery.beat, first: delivery.first, count: delivery.count, at: delivery.address)
    case .filter:
      filterSpad.commitWrite(delivery.beat, first: delivery.first, count: delivery.count, at: delivery.address)
    case .bias:
      for byte in 0..<delivery.count {
        accumulator.writeBiasByte(delivery.beat[delivery.first + byte], at: delivery.address + byte)
      }
    case .vectorParameters:
      for byte in 0..<delivery.count {
        vector.unit.writeParameter(delivery.beat[delivery.first + byte], at: delivery.address + byte)
      }
    case .vectorOperands:
      vector.buffer.commitWrite(delivery.beat, first: delivery.first, count: delivery.count, at: delivery.address)
    }
  }

  /// Asleep while only the memory works, waiting when nothing is under way.
  public mutating func activity(of domain: Int, after cycle: Int) -> Activity {
    guard hasMemoryClock else {
      let core = coreActivity()
      guard core != .busy else { return .busy }
      return core.sooner(memory.activity(requests: requests, responses: responses, after: cycle))
    }
    return domain == 0 ? coreActivity() : memoryActivity(after: cycle)
  }

  private mutating func coreActivity() -> Activity {
    if isArrayBusy || requests.senderIsSettling || responses.receiverIsSettling { return .busy }
    if layer != nil, prefetcher.wait(prefetchView) == nil { return .busy }
    if !vector.isAsleep, vector.isBusy(transfers) { return .busy }
    return transfers.activity(requests: requests, responses: responses, packed: vector.packed)
  }

  /// A DRAM that nobody asks anything refreshes on, but not for a core that waits for nothing that could still come.
  private mutating func memoryActivity(after cycle: Int) -> Activity {
    if requests.receiverIsSettling || responses.senderIsSettling { return .busy }
    let isIdle = requests.isQuiescent && responses.isQuiescent && memory.isQuiescent
    if isIdle, coreActivity() == .waiting { return .waiting }
    return memory.activity(requests: requests, responses: responses, after: cycle)
  }

  /// Labels skipped cycles by what the array waits for.
  public mutating func credit(skipped cycles: Int, domain: Int) {
    guard domain == 0 else { return }
    counters.cycles += cycles
    if layer == nil {
      counters.labels[.idle] += cycles * spec.peCount
    } else {
      bookWait(folds.issue(readiness).hold, cycles: cycles)
    }
    bookVectorWait(cycles: cycles)
    vector.credit(skipped: cycles)
    transfers.credit(skipped: cycles, requests: requests, packed: vector.packed)
  }

  /// Every fold has left, every psum is stored, nothing is under way.
  public var isQuiescent: Bool {
    mutating get {
      folds.isFinished && prefetcher.isFinished && !isArrayBusy && transfers.isQuiescent
        && vector.isQuiescent && memory.isQuiescent && requests.isQuiescent && responses.isQuiescent
    }
  }

  /// What the sequencer, the prefetcher and the transfer engine wait for.
  public var waits: [Wait] {
    var waits: [Wait] = []
    if !folds.isFinished {
      var folds = folds
      waits.append(Wait(block: "fold_sequencer", cause: "\(folds.issue(readiness).hold)"))
    }
    if !prefetcher.isFinished { waits.append(Wait(block: "prefetcher", cause: "\(prefetcher.state)")) }
    if !vector.isQuiescent { waits.append(Wait(block: "vector_unit", cause: "operands or room for results")) }
    waits += [transfers.pendingWait, memory.pendingWait].compactMap { $0 }
    return waits
  }

  /// What the prefetcher sees: committed state.
  private var prefetchView: TilePrefetcher.View {
    TilePrefetcher.View(
      inUse: folds.tilesInUse, halves: .init(ifmap: spec.ifmapSpad.halves, filter: spec.filterSpad.halves),
      completedPsumTiles: accumulator.completedTiles, canQueueLoad: transfers.canQueueLoad,
      canQueueStore: storesPsums ? transfers.canQueueStore : vector.canQueue)
  }

  /// What the fold sequencer sees: committed state.
  var readiness: FoldSequencer.Readiness {
    // Biases are loaded first and answers come in order, so tile 0 is never there before them.
    FoldSequencer.Readiness(
      ifmapTiles: transfers.loadedTiles[LoadBuffer.ifmap.rawValue],
      filterTiles: transfers.loadedTiles[LoadBuffer.filter.rawValue],
      storedPsumTiles: transfers.storedTiles)
  }
}

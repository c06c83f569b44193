import Compute
import Mappings
import Memory
public import Signals
import Simulation
import Workloads

/// What the array is about, as one word.
enum ArrayPhase: UInt8, CaseIterable, Sendable {
  /// Nothing to do, or held: `hold` says by what.
  case idle
  /// Operands are on their way from scratchpad to edge, or the last psums into the accumulator.
  case latency
  /// A stationary operand shifts in.
  case load
  /// Vectors stand at the edge.
  case stream
  /// Vectors of one fold stand at the edge while the next one's stationary operand shifts in.
  case loadAndStream
  /// The last vector has entered; psums still leave.
  case drain
  /// A bank conflict freezes the array.
  case frozen
}

extension SystolicMachine: ObservableMachine {
  /// The blocks in data-path order.
  private enum Block: Int, CaseIterable {
    case control, prefetcher, transfers, sentRequests, requests, memory, sentResponses, responses, ifmapSpad,
      filterSpad, west, north, array,
      annotations
    case accumulator, vectorSequencer, vectorUnit, vectorResults, storePacker, packedStores
  }

  /// The blocks in data-path order.
  public var blocks: [BlockDeclaration] {
    fixedBlocks + memory.channelBlocks(clockDomain: memoryDomain)
  }

  private var fixedBlocks: [BlockDeclaration] {
    Block.allCases.map { block in
      switch block {
      case .control: declare("control", Self.controlColumns, self)
      case .prefetcher: declare("prefetcher", TilePrefetcher.columns, prefetcher)
      case .transfers: declare("transfer_engine", TransferEngine.columns, transfers)
      case .sentRequests: declare("memory_port.request", MemoryPortSignals.sentRequests, requests)
      case .requests: declare("memory_port.request", MemoryPortSignals.requests, requests, clockDomain: memoryDomain)
      case .memory: BlockDeclaration(scope: "memory", columns: memory.declarations, clockDomain: memoryDomain)
      case .sentResponses:
        declare("memory_port.response", MemoryPortSignals.sentResponses, responses, clockDomain: memoryDomain)
      case .responses: declare("memory_port.response", MemoryPortSignals.responses, responses)
      case .ifmapSpad: declare("ifmap_spad", OperandScratchpad.columns, ifmapSpad)
      case .filterSpad: declare("filter_spad", OperandScratchpad.columns, filterSpad)
      case .west: declare("west", SkewBuffer.columns, west)
      case .north: declare("north", SkewBuffer.columns, north)
      case .array: arrayDeclaration
      case .annotations: declare("array", Self.annotations, self)
      case .accumulator: declare("accumulator", PsumAccumulator.columns, accumulator)
      case .vectorSequencer: declare("vector.sequencer", VectorSequencer.columns, vector.sequencer)
      case .vectorUnit: declare("vector.unit", VectorUnit.columns, vector.unit)
      case .vectorResults: declare("vector.results", VectorResultSignals.columns, vector.results)
      case .storePacker: declare("vector.packer", StorePacker.columns, vector.packer)
      case .packedStores: declare("vector.stores", MemoryPortSignals.packedStores, vector.packed)
      }
    }
  }

  /// Hands the current values of one column to the sampler.
  public mutating func read(block: Int, column: Int, into sampler: inout SignalSampler) {
    guard let fixed = Block(rawValue: block) else {
      memory.read(channel: block - Block.allCases.count, column: column, into: &sampler)
      return
    }
    switch fixed {
    case .control: Self.controlColumns[column].read(&self, &sampler)
    case .prefetcher: prefetcher.read(column: column, into: &sampler)
    case .transfers: transfers.read(column: column, into: &sampler)
    case .sentRequests: MemoryPortSignals.sentRequests[column].read(&requests, &sampler)
    case .requests: MemoryPortSignals.requests[column].read(&requests, &sampler)
    case .memory: memory.read(column: column, into: &sampler)
    case .sentResponses: MemoryPortSignals.sentResponses[column].read(&responses, &sampler)
    case .responses: MemoryPortSignals.responses[column].read(&responses, &sampler)
    case .ifmapSpad: ifmapSpad.read(column: column, into: &sampler)
    case .filterSpad: filterSpad.read(column: column, into: &sampler)
    case .west: west.read(column: column, into: &sampler)
    case .north: north.read(column: column, into: &sampler)
    case .array:
      stationaryArray?.read(column: column, into: &sampler)
      outputStationaryArray?.read(column: column, into: &sampler)
    case .annotations: Self.annotations[column].read(&self, &sampler)
    case .accumulator: accumulator.read(column: column, into: &sampler)
    case .vectorSequencer: vector.sequencer.read(column: column, into: &sampler)
    case .vectorUnit: vector.unit.read(column: column, into: &sampler)
    case .vectorResults: VectorResultSignals.columns[column].read(&vector.results, &sampler)
    case .storePacker: vector.packer.read(column: column, into: &sampler)
    case .packedStores: MemoryPortSignals.packedStores[column].read(&vector.packed, &sampler)
    }
  }

  private var arrayDeclaration: BlockDeclaration {
    if let outputStationaryArray { return declare("array", OutputStationaryArray.columns, outputStationaryArray) }
    return BlockDeclaration(scope: "array", columns: stationaryArray?.declarations ?? [])
  }
}

// MARK: - Control

extension SystolicMachine {
  /// Layer, fold, phase and loop indices, and what the array waits for.
  static let controlColumns: [SignalColumn<SystolicMachine>] = [
    SignalColumn("layer", "The layer that runs.", kind: .annotation, .text) { machine, sampler in
      sampler.take(count: 1) { _ in
        UInt64(machine.layersBegun)
      } text: { _ in
        machine.layer?.schedule.layer.name ?? machine.vector.streams.layer?.name ?? "-"
      }
    },
    SignalColumn(
      "phase", "What the array is about.", kind: .wire, .enumeration(EnumTable(ArrayPhase.self, name: "array_phase_t"))
    ) {
      $1.take($0.phase())
    },
    SignalColumn(
      "hold", "Why no vector enters in this cycle.", kind: .wire,
      .enumeration(EnumTable(FoldHold.self, name: "fold_hold_t"))
    ) {
      $1.take($0.issue.hold)
    },
    SignalColumn("enable", "The array takes a step at the end of this cycle.", kind: .wire, .bit) {
      $1.take($0.isEnabled)
    },
    SignalColumn("fold", "The fold whose vectors entered last; -1 before the first.", kind: .wire, .signed(bits: 32)) {
      $1.take($0.ofNewestFold { $0.index })
    },
    SignalColumn("group", "Its group.", kind: .wire, .signed(bits: 32)) { $1.take($0.ofNewestFold { $0.group }) },
    SignalColumn("first_position", "Its first ofmap position m.", kind: .wire, .signed(bits: 32)) {
      $1.take($0.ofNewestFold { $0.m.lowerBound })
    },
    SignalColumn("first_product", "Its first product k.", kind: .wire, .signed(bits: 32)) {
      $1.take($0.ofNewestFold { $0.k.lowerBound })
    },
    SignalColumn("first_filter", "Its first filter n within the group.", kind: .wire, .signed(bits: 32)) {
      $1.take($0.ofNewestFold { $0.n.lowerBound })
    },
    SignalColumn(
      "vector", "The vector that is read for the edge in this cycle; -1 if none.", kind: .wire, .signed(bits: 32)
    ) {
      $1.take($0.isEnabled ? $0.issue.vector : -1)
    },
    SignalColumn(
      "load_row", "The array row whose stationary operand is read in this cycle; -1 if none.", kind: .wire,
      .signed(bits: 32)
    ) { $1.take($0.isEnabled ? $0.issue.loadRow : -1) },
    SignalColumn("macs", "MACs that fire in this cycle: utilisation in PEs.", kind: .wire, .unsigned(bits: 21)) {
      $1.take($0.isEnabled ? $0.fires : 0)
    },
  ]

  /// A number of the fold whose vectors entered last; -1 before the first.
  private mutating func ofNewestFold(_ number: (Fold) -> Int) -> Int {
    // By its place, because a wave that is handed out is copied.
    if let place = waves.waves.lastIndex(where: { $0.start <= edgeStep }) { return number(waves.waves[place].fold) }
    return waves.pastWaves.last.map { number($0.fold) } ?? -1
  }

  private mutating func phase() -> ArrayPhase {
    if wasFrozen { return .frozen }
    guard isEnabled else { return .idle }
    let loads = waves.loads.contains { $0.start <= edgeStep && edgeStep < $0.end }
    let entered = waves.entered(by: edgeStep)
    let streams = entered.contains { edgeStep < $0.start + $0.vectors }
    if loads { return streams ? .loadAndStream : .load }
    if streams { return .stream }
    return entered.isEmpty ? .latency : .drain
  }
}

extension TilePrefetcher: Observable {
  static let columns: [SignalColumn<TilePrefetcher>] = [
    SignalColumn(
      "state", "What it does in this cycle.", kind: .wire, .enumeration(EnumTable(State.self, name: "prefetch_state_t"))
    ) {
      $1.take($0.state)
    },
    SignalColumn("ifmap_tiles", "Ifmap tiles requested so far.", kind: .wire, .unsigned(bits: 32)) {
      $1.take($0.requestedIfmapTiles)
    },
    SignalColumn("filter_tiles", "Filter tiles requested so far.", kind: .wire, .unsigned(bits: 32)) {
      $1.take($0.requestedFilterTiles)
    },
  ]
}

import Compute
import Interconnect
import Mappings
import Memory
public import Signals
import Simulation
import Workloads

extension RowStationaryMachine: ObservableMachine {
  /// The blocks in data-path order.
  private enum Block: Int, CaseIterable {
    case control, link, sentRequests, requests, memory, sentResponses, responses, decoder, filterBuffer, glb
    case filterNetwork, filterElement, ifmapNetwork, ifmapElement, psumNetwork, psumElement, array, registerElements
    case output
    case transfers, vectorSequencer, vectorUnit, vectorResults, storePacker, packedStores
  }

  private static let phases = EnumTable(RowStationaryPhase.self, name: "control_phase_t")

  private static let controlColumns: [SignalColumn<RowStationaryMachine>] = [
    SignalColumn("layer", "The layer that runs.", kind: .annotation, .text) { machine, sampler in
      sampler.take(count: 1) { _ in
        UInt64(machine.layersBegun)
      } text: { _ in
        machine.program?.schedule.mapping.layer.name ?? machine.vectorSide.path.streams.layer?.name ?? "-"
      }
    },
    SignalColumn("phase", "What the chip is about.", .enumeration(phases)) { $1.take($0.control.phase) },
    SignalColumn("tile", "Psum tile of the layer.", .unsigned(bits: 24)) { $1.take($0.control.tileIndex) },
    SignalColumn("channel_step", "Channel step of the tile.", .unsigned(bits: 16)) { $1.take($0.control.step) },
    SignalColumn("pass", "Pass whose ifmap words are on the bus.", .unsigned(bits: 16)) {
      $1.take($0.ifmapReader.pass ?? 0)
    },
    SignalColumn(
      "pass_of_layer", "The same, counted over all tiles of the layer; -1 while none is processed.", kind: .wire,
      .signed(bits: 32)
    ) { $1.take($0.passOfLayer) },
    SignalColumn("filter_tile", "Tile whose filters are ordered next.", .unsigned(bits: 24)) {
      $1.take($0.control.filterTile)
    },
  ]

  /// Beside the PEs' own registers.
  private static let arrayAnnotations =
    registerElements + [
      SignalColumn(
        "commonest_label", "What most of the PEs that have work do in this cycle, or wait for.", kind: .annotation,
        .enumeration(PECycleLabel.table)
      ) { machine, sampler in
        var counts = PECycleCounts()
        for number in 0..<machine.spec.peCount { counts[machine.array.label(of: number)] += 1 }
        let present = PECycleLabel.allCases.filter { $0 != .idle && counts[$0] > 0 }
        sampler.take(present.max { counts[$0] < counts[$1] } ?? .idle)
      }
    ]

  private static let linkColumns: [SignalColumn<RowStationaryMachine>] = [
    SignalColumn("scan_bits", "Bits of the scan chain that are in.", .unsigned(bits: 16)) {
      $1.take($0.scanChain.shifted)
    },
    SignalColumn("reads_in_flight", "Words asked for and not there yet.", .unsigned(bits: 8)) {
      $1.take($0.port.readsInFlight)
    },
    SignalColumn("ifmap_fifo_words", "Words in the FIFO to the decoder.", .unsigned(bits: 12)) {
      $1.take($0.channels.ifmapWords.count)
    },
    SignalColumn("filter_fifo_words", "Words in the FIFO to the filter banks.", .unsigned(bits: 12)) {
      $1.take($0.channels.filterWords.count)
    },
    SignalColumn("ofmap_fifo_words", "Words in the FIFO from the coder.", .unsigned(bits: 12)) {
      $1.take($0.channels.ofmapWords.count)
    },
  ]

  private static let decoderColumns: [SignalColumn<RowStationaryMachine>] = [
    SignalColumn("lines_left", "Lines of the stream that are still to come.", .unsigned(bits: 24)) {
      $1.take($0.decoder.linesLeft)
    },
    SignalColumn("buffered", "Elements in the line register.", .unsigned(bits: 4)) {
      $1.take($0.decoder.bufferedElements)
    },
    SignalColumn("line_fire", "A line enters the ifmap banks.", kind: .wire, .bit) { $1.take($0.decodedLine != nil) },
  ]

  private static let outputColumns: [SignalColumn<RowStationaryMachine>] = [
    SignalColumn("fire", "A flit leaves the top of a chain.", kind: .wire, .event) { $1.take($0.psumWriter.takes) },
    SignalColumn("chain", "The chain whose flit is next.", .unsigned(bits: 16)) {
      $1.take($0.psumWriter.coming.chain)
    },
    SignalColumn("line", "Line of the psum banks that the flit goes to.", .unsigned(bits: 24)) {
      $1.take($0.psumWriter.coming.place.line)
    },
    SignalColumn("words", "Psums of that flit.", .unsigned(bits: 4)) { $1.take($0.psumWriter.coming.place.count) },
    outputElement,
    SignalColumn("coder_done", "No ofmap stream is under way.", .bit) { $1.take($0.coder.isDone) },
  ]

  private var passOfLayer: Int {
    guard control.phase == .process, let schedule = program?.schedule else { return -1 }
    let tile = schedule.tile(control.tileIndex)
    let passes = schedule.passes(of: tile)
    // The array goes on with the last pass when all of its words were sent.
    return schedule.passes(before: tile) + control.step * passes + (ifmapReader.pass ?? passes - 1)
  }

  /// Every block with its columns.
  public var blocks: [BlockDeclaration] {
    fixedBlocks + memory.channelBlocks(clockDomain: memoryDomain)
  }

  private var fixedBlocks: [BlockDeclaration] {
    Block.allCases.map { block in
      switch block {
      case .control: declare("control", Self.controlColumns, self)
      case .link: declare("link", Self.linkColumns, self, clockDomain: 1)
      case .sentRequests: declare("memory_port.request", MemoryPortSignals.sentRequests, requests, clockDomain: 1)
      case .requests: declare("memory_port.request", MemoryPortSignals.requests, requests, clockDomain: memoryDomain)
      case .memory: BlockDeclaration(scope: "memory", columns: memory.declarations, clockDomain: memoryDomain)
      case .sentResponses:
        declare("memory_port.response", MemoryPortSignals.sentResponses, responses, clockDomain: memoryDomain)
      case .responses: declare("memory_port.response", MemoryPortSignals.responses, responses, clockDomain: 1)
      case .decoder: declare("decoder", Self.decoderColumns, self)
      case .filterBuffer: BlockDeclaration(scope: "filter_buffer", columns: filterBuffer.declarations)
      case .glb: BlockDeclaration(scope: "glb", columns: glb.declarations)
      case .filterNetwork: BlockDeclaration(scope: "gin_filter", columns: filterNetwork.declarations)
      case .filterElement: declare("gin_filter", [Self.filterElement], self)
      case .ifmapNetwork: BlockDeclaration(scope: "gin_ifmap", columns: ifmapNetwork.declarations)
      case .ifmapElement: declare("gin_ifmap", [Self.ifmapElement], self)
      case .psumNetwork: BlockDeclaration(scope: "gin_psum", columns: psumNetwork.declarations)
      case .psumElement: declare("gin_psum", [Self.psumElement], self)
      case .array: BlockDeclaration(scope: "array", columns: array.declarations)
      case .registerElements: declare("array", Self.arrayAnnotations, self)
      case .output: declare("gon", Self.outputColumns, self)
      case .transfers: declare("transfer_engine", TransferEngine.columns, vectorSide.transfers)
      case .vectorSequencer: declare("vector.sequencer", VectorSequencer.columns, vectorSide.path.sequencer)
      case .vectorUnit: declare("vector.unit", VectorUnit.columns, vectorSide.path.unit)
      case .vectorResults: declare("vector.results", VectorResultSignals.columns, vectorSide.path.results)
      case .storePacker: declare("vector.packer", StorePacker.columns, vectorSide.path.packer)
      case .packedStores: declare("vector.stores", MemoryPortSignals.packedStores, vectorSide.path.packed)
      }
    }
  }

  /// Hands the values of one column to the sampler.
  public mutating func read(block: Int, column: Int, into sampler: inout SignalSampler) {
    guard let fixed = Block(rawValue: block) else {
      memory.read(channel: block - Block.allCases.count, column: column, into: &sampler)
      return
    }
    switch fixed {
    case .control: Self.controlColumns[column].read(&self, &sampler)
    case .link: Self.linkColumns[column].read(&self, &sampler)
    case .memory: memory.read(column: column, into: &sampler)
    case .sentRequests: MemoryPortSignals.sentRequests[column].read(&requests, &sampler)
    case .requests: MemoryPortSignals.requests[column].read(&requests, &sampler)
    case .sentResponses: MemoryPortSignals.sentResponses[column].read(&responses, &sampler)
    case .responses: MemoryPortSignals.responses[column].read(&responses, &sampler)
    case .decoder: Self.decoderColumns[column].read(&self, &sampler)
    case .filterBuffer: filterBuffer.read(column: column, into: &sampler)
    case .glb: glb.read(column: column, into: &sampler)
    case .filterNetwork: filterNetwork.read(column: column, into: &sampler)
    case .filterElement: Self.filterElement.read(&self, &sampler)
    case .ifmapNetwork: ifmapNetwork.read(column: column, into: &sampler)
    case .ifmapElement: Self.ifmapElement.read(&self, &sampler)
    case .psumNetwork: psumNetwork.read(column: column, into: &sampler)
    case .psumElement: Self.psumElement.read(&self, &sampler)
    case .array: array.read(column: column, into: &sampler)
    case .registerElements: Self.arrayAnnotations[column].read(&self, &sampler)
    case .output: Self.outputColumns[column].read(&self, &sampler)
    case .transfers: vectorSide.transfers.read(column: column, into: &sampler)
    case .vectorSequencer: vectorSide.path.sequencer.read(column: column, into: &sampler)
    case .vectorUnit: vectorSide.path.unit.read(column: column, into: &sampler)
    case .vectorResults: VectorResultSignals.columns[column].read(&vectorSide.path.results, &sampler)
    case .storePacker: vectorSide.path.packer.read(column: column, into: &sampler)
    case .packedStores: MemoryPortSignals.packedStores[column].read(&vectorSide.path.packed, &sampler)
    }
  }
}

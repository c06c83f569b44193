import Compute
import Interconnect
import Memory
public import Signals
import Simulation

extension RowStationaryMachine: ObservableMachine {
  /// The blocks in data-path order.
  private enum Block: Int, CaseIterable {
    case control, link, memory, requests, decoder, filterBuffer, glb, filterNetwork, ifmapNetwork, psumNetwork, array,
      output
    case transfers, vectorSequencer, vectorUnit, vectorResults, storePacker, packedStores
  }

  private static let phases = EnumTable(RowStationaryPhase.self, name: "control_phase_t")

  private static let controlColumns: [SignalColumn<RowStationaryMachine>] = [
    SignalColumn("phase", "What the chip is about.", .enumeration(phases)) { $1.take($0.control.phase) },
    SignalColumn("tile", "Psum tile of the layer.", .unsigned(bits: 24)) { $1.take($0.control.tileIndex) },
    SignalColumn("channel_step", "Channel step of the tile.", .unsigned(bits: 16)) { $1.take($0.control.step) },
    SignalColumn("pass", "Pass whose ifmap words are on the bus.", .unsigned(bits: 16)) {
      $1.take($0.ifmapReader.pass ?? 0)
    },
    SignalColumn("filter_tile", "Tile whose filters are ordered next.", .unsigned(bits: 24)) {
      $1.take($0.control.filterTile)
    },
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
    SignalColumn("coder_done", "No ofmap stream is under way.", .bit) { $1.take($0.coder.isDone) },
  ]

  /// Every block with its columns.
  public var blocks: [BlockDeclaration] {
    Block.allCases.map { block in
      switch block {
      case .control: own("control", Self.controlColumns)
      case .link: own("link", Self.linkColumns, clockDomain: 1)
      case .memory: BlockDeclaration(scope: "memory", columns: memory.declarations, clockDomain: 1)
      case .requests: BlockDeclaration(scope: "memory_port.request", columns: requestDeclarations, clockDomain: 1)
      case .decoder: own("decoder", Self.decoderColumns)
      case .filterBuffer: BlockDeclaration(scope: "filter_buffer", columns: filterBuffer.declarations)
      case .glb: BlockDeclaration(scope: "glb", columns: glb.declarations)
      case .filterNetwork: BlockDeclaration(scope: "gin_filter", columns: filterNetwork.declarations)
      case .ifmapNetwork: BlockDeclaration(scope: "gin_ifmap", columns: ifmapNetwork.declarations)
      case .psumNetwork: BlockDeclaration(scope: "gin_psum", columns: psumNetwork.declarations)
      case .array: BlockDeclaration(scope: "array", columns: array.declarations)
      case .output: own("gon", Self.outputColumns)
      case .transfers: declare("transfer_engine", TransferEngine.columns, vectorSide.transfers)
      case .vectorSequencer: declare("vector.sequencer", VectorSequencer.columns, vectorSide.path.sequencer)
      case .vectorUnit: declare("vector.unit", VectorUnit.columns, vectorSide.path.unit)
      case .vectorResults: declare("vector.results", VectorResultSignals.columns, vectorSide.path.results)
      case .storePacker: declare("vector.packer", StorePacker.columns, vectorSide.path.packer)
      case .packedStores: declare("vector.stores", MemoryPortSignals.packedStores, vectorSide.path.packed)
      }
    }
  }

  private func own(
    _ scope: String, _ columns: [SignalColumn<RowStationaryMachine>], clockDomain: Int = 0
  ) -> BlockDeclaration {
    BlockDeclaration(
      scope: scope,
      columns: columns.map {
        SignalDeclaration(
          name: $0.name(self), meaning: $0.meaning, kind: $0.kind, format: $0.format(self), extent: $0.extent(self))
      }, clockDomain: clockDomain)
  }

  private var requestDeclarations: [SignalDeclaration] {
    MemoryPortSignals.requests.map {
      SignalDeclaration(
        name: $0.name(requests), meaning: $0.meaning, kind: $0.kind, format: $0.format(requests),
        extent: $0.extent(requests))
    }
  }

  /// Hands the values of one column to the sampler.
  public mutating func read(block: Int, column: Int, into sampler: inout SignalSampler) {
    guard let block = Block(rawValue: block) else { return }
    switch block {
    case .control: Self.controlColumns[column].read(&self, &sampler)
    case .link: Self.linkColumns[column].read(&self, &sampler)
    case .memory: memory.read(column: column, into: &sampler)
    case .requests: MemoryPortSignals.requests[column].read(&requests, &sampler)
    case .decoder: Self.decoderColumns[column].read(&self, &sampler)
    case .filterBuffer: filterBuffer.read(column: column, into: &sampler)
    case .glb: glb.read(column: column, into: &sampler)
    case .filterNetwork: filterNetwork.read(column: column, into: &sampler)
    case .ifmapNetwork: ifmapNetwork.read(column: column, into: &sampler)
    case .psumNetwork: psumNetwork.read(column: column, into: &sampler)
    case .array: array.read(column: column, into: &sampler)
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

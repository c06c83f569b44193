import Compute
import Interconnect
public import Mappings
import Memory
import Simulation
import Tensors

extension RowStationaryLayerRun {
  /// Accesses of every level in this run, for energy.
  public var accessCounts: AccessCounts {
    simulator.machine.accesses(since: RowStationaryMachine(simulator.machine.spec))
  }
}

extension RowStationaryMachine {
  /// Accesses of every level since an earlier state, with the banks as the last layer had them.
  ///
  /// Off chip: bytes as moved, coded or raw. Global buffer: whole 64-bit lines, in words, and the vector unit's buffer; its
  /// factors and tables are not counted. Array: arrivals in PEs from the networks, whole 64-bit flits of psums from PE to PE,
  /// and psums to the buffer. Spad: the PEs' own counters.
  public func accesses(since earlier: RowStationaryMachine) -> AccessCounts {
    let arithmetic = program?.arithmetic ?? .integer8
    let stores = vectorSide.path.unit.counters.results > earlier.vectorSide.path.unit.counters.results
    var accesses = AccessCounts(
      operandBits: 8 * arithmetic.operandBytes, psumBits: 8 * arithmetic.psumBytes,
      ofmapBits: stores ? 8 : 8 * arithmetic.psumBytes)
    countOffChip(&accesses, earlier, psumBytes: arithmetic.psumBytes)
    countBuffers(&accesses, earlier, arithmetic)
    countArray(&accesses, earlier)
    return accesses
  }

  private func countOffChip(_ accesses: inout AccessCounts, _ earlier: RowStationaryMachine, psumBytes: Int) {
    let (link, before) = (port.counters, earlier.port.counters)
    let parameters =
      vectorSide.path.unit.counters.parameterBytes - earlier.vectorSide.path.unit.counters.parameterBytes
    let operandBytes = accesses.operandBits / 8
    let ofmapBytes = accesses.ofmapBits / 8
    accesses[.dram, .ifmap] = .init(
      reads: (link.ifmapBytes - before.ifmapBytes + link.operandBytes - before.operandBytes - parameters) / operandBytes
    )
    accesses[.dram, .filter] = .init(reads: (link.filterBytes - before.filterBytes) / operandBytes)
    accesses[.dram, .psum] = .init(
      reads: (link.biasBytes - before.biasBytes) / ofmapBytes,
      writes: (link.ofmapBytes - before.ofmapBytes + link.resultBytes - before.resultBytes) / ofmapBytes)
  }

  private func countBuffers(
    _ accesses: inout AccessCounts, _ earlier: RowStationaryMachine, _ arithmetic: RowStationaryArithmetic
  ) {
    let filterBanks = GlobalBuffer.Region(firstBank: 0, banks: spec.filterBuffer.banks)
    let (streamed, before) = (vectorSide.path.buffer.counters, earlier.vectorSide.path.buffer.counters)
    var ifmap = lines(glb, earlier.glb, ifmapBanks, wordBytes: arithmetic.operandBytes)
    ifmap.reads += streamed.reads - before.reads
    ifmap.writes += streamed.writtenBytes - before.writtenBytes
    accesses[.globalBuffer, .ifmap] = ifmap
    accesses[.globalBuffer, .psum] = lines(glb, earlier.glb, psumBanks, wordBytes: arithmetic.psumBytes)
    accesses[.globalBuffer, .filter] = lines(
      filterBuffer, earlier.filterBuffer, filterBanks, wordBytes: arithmetic.operandBytes)
  }

  private func countArray(_ accesses: inout AccessCounts, _ earlier: RowStationaryMachine) {
    let (now, before) = (array.counters, earlier.array.counters)
    accesses.macs = now.labels[.mac] - before.labels[.mac]
    accesses.gatedMACs = now.labels[.gated] - before.labels[.gated]
    accesses[.array, .ifmap] = .init(
      writes: ifmapNetwork.counters.deliveries - earlier.ifmapNetwork.counters.deliveries)
    accesses[.array, .filter] = .init(
      writes: filterNetwork.counters.deliveries - earlier.filterNetwork.counters.deliveries)
    if let program {
      // Reader and writer of psums count anew in every layer.
      let flits = (now.localFlits - before.localFlits) * program.schedule.mapping.resources.psumsPerLine
      accesses[.array, .psum] = .init(writes: psumReader.wordsRead + flits + psumWriter.wordsWritten)
    }
    accesses[.spad, .ifmap] = .init(
      reads: now.ifmapSpadReads - before.ifmapSpadReads, writes: now.ifmapSpadWrites - before.ifmapSpadWrites)
    accesses[.spad, .filter] = .init(
      reads: now.filterSpadReads - before.filterSpadReads, writes: now.filterSpadWrites - before.filterSpadWrites)
    accesses[.spad, .psum] = .init(
      reads: now.psumSpadReads - before.psumSpadReads, writes: now.psumSpadWrites - before.psumSpadWrites)
  }

  /// Lines read and written in a run of banks, in words.
  private func lines(
    _ buffer: GlobalBuffer, _ earlier: GlobalBuffer, _ region: GlobalBuffer.Region, wordBytes: Int
  ) -> AccessCounts.Accesses {
    let banks = region.firstBank..<region.firstBank + region.banks
    func sum(_ counts: [Int], _ before: [Int]) -> Int {
      8 / wordBytes * (counts[banks].reduce(0, +) - before[banks].reduce(0, +))
    }
    return .init(
      reads: sum(buffer.counters.reads, earlier.counters.reads),
      writes: sum(buffer.counters.writes, earlier.counters.writes))
  }
}

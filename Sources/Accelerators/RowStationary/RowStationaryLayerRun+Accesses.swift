import Compute
import Interconnect
public import Mappings
import Memory
import Simulation
import Tensors

extension RowStationaryLayerRun {
  /// Accesses of every level in this run, for energy.
  ///
  /// Off chip: bytes as moved, coded or raw. Global buffer: whole 64-bit lines, in words. Array: arrivals in PEs from the
  /// networks, whole 64-bit flits of psums from PE to PE, and psums to the buffer. Spad: the PEs' own counters.
  public var accessCounts: AccessCounts {
    let machine = simulator.machine
    let (operandBytes, psumBytes) = (operands.arithmetic.operandBytes, operands.arithmetic.psumBytes)
    var accesses = AccessCounts(operandBits: 8 * operandBytes, psumBits: 8 * psumBytes, ofmapBits: 8 * psumBytes)
    let (array, link) = (machine.array.counters, machine.port.counters)
    accesses.macs = array.labels[.mac]
    accesses.gatedMACs = array.labels[.gated]
    accesses[.dram, .ifmap] = .init(reads: link.ifmapBytes / operandBytes)
    accesses[.dram, .filter] = .init(reads: link.filterBytes / operandBytes)
    accesses[.dram, .psum] = .init(reads: link.biasBytes / psumBytes, writes: link.ofmapBytes / psumBytes)
    accesses[.globalBuffer, .ifmap] = lines(machine.glb, machine.ifmapBanks, wordBytes: operandBytes)
    accesses[.globalBuffer, .psum] = lines(machine.glb, machine.psumBanks, wordBytes: psumBytes)
    accesses[.globalBuffer, .filter] = lines(
      machine.filterBuffer, .init(firstBank: 0, banks: machine.spec.filterBuffer.banks), wordBytes: operandBytes)
    accesses[.array, .ifmap] = .init(writes: machine.ifmapNetwork.counters.deliveries)
    accesses[.array, .filter] = .init(writes: machine.filterNetwork.counters.deliveries)
    accesses[.array, .psum] = .init(
      writes: glbWords.psumReads + array.localFlits * mapping.resources.psumsPerLine + glbWords.psumWrites)
    accesses[.spad, .ifmap] = .init(reads: array.ifmapSpadReads, writes: array.ifmapSpadWrites)
    accesses[.spad, .filter] = .init(reads: array.filterSpadReads, writes: array.filterSpadWrites)
    accesses[.spad, .psum] = .init(reads: array.psumSpadReads, writes: array.psumSpadWrites)
    return accesses
  }

  /// Lines read and written in a run of banks, in words.
  private func lines(
    _ buffer: GlobalBuffer, _ region: GlobalBuffer.Region, wordBytes: Int
  ) -> AccessCounts.Accesses {
    let banks = region.firstBank..<region.firstBank + region.banks
    let words = 8 / wordBytes
    return .init(
      reads: words * buffer.counters.reads[banks].reduce(0, +),
      writes: words * buffer.counters.writes[banks].reduce(0, +))
  }
}

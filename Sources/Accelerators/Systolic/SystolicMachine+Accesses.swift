import Compute
public import Mappings
import Memory
import Tensors

extension SystolicMachine {
  /// Accesses of every level since the machine was built, for energy.
  ///
  /// The scratchpads, the accumulator and the vector buffer are its global buffer; factors and tables are not counted. Once it
  /// has made bytes of psums, off-chip psums are counted in bytes. A MAC's operand that comes from a neighbour or from the
  /// array's edge is an access of the array level, one that stays in the PE an access of its register: WS reads the weight, IS the
  /// ifmap there, OS reads and writes the psum. A psum that moves on, to the next PE or to the accumulator, is one access
  /// of the array level. Zeros of the padding are not read from a scratchpad, but travel through the array.
  public var accessCounts: AccessCounts {
    let operandBytes = spec.arithmetic.operandBytes
    var accesses = AccessCounts(
      operandBits: 8 * operandBytes, psumBits: 32, ofmapBits: vector.unit.counters.results == 0 ? 32 : 8)
    accesses.gatedMACs = counters.labels[.gated]
    accesses.macs = counters.macs - accesses.gatedMACs
    countBuffers(&accesses, operandBytes: operandBytes)
    countArray(&accesses)
    return accesses
  }

  private func countBuffers(_ accesses: inout AccessCounts, operandBytes: Int) {
    let (ifmap, filter) = (ifmapSpad.counters, filterSpad.counters)
    let (psums, moved) = (accumulator.counters, transfers.counters)
    let streamed = vector.buffer.counters
    let ofmapBytes = accesses.ofmapBits / 8
    let otherBytes = streamed.writtenBytes + vector.unit.counters.parameterBytes
    let biases = (moved.loadedBytes - ifmap.writtenBytes - filter.writtenBytes - otherBytes) / 4
    accesses[.dram, .ifmap] = .init(reads: ifmap.writtenBytes / operandBytes + streamed.writtenBytes)
    accesses[.dram, .filter] = .init(reads: filter.writtenBytes / operandBytes)
    accesses[.dram, .psum] = .init(reads: biases * 4 / ofmapBytes, writes: moved.storedBytes / ofmapBytes)
    accesses[.globalBuffer, .ifmap] = .init(
      reads: ifmap.reads + streamed.reads, writes: ifmap.writtenBytes / operandBytes + streamed.writtenBytes)
    accesses[.globalBuffer, .filter] = .init(reads: filter.reads, writes: filter.writtenBytes / operandBytes)
    accesses[.globalBuffer, .psum] = .init(
      reads: psums.reads + psums.biasReads + psums.storeReads, writes: psums.writes + biases)
  }

  private func countArray(_ accesses: inout AccessCounts) {
    let (all, switched) = (counters.macs, accesses.macs)
    func stays(_ kind: TensorKind, loads: Int) {
      accesses[.array, kind] = .init(writes: loads)
      accesses[.spad, kind] = .init(reads: switched, writes: loads)
    }
    switch spec.dataflow {
    case .weightStationary:
      stays(.filter, loads: filterSpad.counters.reads)
      accesses[.array, .ifmap] = .init(writes: all)
      accesses[.array, .psum] = .init(writes: all)
    case .inputStationary:
      stays(.ifmap, loads: ifmapSpad.counters.reads + ifmapSpad.counters.paddingReads)
      accesses[.array, .filter] = .init(writes: all)
      accesses[.array, .psum] = .init(writes: all)
    case .outputStationary:
      accesses[.array, .ifmap] = .init(writes: all)
      accesses[.array, .filter] = .init(writes: all)
      accesses[.array, .psum] = .init(writes: accumulator.counters.additions)
      accesses[.spad, .psum] = .init(reads: switched, writes: switched)
    }
  }
}

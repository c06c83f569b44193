internal import Workloads

extension RowStationaryCounts {
  /// Accesses of every level, for energy.
  ///
  /// DRAM: every word over the link. Global buffer: filled from the link and read by the networks, psums written and read by the
  /// array, ofmaps read to leave. Array: every arrival in a PE, psums from PE to PE and to the GLB. Spad: an arriving word is
  /// written; an ifmap word is read once for all filters of a PE; a MAC that is not gated reads a weight and a psum and writes
  /// a psum; an addition of psums reads one.
  public func accesses(operandBits: Int, psumBits: Int, zeroFraction: Double = 0) -> AccessCounts {
    var accesses = AccessCounts(operandBits: operandBits, psumBits: psumBits, ofmapBits: operandBits)
    let gated = Int((Double(macs) * zeroFraction).rounded())
    accesses.macs = macs - gated
    accesses.gatedMACs = gated
    accesses[.dram, .ifmap] = .init(reads: ifmapLinkWords)
    accesses[.dram, .filter] = .init(reads: filterLinkWords)
    accesses[.dram, .psum] = .init(writes: ofmapLinkWords)
    accesses[.globalBuffer, .ifmap] = .init(reads: ifmapNetworkWords, writes: ifmapLinkWords)
    accesses[.globalBuffer, .filter] = .init(reads: filterNetworkWords, writes: filterLinkWords)
    accesses[.globalBuffer, .psum] = .init(reads: psumNetworkWords + ofmapLinkWords, writes: psumOutputWords)
    accesses[.array, .ifmap] = .init(writes: ifmapDeliveries)
    accesses[.array, .filter] = .init(writes: filterDeliveries)
    accesses[.array, .psum] = .init(writes: psumNetworkWords + localPsums + psumOutputWords)
    accesses[.spad, .ifmap] = .init(reads: ifmapSpadReads, writes: ifmapDeliveries)
    accesses[.spad, .filter] = .init(reads: macs - gated, writes: filterDeliveries)
    accesses[.spad, .psum] = .init(reads: macs - gated + accumulations, writes: macs - gated)
    return accesses
  }

  /// The energy of `accesses` without building it: what a search evaluates.
  func energy(_ table: EnergyTable, operandBits: Int, psumBits: Int) -> Double {
    let operandDRAM = ifmapLinkWords + filterLinkWords + ofmapLinkWords
    let operandGLB = ifmapNetworkWords + ifmapLinkWords + filterNetworkWords + filterLinkWords
    let psumGLB = psumNetworkWords + ofmapLinkWords + psumOutputWords
    let operandArray = ifmapDeliveries + filterDeliveries
    let psumArray = psumNetworkWords + localPsums + psumOutputWords
    func cost(_ operands: Int, _ psums: Int, _ level: StorageLevel) -> Double {
      (Double(operands) * Double(operandBits) + Double(psums) * Double(psumBits)) / Double(table.wordBits)
        * table[level]
    }
    return cost(operandDRAM, 0, .dram) + cost(operandGLB, psumGLB, .globalBuffer)
      + cost(operandArray, psumArray, .array)
      + cost(ifmapSpadReads + macs + operandArray, 2 * macs + accumulations, .spad)
      + Double(macs) * (operandBits > 8 ? table.mac16 : table.mac8)
  }
}

extension RowStationaryEstimate {
  /// Accesses of every level for a mapping of this estimate.
  public func accesses(on resources: RowStationaryResources, zeroFraction: Double = 0) -> AccessCounts {
    counts.accesses(
      operandBits: 8 * resources.operandBytes, psumBits: 8 * resources.psumBytes, zeroFraction: zeroFraction)
  }
}

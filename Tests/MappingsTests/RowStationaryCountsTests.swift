import Mappings
import Testing
import Workloads

@Suite("Row-stationary counts and energy")
struct RowStationaryCountsTests {
  private func published(_ index: Int) throws -> RowStationaryMapping {
    try RowStationaryMapping(EyerissAlexNet.layers()[index], EyerissAlexNet.parameters[index], on: .eyeriss)
  }

  /// CONV5: 64 passes of 4 images each for 2 groups x 2 filter blocks; 13 x 13 ofmaps, 3 x 3 filters, q = 3, r = t = 2, p = 16.
  @Test("CONV5 by hand")
  func conv5() throws {
    let counts = RowStationaryEstimate(try published(4), rates: .eyeriss).counts
    #expect(counts.passes == 256)
    // A pass: 4 images x 13 columns x 16 filters x (3 channels x 3 taps + an addition).
    #expect(counts.computeCycles == 256 * 4 * 13 * 16 * (3 * 3 + 1))
    // A pass: 4 images x 6 channels x 15 x 15; 32 filters x 6 channels x 9.
    #expect(counts.ifmapNetworkWords == 256 * 4 * 6 * 225)
    #expect(counts.filterNetworkWords == 256 * 32 * 6 * 9)
    // 32 channel steps: 32 writes and 31 reads of every psum.
    #expect(counts.psumOutputWords == 32 * 4 * 256 * 169)
    #expect(counts.psumNetworkWords == 31 * 4 * 256 * 169)
    // Each of 2 sets x 3 rows x 13 columns, of two filter sets, takes 15 words of 3 channels and 4 images.
    #expect(counts.ifmapDeliveries == 256 * 156 * 15 * 3 * 4)
    #expect(counts.filterDeliveries == 256 * 156 * 16 * 3 * 3)
    // Chains of 6 PEs hand on 5 psums.
    #expect(counts.localPsums == 256 * 5 * 4 * 32 * 169)
    // Each of the 6 PEs of a chain adds once a window and filter, and reads 9 ifmap words a window.
    #expect(counts.accumulations == 256 * 6 * 4 * 32 * 169)
    #expect(counts.ifmapSpadReads == 256 * 156 * 4 * 13 * 9)
    #expect(counts.macs == 299_040_768)
  }

  @Test("Link words equal the mapping's closed forms; a network word arrives in at least one PE")
  func closedForms() throws {
    for index in 0..<5 {
      let mapping = try published(index)
      let counts = RowStationaryEstimate(mapping, rates: .eyeriss).counts
      #expect(counts.ifmapLinkWords == mapping.ifmapWords)
      #expect(counts.filterLinkWords == mapping.filterWords)
      #expect(counts.ofmapLinkWords == mapping.ofmapWords)
      #expect(counts.psumNetworkWords + counts.psumOutputWords == mapping.psumWords)
      #expect(counts.ifmapNetworkWords == mapping.deliveredIfmapWords)
      #expect(counts.filterNetworkWords == mapping.deliveredFilterWords)
      #expect(counts.passes == mapping.passes)
      #expect(counts.ifmapDeliveries > counts.ifmapNetworkWords)
      #expect(counts.filterDeliveries > counts.filterNetworkWords)
    }
  }

  @Test("The estimate lies within 10 % of the measured processing latency, without fill and drain")
  func measured() throws {
    let cycles = [16.5, 39.2, 21.8, 16.0, 10.0].map { $0 * 200_000 }
    for (index, measured) in cycles.enumerated() {
      let estimate = RowStationaryEstimate(try published(index), rates: .eyeriss)
      #expect(
        (0.9...1.1).contains(Double(estimate.processingCycles) / measured),
        "CONV\(index + 1): \(estimate.processingCycles) of \(measured)")
    }
  }

  @Test("Accesses: each word written to a level was moved there; gated MACs read the ifmap alone")
  func accesses() throws {
    let estimate = RowStationaryEstimate(try published(3), rates: .eyeriss)
    let counts = estimate.accesses(on: .eyeriss, zeroFraction: 0.75)
    #expect(counts.macs + counts.gatedMACs == estimate.counts.macs)
    #expect(counts.gatedMACs == 336_420_864)
    #expect(counts[.spad, .ifmap].reads == estimate.counts.macs / 16)
    #expect(counts[.spad, .filter].reads == counts.macs)
    #expect(counts[.spad, .psum].writes == counts.macs)
    #expect(counts[.globalBuffer, .filter].writes == counts[.dram, .filter].reads)
    #expect(counts[.globalBuffer, .psum].writes - estimate.counts.psumNetworkWords == counts[.dram, .psum].writes)
  }

  @Test("Energy: 2 x 3 accesses of each level by hand, in both tables")
  func energy() {
    var counts = AccessCounts(operandBits: 16, psumBits: 32, ofmapBits: 16)
    counts.macs = 10
    counts[.dram, .ifmap] = .init(reads: 2)
    counts[.globalBuffer, .psum] = .init(reads: 1, writes: 2)
    counts[.array, .filter] = .init(writes: 5)
    counts[.spad, .ifmap] = .init(reads: 7, writes: 1)
    let table = EnergyTable.relative
    #expect(table.energy(counts, .dram) == 400)
    // Three accesses of 32 bits, each twice a 16-bit word of 6.
    #expect(table.energy(counts, .globalBuffer, .psum) == 36)
    #expect(table.energy(counts, .array) == 10)
    #expect(table.energy(counts, .spad) == 8)
    #expect(table.total(counts) == 464)
    // 64-bit words: a quarter of 1300, of 20 twice as wide, of 20, of 10; 0.85 a MAC.
    let picojoules = 2 * 325.0 + 3 * 10.0 + 5 * 5.0 + 8 * 2.5 + 8.5
    #expect(abs(EnergyTable.horowitz.total(counts) - picojoules) < 1e-9)
    var twice = counts
    twice += counts
    #expect(table.total(twice) == 2 * table.total(counts))
  }
}

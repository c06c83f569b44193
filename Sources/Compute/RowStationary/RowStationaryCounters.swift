public import Signals

/// What the mapped PEs did in one cycle.
struct Tally: Sendable, Codable, Equatable {
  var macs = 0
  var gated = 0
  var waitIfmap = 0
  var waitFilter = 0
  var accumulates = 0
  var waitPsum = 0
  var waitOutput = 0
  /// PEs without an assignment.
  var off = 0
  var ifmapReads = 0
  var ifmapWrites = 0
  var filterWrites = 0
  /// PEs that did the last operation of their assignment.
  var finished = 0

  init() {}

  /// What PEs do, by their numbers in each standing, and how many PEs are off.
  init(standings: [Int], off: Int) {
    func count(_ standing: RowStationaryPE.Standing) -> Int { standings[Int(standing.rawValue)] }
    (macs, gated, accumulates) = (count(.mac), count(.gated), count(.accumulate))
    (waitIfmap, waitFilter) = (count(.waitIfmap), count(.waitFilter))
    (waitPsum, waitOutput) = (count(.waitPsum), count(.waitOutput))
    self.off = off
  }

  /// Operations that entered the pipeline.
  var issued: Int { macs + gated + accumulates }
  /// Whether any PE issued an operation or took a word.
  var isActive: Bool { issued + ifmapWrites + filterWrites > 0 }
}

extension RowStationaryArray {
  /// What the PEs counted.
  public struct Counters: Sendable, Codable, Equatable, CounterSet {
    /// Clock edges, those included that the array slept through.
    public var cycles = 0
    /// What mapped PEs did, summed over cycles, but for those without an assignment, which are counted by label.
    var sums = Tally()
    var offs = PECycleCounts()
    /// PE-cycles of clock-gated PEs.
    var idle = 0
    /// Words that entered PEs from the networks, each as often as PEs took it.
    public var ifmapWordsIn = 0
    /// Filter words that entered FIFOs.
    public var filterWordsIn = 0
    /// 64-bit flits over links between PEs.
    public var localFlits = 0

    /// MACs, gated ones included.
    public var macs: Int { sums.macs + sums.gated }
    /// Ifmap words read: one serves the MACs of all filters.
    public var ifmapSpadReads: Int { sums.ifmapReads }
    /// Words that entered ifmap spads.
    public var ifmapSpadWrites: Int { sums.ifmapWrites }
    /// Filter words read: one for each MAC that is not gated.
    public var filterSpadReads: Int { sums.macs }
    /// Words that entered filter spads.
    public var filterSpadWrites: Int { sums.filterWrites }
    /// Psums read: one for each MAC that is not gated, one for each accumulation.
    public var psumSpadReads: Int { sums.macs + sums.accumulates }
    /// Psums written: one for each MAC that is not gated.
    public var psumSpadWrites: Int { sums.macs }

    /// What each counter counts.
    public static let definitions: [CounterDefinition<Counters>] =
      [
        .init("macs", unit: "operations", "MACs issued, gated ones included: N M P Q C/G R S.") { $0.macs },
        .init("ifmap_spad_reads", unit: "accesses", "Ifmap words read: one serves the p MACs of all filters.") {
          $0.ifmapSpadReads
        },
        .init("ifmap_spad_writes", unit: "accesses", "Ifmap words that entered a spad.") { $0.ifmapSpadWrites },
        .init("filter_spad_reads", unit: "accesses", "Filter words read: MACs that were not gated.") {
          $0.filterSpadReads
        },
        .init("filter_spad_writes", unit: "accesses", "Filter words that entered a spad.") { $0.filterSpadWrites },
        .init("psum_spad_reads", unit: "accesses", "Psums read: MACs that were not gated + accumulations.") {
          $0.psumSpadReads
        },
        .init("psum_spad_writes", unit: "accesses", "Psums written: MACs that were not gated.") { $0.psumSpadWrites },
        .init("ifmap_words_in", unit: "words", "Ifmap words into FIFOs: words multicast x their destinations.") {
          $0.ifmapWordsIn
        },
        .init("filter_words_in", unit: "words", "Filter words into FIFOs: words multicast x their destinations.") {
          $0.filterWordsIn
        },
        .init("local_flits", unit: "flits", "64-bit flits of psums from a PE to the one above.") { $0.localFlits },
      ]
      + PECycleLabel.allCases.map { label in
        CounterDefinition<Counters>(
          "\(label)_pe_cycles", unit: "PE-cycles", "PE-cycles labelled \(label). All labels sum to PEs x cycles."
        ) { $0.labels[label] }
      }

    /// All zero.
    public init() {}

    /// Every PE-cycle, by label.
    public var labels: PECycleCounts {
      var labels = offs
      labels[.mac] += sums.macs
      labels[.gated] += sums.gated
      labels[.accumulate] += sums.accumulates
      labels[.waitIfmap] += sums.waitIfmap
      labels[.waitFilter] += sums.waitFilter
      labels[.waitPsum] += sums.waitPsum
      labels[.waitOutput] += sums.waitOutput
      labels[.idle] += idle
      return labels
    }

    mutating func add(_ tally: Tally, cycles: Int, idle: Int, off: PECycleLabel) {
      self.cycles &+= cycles
      self.idle &+= idle &* cycles
      sums.add(tally, cycles: cycles)
      if tally.off > 0 { offs[off] += tally.off * cycles }
    }
  }
}

extension Tally {
  /// Adds what is counted of another tally, as often as it held.
  mutating func add(_ tally: Tally, cycles: Int) {
    macs &+= tally.macs &* cycles
    gated &+= tally.gated &* cycles
    waitIfmap &+= tally.waitIfmap &* cycles
    waitFilter &+= tally.waitFilter &* cycles
    accumulates &+= tally.accumulates &* cycles
    waitPsum &+= tally.waitPsum &* cycles
    waitOutput &+= tally.waitOutput &* cycles
    ifmapReads &+= tally.ifmapReads &* cycles
    ifmapWrites &+= tally.ifmapWrites &* cycles
    filterWrites &+= tally.filterWrites &* cycles
  }
}

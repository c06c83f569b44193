import Compute
import Mappings
import Memory
import Simulation
import Tensors
import Testing
import Workloads

@testable import Accelerators

@Suite("Row-stationary machine behind every memory")
struct RowStationaryMemoryTests {
  /// Two strips, two channel steps, two filter tiles, biases, run-length coded fmaps.
  private func run(
    _ memory: OffChipMemory.Spec?, change: (inout RowStationarySpec) -> Void = { _ in }
  ) throws -> RowStationaryLayerRun {
    let layer = try ConvolutionLayer(
      name: "c", batch: 2, inputChannels: 6, inputHeight: 12, inputWidth: 11, filters: 12, filterHeight: 3,
      filterWidth: 3, paddingTop: 1, paddingLeft: 1, paddingBottom: 1, paddingRight: 1)
    var operands = try fixedPointOperands(layer, seed: 21)
    (operands.appliesReLU, operands.codesIfmap, operands.codesOfmap) = (true, true, true)
    var spec = rowStationaryMachine(rows: 6, columns: 6)
    if let memory { spec.memory = memory }
    change(&spec)
    return try RowStationaryLayerRun(operands, mapping: .init(m: 6, n: 1, e: 6, p: 6, q: 3, r: 1, t: 1), on: spec)
  }

  private func finish(_ start: RowStationaryLayerRun, _ comment: Comment) throws -> RowStationaryLayerRun {
    var run = start
    let end = run.simulator.run(cycleLimit: 3_000_000)
    try #require(end == .finished, "\(comment): \(end)")
    #expect(try run.ofmap() == run.golden(), comment)
    let machine = run.simulator.machine
    #expect(machine.array.counters.labels.total == machine.spec.peCount * machine.counters.cycles, comment)
    #expect(machine.counters.stalls.total == machine.array.counters.labels.waiting, comment)
    checkConservation(machine.memory, comment)
    #expect(machine.memory.traffic[.filter].usefulBytes == machine.port.counters.filterBytes, comment)
    #expect(machine.memory.traffic[.ifmap].usefulBytes == machine.port.counters.ifmapBytes, comment)
    #expect(machine.memory.traffic[.ofmap].usefulBytes == machine.port.counters.ofmapBytes, comment)
    #expect(machine.memory.traffic[.bias].usefulBytes == machine.port.counters.biasBytes, comment)
    return run
  }

  @Test(arguments: allDevices)
  func everyMemoryIsBitExactAndIdealMemoryIsFaster(device: DRAMSpecification) throws {
    let slow = try finish(run(dram(device, portBytes: 8)), "\(device.name)")
    let fast = try finish(run(idealBound(of: device, portBytes: 8)), "ideal")
    #expect(fast.totalCycles <= slow.totalCycles)
    // The array's work does not depend on the memory.
    #expect(fast.simulator.machine.array.counters.macs == slow.simulator.machine.array.counters.macs)
    #expect(fast.glbBytes == slow.glbBytes)
  }

  @Test(arguments: [(1, 1), (5, 1), (1, 4), (997, 1009), (313, 1000)])
  func anyRatioOfClocks(link: UInt64, memory: UInt64) throws {
    for device in [DRAMSpecification.ddr4, .hbm2] {
      let off = try dram(device, portBytes: 8, clock: ClockPeriod(femtoseconds: memory * 1000))
      _ = try finish(
        run(off) {
          $0.linkClock = ClockDomain(name: "link", period: ClockPeriod(femtoseconds: link * 1000))
          $0.coreClock = ClockDomain(name: "core", period: ClockPeriod(femtoseconds: 1_234))
        }, "\(link):\(memory) \(device.name)")
    }
  }

  @Test(arguments: [DRAMSpecification.ddr3x8, .hbm2])
  func orderAndSkippingChangeNothing(device: DRAMSpecification) throws {
    let reference = try run(dram(device, portBytes: 8))
    var ticked = reference
    ticked.simulator.skipsIdleCycles = false
    ticked = try finish(ticked, "ticked")
    var random = SplitMix64(seed: 8)
    for number in 0..<4 {
      var permuted = reference
      if number > 0 { permuted.simulator.stepOrder.shuffle(using: &random) }
      permuted = try finish(permuted, "permuted")
      #expect(permuted.counters == ticked.counters)
      #expect(permuted.simulator.evaluatedEdges < ticked.simulator.evaluatedEdges)
    }
  }

  /// A slow link is named as such; twice the clock shortens the run by about half of what was booked on it.
  @Test func relaxingTheLinkShortensTheRun() throws {
    func cycles(_ megahertz: UInt64) throws -> RowStationaryLayerRun {
      try finish(
        run(dram(.ddr4, portBytes: 8)) {
          $0.linkClock = ClockDomain(name: "link", period: ClockPeriod(hertz: megahertz * 1_000_000))
          $0.configurationBits = 1
        }, "\(megahertz) MHz")
    }
    let (slow, fast) = (try cycles(10), try cycles(20))
    let stalls = slow.simulator.machine.counters.stalls
    let booked = stalls[.transfer] + stalls[.store] + stalls[.crossing] + stalls[.configuration]
    let saved = (slow.totalCycles - fast.totalCycles) * slow.mapping.activePEs
    #expect(booked * 10 >= stalls.total * 6, "\(stalls)")
    #expect(abs(2 * saved - booked) <= booked / 5, "saved \(saved), booked \(booked)")
  }

  /// A slow DRAM behind a fast link is named: with all of its stalls gone, the run takes what the table leaves.
  @Test func relaxingTheMemoryShortensTheRun() throws {
    let fastLink: (inout RowStationarySpec) -> Void = {
      $0.linkClock = ClockDomain(name: "link", period: ClockPeriod(hertz: 2_000_000_000))
      $0.configurationBits = 1
    }
    let slow = ClockPeriod(hertz: 20_000_000)
    let with = try finish(run(dram(.ddr3x8, portBytes: 8, clock: slow), change: fastLink), "slow DRAM")
    let without = try finish(run(dram(.ddr3x8, portBytes: 8), change: fastLink), "fast DRAM")
    let memory: [StallCause] = [.crossing, .queue, .refresh, .precharge, .activate, .bus, .data]
    func booked(_ run: RowStationaryLayerRun) -> Int {
      memory.reduce(0) { $0 + run.simulator.machine.counters.stalls[$1] } / run.mapping.activePEs
    }
    let (expected, saved) = (booked(with) - booked(without), with.totalCycles - without.totalCycles)
    #expect(expected > with.totalCycles / 3, "\(with.simulator.machine.counters.stalls)")
    #expect(abs(saved - expected) <= expected / 5, "saved \(saved), booked \(expected)")
  }

  @Test func oneFlippedBitChangesTheResult() throws {
    let plain = try finish(run(dram(.ddr3x8, portBytes: 8)), "plain")
    var flipped = try run(dram(.ddr3x8, portBytes: 8))
    let filters = flipped.simulator.machine.program!.filterStreams[0].address
    flipped.simulator.machine.memory.contents[filters] ^= 1
    #expect(flipped.simulator.run(cycleLimit: 3_000_000) == .finished)
    #expect(try flipped.ofmap() != plain.ofmap())
  }

  @Test func oneDelayedReadDelaysItsConsumerOnly() throws {
    let plain = try finish(run(dram(.ddr4, portBytes: 8)), "plain")
    var late = try run(dram(.ddr4, portBytes: 8))
    late.simulator.machine.memory.delayNextRead(by: 100)
    late = try finish(late, "late")
    // The biases come late: 100 cycles of 0.833 ns are 17 of 5 ns, and a link cycle more where an edge is missed.
    #expect((0...21).contains(late.totalCycles - plain.totalCycles), "\(late.totalCycles - plain.totalCycles)")
  }
}

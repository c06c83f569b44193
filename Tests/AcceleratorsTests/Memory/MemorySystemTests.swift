import Compute
import Mappings
import Memory
import Simulation
import Tensors
import Testing
import Workloads

@testable import Accelerators

/// Machines behind every memory, in clock domains of every ratio.
@Suite("Any memory, any clock: the same psums")
struct MemorySystemTests {
  private func layer() throws -> ConvolutionLayer {
    try ConvolutionLayer(
      name: "c", batch: 2, inputChannels: 6, inputHeight: 14, inputWidth: 13, filters: 20, filterHeight: 3,
      filterWidth: 3, paddingTop: 1, paddingLeft: 1, paddingBottom: 1, paddingRight: 1)
  }

  private func machine(
    _ dataflow: Dataflow, _ memory: OffChipMemory.Spec?, spadBytes: Int = 1 << 11
  ) -> SystolicSpec {
    var spec = smallMachine(
      dataflow, rows: 8, columns: 8, spadBytes: spadBytes, accumulatorBytes: 1 << 12, memoryLatency: 20)
    if let memory { spec.memory = memory }
    return spec
  }

  private func check(_ run: SystolicLayerRun, _ comment: Comment) throws {
    let machine = run.simulator.machine
    let golden = try run.goldenPsums()
    #expect(run.psums == golden, comment)
    #expect(machine.counters.labels.total == machine.counters.cycles * machine.spec.peCount, comment)
    let labels = machine.counters.labels
    #expect(machine.counters.stalls.total == labels.waiting, comment)
    checkConservation(machine.memory, comment)
    #expect(machine.memory.counters.usefulReadBytes == machine.transfers.counters.loadedBytes, comment)
    #expect(machine.memory.counters.usefulWrittenBytes == machine.transfers.counters.storedBytes, comment)
    #expect(machine.counters.cycles == run.simulator.completedCycles(of: 0), comment)
  }

  @Test(arguments: Dataflow.allCases, allDevices)
  func everyMemoryIsBitExactAndIdealMemoryIsFaster(dataflow: Dataflow, device: DRAMSpecification) throws {
    let operands = try randomOperands(layer(), seed: 1)
    var run = try SystolicLayerRun(operands, on: machine(dataflow, try dram(device)))
    #expect(run.simulator.run(cycleLimit: 5_000_000) == .finished)
    try check(run, "\(device.name)")
    var bound = try SystolicLayerRun(operands, on: machine(dataflow, try idealBound(of: device)))
    #expect(bound.simulator.run(cycleLimit: 5_000_000) == .finished)
    try check(bound, "ideal")
    #expect(bound.simulator.machine.counters.cycles <= run.simulator.machine.counters.cycles)
  }

  /// n : 1, 1 : n, and periods that never meet: the same psums; and one clock is the same as two of one period but for the crossing.
  @Test(arguments: [(1, 1), (4, 1), (1, 3), (1000, 833), (997, 1009), (313, 1000), (7, 3)])
  func anyRatioOfClocks(core: UInt64, memory: UInt64) throws {
    let operands = try randomOperands(layer(), seed: 2)
    for device in [nil, DRAMSpecification.ddr4] {
      let period = ClockPeriod(femtoseconds: memory * 1000)
      var off: OffChipMemory.Spec
      if let device {
        off = try dram(device, clock: period)
      } else {
        off = OffChipMemory.Spec(
          IdealMemory.Spec(portBytes: 64, bytesPerCycle: 16, latencyCycles: 30, capacityBytes: 1 << 24),
          clock: ClockDomain(name: "memory", period: period))
      }
      for stages in [1, 2, 3] {
        off.synchroniserStages = stages
        var spec = machine(.weightStationary, off)
        spec.clock = ClockDomain(name: "core", period: ClockPeriod(femtoseconds: core * 1000))
        var run = try SystolicLayerRun(operands, on: spec)
        #expect(run.simulator.run(cycleLimit: 5_000_000) == .finished)
        try check(run, "\(core):\(memory), \(stages) stages")
      }
    }
  }

  /// Steps in any order, idle edges skipped or ticked: the same counters, to the stall.
  @Test(arguments: allDevices) func orderAndSkippingChangeNothing(device: DRAMSpecification) throws {
    let operands = try randomOperands(layer(), seed: 3)
    var spec = machine(.outputStationary, try dram(device))
    spec.clock = ClockDomain(name: "core", period: ClockPeriod(femtoseconds: 1_700_001))
    let reference = try SystolicLayerRun(operands, on: spec)
    var ticked = reference
    ticked.simulator.skipsIdleCycles = false
    #expect(ticked.simulator.run(cycleLimit: 5_000_000) == .finished)
    var orders = [SystolicMachine.Step.allCases, SystolicMachine.Step.allCases.reversed()]
    var random = SplitMix64(seed: 1)
    for _ in 0..<4 { orders.append(SystolicMachine.Step.allCases.shuffled(using: &random)) }
    for order in orders {
      var run = reference
      run.simulator.stepOrder = order
      #expect(run.simulator.run(cycleLimit: 5_000_000) == .finished)
      #expect(run.simulator.machine.counters == ticked.simulator.machine.counters)
      #expect(
        run.simulator.machine.memory.dram?.channels.map(\.counters)
          == ticked.simulator.machine.memory.dram?.channels.map(\.counters))
      #expect(run.psums == ticked.psums)
      #expect(run.simulator.evaluatedEdges < ticked.simulator.evaluatedEdges)
    }
  }

  /// Flipping one stored bit of the ifmap changes the psums; the golden model of the flipped tensor has them.
  @Test func oneFlippedBitChangesTheResult() throws {
    let operands = try randomOperands(layer(), seed: 4)
    let spec = machine(.weightStationary, try dram(.ddr3x8))
    var plain = try SystolicLayerRun(operands, on: spec)
    var flipped = plain
    flipped.simulator.machine.memory.contents[100] ^= 1
    #expect(plain.simulator.run(cycleLimit: 5_000_000) == .finished)
    #expect(flipped.simulator.run(cycleLimit: 5_000_000) == .finished)
    #expect(plain.psums != flipped.psums)
    #expect(flipped.simulator.machine.counters.cycles == plain.simulator.machine.counters.cycles)
  }

  /// One RD that comes 100 DRAM cycles late costs the run at most its 100 cycles on the core's clock, and changes no psum.
  @Test func oneDelayedReadDelaysItsConsumerOnly() throws {
    let operands = try randomOperands(layer(), seed: 5)
    let spec = machine(.weightStationary, try dram(.ddr4))
    let plain = try SystolicLayerRun(operands, on: spec)
    var runs = [plain, plain]
    runs[1].simulator.machine.memory.delayNextRead(by: 100)
    for index in runs.indices { #expect(runs[index].simulator.run(cycleLimit: 5_000_000) == .finished) }
    #expect(runs[0].psums == runs[1].psums)
    let late = runs[1].simulator.machine.counters.cycles - runs[0].simulator.machine.counters.cycles
    // The first load stalls everything: 100 cycles of 0.833 ns are 83 or 84 of 1 ns.
    #expect((0...85).contains(late), "\(late)")
    #expect(runs[1].simulator.machine.counters.macs == runs[0].simulator.machine.counters.macs)
  }

  /// An answer that never comes: nothing moves any more, and the chain of who waits for whom ends at the memory.
  @Test(arguments: [DRAMSpecification.ddr3x8, .hbm2]) func aLostAnswerIsADeadlock(device: DRAMSpecification) throws {
    var run = try SystolicLayerRun(
      randomOperands(layer(), seed: 5), on: machine(.weightStationary, try dram(device)))
    run.simulator.machine.memory.delayNextRead(by: .max)
    guard case .deadlock(let waits) = run.simulator.run(cycleLimit: 100_000_000) else {
      Issue.record("the run waits for ever")
      return
    }
    #expect(waits.map(\.block).contains("fold_sequencer"))
    #expect(
      waits.contains { $0.description == "transfer_engine waits for answers from memory to its load of bias tile 0" })
    #expect(
      waits.last?.description.hasPrefix("memory waits for the data of its oldest read at byte ") == true, "\(waits)")
  }

  /// Nobody asks: the memory is ticked for its refreshes and for nothing else.
  @Test func anIdleMemoryTicksForRefreshesOnly() throws {
    let spec = try DRAMMemory.Spec(.ddr4)
    var memory = OffChipMemory(OffChipMemory.Spec(spec))
    var requests = Link<MemoryRequest>(capacity: 2, filler: .empty)
    var responses = Link<MemoryBeat>(capacity: 2, filler: MemoryBeat(repeating: 0))
    var (cycle, ticks) = (0, 0)
    while cycle < 1_000_000 {
      memory.evaluate(requests: &requests, responses: &responses, cycle: cycle)
      memory.commit()
      ticks += 1
      switch memory.activity(requests: requests, responses: responses, after: cycle) {
      case .busy: cycle += 1
      case .asleep(let until): cycle = until
      case .waiting: cycle = 1_000_000
      }
    }
    let refreshes = try #require(memory.dram?.channels[0].counters[.refresh])
    #expect(refreshes == 1_000_000 / 9360)
    // tREFI of DDR4-2400 is 9360 cycles. REF itself, its end, and the end of tRFC that signals show.
    #expect(ticks <= 6 * refreshes + 2, "\(ticks) ticks, \(refreshes) refreshes")
  }

  /// The bandwidth of an ideal memory is named as the bus, and four times of it shortens the run by what was booked there.
  @Test func relaxingBandwidthShortensTheRun() throws {
    let operands = try randomOperands(ConvolutionLayer.gemm(m: 1, k: 512, n: 256), seed: 6)
    func run(_ bytesPerCycle: Int) throws -> SystolicMachine {
      var run = try SystolicLayerRun(
        operands,
        on: smallMachine(
          .weightStationary, rows: 32, columns: 32, bytesPerCycle: bytesPerCycle,
          memoryLatency: 8))
      #expect(run.simulator.run(cycleLimit: 20_000_000) == .finished)
      try check(run, "\(bytesPerCycle) bytes a cycle")
      return run.simulator.machine
    }
    let (slow, fast) = (try run(4), try run(64))
    let booked = (slow.counters.stalls[.bus] - fast.counters.stalls[.bus]) / slow.spec.peCount
    let saved = slow.counters.cycles - fast.counters.cycles
    #expect(booked > slow.counters.cycles / 3)
    #expect(abs(saved - booked) <= booked / 10, "saved \(saved), booked \(booked)")
  }

  /// A fully connected layer on a fast core is bound by DDR3. Without refresh the run is shorter by about what the table says
  /// that refresh cost, and nothing is booked on refresh.
  @Test func relaxingTheNamedRootShortensTheRun() throws {
    let operands = try randomOperands(ConvolutionLayer.gemm(m: 1, k: 1024, n: 768), seed: 6)
    func run(_ change: (inout ControllerOptions) -> Void) throws -> SystolicMachine {
      var spec = smallMachine(.weightStationary, rows: 32, columns: 32, isDoubleBuffered: true)
      spec.memory = OffChipMemory.Spec(try DRAMMemory.Spec(.ddr3x8).with(change))
      spec.clock = ClockDomain(name: "core", period: ClockPeriod(hertz: 4_000_000_000))
      var run = try SystolicLayerRun(operands, on: spec)
      #expect(run.simulator.run(cycleLimit: 20_000_000) == .finished)
      try check(run, "ddr3")
      return run.simulator.machine
    }
    let with = try run { _ in }
    let without = try run { $0.refresh = .off }
    let booked = with.counters.stalls[.refresh] / with.spec.peCount
    let saved = with.counters.cycles - without.counters.cycles
    #expect(without.counters.stalls[.refresh] == 0)
    #expect(booked > 1000)
    // Closing and opening rows around a refresh is booked on PRE and ACT.
    #expect(saved >= booked * 9 / 10 && saved <= booked * 13 / 10, "saved \(saved), booked \(booked)")
  }
}

import Foundation
import Simulation
import Tensors
import TestSupport
import Testing

@testable import Memory

/// The DRAM behind the port: bytes, order, conservation, bounds.
@Suite struct DRAMMemoryTests {
  /// A memory with its two links and somebody who sends requests and keeps the books.
  struct Bench {
    var memory: DRAMMemory
    var requests = Link<MemoryRequest>(capacity: 2, filler: .empty)
    var responses = Link<MemoryBeat>(capacity: 2, filler: MemoryBeat(repeating: 0))
    var checkers: [CommandChecker]
    var cycle = 0
    /// What the answers must be, from a plain array of bytes in the order of requests, and when each read was sent.
    var plain: [UInt8]
    var expected: [(beat: MemoryBeat, sent: Int)] = []
    var answered = 0
    var longest = 0
    var commands: [DRAMCommand] = []
    let base: Int

    init(_ spec: DRAMMemory.Spec, bytes: Int, base: Int = 0) {
      memory = DRAMMemory(spec)
      plain = [UInt8](repeating: 0, count: bytes)
      self.base = base
      let checker = CommandChecker(spec.device, refreshes: spec.controller.refresh != .off)
      checkers = Array(repeating: checker, count: memory.channels.count)
    }

    /// One cycle; sends `request` if the port takes it, and says whether it did.
    mutating func tick(_ request: MemoryRequest?, takesAnswers: Bool = true) -> Bool {
      var sent = false
      if let request, requests.canSend {
        requests.send(request)
        note(request)
        sent = true
      }
      if takesAnswers, responses.hasFront {
        let beat = responses.receive()
        #expect(beat == expected[answered].beat, "answer \(answered) in cycle \(cycle)")
        longest = max(longest, cycle - expected[answered].sent)
        answered += 1
      }
      memory.evaluate(requests: &requests, responses: &responses, cycle: cycle)
      for channel in memory.channels.indices {
        for command in memory.channels[channel].decided(at: cycle) {
          checkers[channel].observe(command)
          commands.append(command)
        }
      }
      memory.commit()
      requests.commit()
      responses.commit()
      cycle += 1
      return sent
    }

    private mutating func note(_ request: MemoryRequest) {
      let start = request.address - base
      let width = memory.spec.portBytes
      if request.isWrite {
        for byte in 0..<width where request.enables >> UInt64(byte) & 1 != 0 {
          plain[start + byte] = request.data[byte]
        }
      } else {
        var beat = MemoryBeat(repeating: 0)
        for byte in 0..<width { beat[byte] = plain[start + byte] }
        expected.append((beat, cycle))
      }
    }

    /// Ticks until nothing is under way; false if that takes too long.
    mutating func drain(limit: Int = 200_000) -> Bool {
      let end = cycle + limit
      while cycle < end {
        if memory.isQuiescent, requests.isQuiescent, responses.isQuiescent { return true }
        _ = tick(nil)
      }
      return false
    }

    var violations: [String] { checkers.flatMap { $0.finished(at: cycle) } }
  }

  static let devices = DRAMSpecification.presets

  /// Random reads and writes over a small window, so that forwarding, merging, sharing and waiting all occur.
  private func random(_ random: inout SplitMix64, window: Int, port: Int, base: Int, isWrite: Bool) -> MemoryRequest {
    let address = base + Int.random(in: 0..<window / port, using: &random) * port
    let all: UInt64 = port == 64 ? ~0 : (1 << UInt64(port)) - 1
    let isPartial = isWrite && Int.random(in: 0..<4, using: &random) == 0
    var data = MemoryBeat(repeating: 0)
    if isWrite { for byte in 0..<port { data[byte] = .random(in: 0...255, using: &random) } }
    let enables = isPartial ? UInt64.random(in: .min ... .max, using: &random) & all : all
    return MemoryRequest(address: address, isWrite: isWrite, enables: enables, data: data)
  }

  @Test(arguments: devices, [1, 2])
  func randomTrafficReadsWhatAPlainArrayHolds(device: DRAMSpecification, channels: Int) throws {
    var random = SplitMix64(seed: 11)
    for (window, port) in [(1024, 64), (1 << 16, 64), (2048, 16), (512, 4)] {
      for page in [PagePolicy.open, .closed] {
        var spec = try DRAMMemory.Spec(device.with(channels: channels), portBytes: port)
        spec = try spec.with { $0.page = page }
        let base = spec.device.organisation.capacity - window
        var bench = Bench(spec, bytes: window, base: base)
        var reads = 0
        var writes = 0
        for _ in 0..<400 {
          let request = self.random(
            &random, window: window, port: port, base: base, isWrite: Int.random(in: 0..<3, using: &random) == 0)
          let stalls = Int.random(in: 0..<8, using: &random) == 0
          while !bench.tick(request, takesAnswers: !stalls || Int.random(in: 0..<4, using: &random) == 0) {}
          if request.isWrite { writes += 1 } else { reads += 1 }
          // Pauses long enough for queues to drain, now and then.
          for _ in 0..<(Int.random(in: 0..<40, using: &random) == 0 ? 120 : 0) { _ = bench.tick(nil) }
        }
        let drained = bench.drain()
        #expect(drained)
        #expect(bench.answered == reads)
        #expect(bench.memory.contents.bytes(base..<base + window) == bench.plain)
        #expect(bench.violations == [])
        #expect(bench.memory.counters.readRequests == reads)
        #expect(bench.memory.counters.writeRequests == writes)
        let total = bench.memory.channels.reduce(into: ControllerCounters()) { $0.add($1.counters) }
        let bursts = (reads + writes) * max(1, port / device.organisation.burstBytes)
        #expect(total[.read] + total[.write] + total.forwardedReads + bench.memory.sharedBursts == bursts)
        #expect(total.rowHits + total.rowMisses + total.rowConflicts == total[.read] + total[.write])
      }
    }
  }

  /// Skipping cycles by `activity` gives the same answers in the same cycles.
  @Test(arguments: devices) func skippingChangesNothing(device: DRAMSpecification) throws {
    func run(skips: Bool) throws -> (answers: [Int], DRAMMemory, ticks: Int) {
      var random = SplitMix64(seed: 5)
      var bench = Bench(try DRAMMemory.Spec(device), bytes: 1 << 14)
      var answers: [Int] = []
      var ticks = 0
      var due = 0
      var request: MemoryRequest?
      for _ in 0..<200 {
        request = self.random(&random, window: 1 << 14, port: 64, base: 0, isWrite: Bool.random(using: &random))
        due += Int.random(in: 0..<300, using: &random)
        while let next = request {
          let before = bench.answered
          if bench.tick(bench.cycle >= due ? next : nil) { request = nil }
          ticks += 1
          if bench.answered > before { answers.append(bench.cycle) }
          guard skips, request != nil else { continue }
          switch bench.memory.activity(requests: bench.requests, responses: bench.responses, after: bench.cycle - 1) {
          case .busy: break
          case .asleep(let until): if !bench.responses.hasFront { bench.cycle = max(bench.cycle, min(until, due)) }
          case .waiting: if !bench.responses.hasFront { bench.cycle = max(bench.cycle, due) }
          }
        }
      }
      let drained = bench.drain()
      #expect(drained)
      return (answers, bench.memory, ticks)
    }
    let ticked = try run(skips: false)
    let skipped = try run(skips: true)
    #expect(skipped.answers == ticked.answers)
    #expect(skipped.1.contents == ticked.1.contents)
    #expect(skipped.1.channels.map(\.counters) == ticked.1.channels.map(\.counters))
    #expect(skipped.ticks < ticked.ticks)
  }

  /// Everybody hammers one row of one bank; one read wants another row there. It waits no longer than the limit, the drains
  /// and refreshes that may lie in between.
  @Test(arguments: devices, SchedulingPolicy.allCases)
  func nobodyStarves(device: DRAMSpecification, scheduling: SchedulingPolicy) throws {
    let spec = try DRAMMemory.Spec(device).with {
      $0.scheduling = scheduling
      $0.starvationLimit = 500
    }
    var bench = Bench(spec, bytes: 1 << 23)
    let mapping = bench.memory.mapping
    let victim = mapping.address(of: DRAMLocation(channel: 0, bank: 0, row: 1, column: 0))
    var random = SplitMix64(seed: 3)
    for index in 0..<6000 {
      let column = Int.random(in: 0..<device.organisation.columns, using: &random)
      let hammer = mapping.address(of: DRAMLocation(channel: 0, bank: 0, row: 0, column: column)) & ~63
      let address = index % 1000 == 500 ? victim & ~63 : hammer
      let isWrite = index % 1000 != 500 && index % 7 < 3
      let request = MemoryRequest(
        address: address, isWrite: isWrite, enables: ~0, data: MemoryBeat(repeating: UInt8(truncatingIfNeeded: index)))
      while !bench.tick(request) {}
    }
    let drained = bench.drain()
    #expect(drained)
    let timing = device.timing
    // Both queues drained once, each request a conflict of its own, and a refresh.
    let conflict = timing.count(.tRC) + timing.count(.CWL) + timing.count(.BLc) + timing.count(.tWR)
    let bound = 2 * 500 + 66 * conflict + timing.count(.tRFC) + conflict
    #expect(bench.longest < bound, "\(device.name): \(bench.longest) of \(bound)")
    #expect(bench.violations == [])
  }

  /// A saved memory goes on as if it had not been saved, in the middle of traffic.
  @Test(arguments: devices) func savedAndLoadedItGoesOn(device: DRAMSpecification) throws {
    var random = SplitMix64(seed: 8)
    var bench = Bench(try DRAMMemory.Spec(device), bytes: 1 << 13)
    for _ in 0..<120 {
      let request = self.random(&random, window: 1 << 13, port: 64, base: 0, isWrite: Bool.random(using: &random))
      while !bench.tick(request) {}
    }
    let saved = try JSONEncoder().encode(bench.memory)
    var loaded = bench
    loaded.memory = try JSONDecoder().decode(DRAMMemory.self, from: saved)
    let drained = bench.drain()
    #expect(drained)
    let loadedDrained = loaded.drain()
    #expect(loadedDrained)
    #expect(loaded.cycle == bench.cycle)
    #expect(loaded.commands == bench.commands)
    #expect(loaded.memory.contents == bench.memory.contents)
  }

  /// The cells are what is read: one flipped bit shows. A delayed RD delays its own answer and those behind it in order.
  @Test func cellsAndDelaysAreReal() throws {
    func run(flips: Bool, delays: Int) throws -> (beats: [MemoryBeat], times: [Int]) {
      var memory = DRAMMemory(try DRAMMemory.Spec(.ddr4))
      memory.contents.place((0..<256).map { UInt8($0) }, at: 4096)
      if flips { memory.contents[4096 + 70] ^= 4 }
      var requests = Link<MemoryRequest>(capacity: 2, filler: .empty)
      var responses = Link<MemoryBeat>(capacity: 2, filler: MemoryBeat(repeating: 0))
      var beats: [MemoryBeat] = []
      var times: [Int] = []
      for cycle in 0..<2000 {
        if cycle % 400 == 0, cycle < 1600 {
          if cycle == 400 { memory.nextReadDelay = delays }
          requests.send(MemoryRequest(address: 4096 + cycle / 400 * 64, isWrite: false, enables: ~0))
        }
        if responses.hasFront {
          beats.append(responses.receive())
          times.append(cycle)
        }
        memory.evaluate(requests: &requests, responses: &responses, cycle: cycle)
        memory.commit()
        requests.commit()
        responses.commit()
      }
      return (beats, times)
    }
    let plain = try run(flips: false, delays: 0)
    let flipped = try run(flips: true, delays: 0)
    let delayed = try run(flips: false, delays: 100)
    #expect(plain.beats.count == 4)
    #expect(zip(plain.beats, flipped.beats).map { $0 == $1 } == [true, false, true, true])
    #expect(flipped.beats[1][6] == plain.beats[1][6] ^ 4)
    #expect(zip(plain.times, delayed.times).map { $1 - $0 } == [0, 100, 0, 0])
    #expect(delayed.beats == plain.beats)
  }

  /// An empty memory of 8 GiB is small, and idle DRAM asks for nothing but its refreshes and what they show.
  @Test func idleDRAMTicksOnlyForRefresh() throws {
    var memory = DRAMMemory(try DRAMMemory.Spec(.ddr4))
    var requests = Link<MemoryRequest>(capacity: 2, filler: .empty)
    var responses = Link<MemoryBeat>(capacity: 2, filler: MemoryBeat(repeating: 0))
    var ticks = 0
    var cycle = 0
    while cycle < 1_000_000 {
      memory.evaluate(requests: &requests, responses: &responses, cycle: cycle)
      memory.commit()
      ticks += 1
      switch memory.activity(requests: requests, responses: responses, after: cycle) {
      case .busy: cycle += 1
      case .asleep(let until): cycle = until
      case .waiting: cycle = .max
      }
    }
    let refreshes = 1_000_000 / 9360
    #expect(memory.channels[0].counters[.refresh] == refreshes)
    // REF, the edge after it, and the end of tRFC.
    #expect(ticks <= 3 * refreshes + 2)
  }
}

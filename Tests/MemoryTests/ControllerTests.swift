import Foundation
import Testing

@testable import Memory

/// Policies, refresh and skipping, watched by the checker.
@Suite struct ControllerTests {
  static let pages: [PagePolicy] = [.open, .closed, .timeout(50)]

  /// A mixed stream with pauses: reads and writes over few rows, so that hits, conflicts and forwarding all occur.
  private func stream(_ count: Int, seed: UInt64, burst: Int, capacity: Int) -> [TraceRequest] {
    var random = seed
    var cycle = 0
    return (0..<count).map { _ in
      random ^= random << 13
      random ^= random >> 7
      random ^= random << 17
      if random & 63 == 0 { cycle += Int(random >> 20 & 0xFFF) }
      let address = Int(random >> 16 & 0xFFFFF) * burst % capacity
      return TraceRequest(cycle: cycle, address: address, isWrite: random & 3 == 0)
    }
  }

  @Test(arguments: DRAMSpecification.presets, SchedulingPolicy.allCases)
  func everyPolicyIsLegalConservedAndTheSameWhenTicked(device: DRAMSpecification, scheduling: SchedulingPolicy) throws {
    for page in Self.pages {
      for refresh in RefreshPolicy.allCases where refresh != .perBank || device.refreshesSingleBanks {
        for postponed in [0, 8] {
          var options = DRAMTraceOptions(device: device)
          options.controller.scheduling = scheduling
          options.controller.page = page
          options.controller.refresh = refresh
          options.controller.postponedRefreshes = postponed
          options.checks = true
          let requests = stream(
            600, seed: 88_172_645_463_325_252, burst: device.organisation.burstBytes,
            capacity: device.organisation.capacity)
          let skipped = try run(options, requests, ticked: false)
          let ticked = try run(options, requests, ticked: true)
          #expect(skipped == ticked, "\(page) \(refresh) \(postponed)")
          #expect(skipped.violations == [], "\(page) \(refresh) \(postponed)")
          let served = skipped.rowHits + skipped.rowMisses + skipped.rowConflicts + skipped.forwardedReads
          #expect(served == requests.count)
        }
      }
    }
  }

  /// An endless stream of row hits does not starve a conflict in the same bank.
  @Test(arguments: DRAMSpecification.presets, SchedulingPolicy.allCases)
  func rowHitsStarveNobody(device: DRAMSpecification, scheduling: SchedulingPolicy) throws {
    let wait = try longestWait(of: device, scheduling, victimIsWrite: false, othersWrite: false)
    // Every request that the queue holds goes before it at most, and a refresh.
    let timing = device.timing
    #expect(wait < 500 + 33 * timing.count(.tRC) + 2 * timing.count(.tRFC))
  }

  /// Reads without end do not starve one write, and writes without end not one read.
  @Test(arguments: DRAMSpecification.presets, [false, true])
  func theOtherQueueStarvesNobody(device: DRAMSpecification, victimIsWrite: Bool) throws {
    let wait = try longestWait(of: device, .frfcfs, victimIsWrite: victimIsWrite, othersWrite: !victimIsWrite)
    // A drain of the whole write queue may be under way.
    let timing = device.timing
    let conflict = timing.count(.tRC) + timing.count(.CWL) + timing.count(.BLc) + timing.count(.tWR)
    #expect(wait < 500 + 66 * conflict + 2 * timing.count(.tRFC))
  }

  /// Cycles that one request for another row waits for its RD or WR among 20 000 for one row of its bank.
  private func longestWait(
    of device: DRAMSpecification, _ scheduling: SchedulingPolicy, victimIsWrite: Bool, othersWrite: Bool
  ) throws -> Int {
    var options = DRAMTraceOptions(device: device)
    options.controller.scheduling = scheduling
    options.controller.starvationLimit = 500
    options.checks = true
    let mapping = try options.addressMapping()
    let place = { (row: Int, column: Int) in
      mapping.address(of: DRAMLocation(channel: 0, bank: 0, row: row, column: column))
    }
    var runner = try DRAMTraceRunner(options)
    var index = 0
    var accepted = 0
    var served = 0
    let result = try runner.run(
      next: {
        guard index < 20_000 else { return nil }
        index += 1
        if index == 1000 {
          return TraceRequest(cycle: 0, address: place(1, 0), isWrite: victimIsWrite)
        }
        return TraceRequest(cycle: 0, address: place(0, index % device.organisation.columns), isWrite: othersWrite)
      },
      commands: { _, command in
        // The request after it is fetched when it has been accepted.
        if accepted == 0, index > 1000 { accepted = command.cycle }
        if command.kind.isColumn, command.row == 1 { served = command.cycle }
      })
    #expect(result.violations == [])
    #expect(accepted > 0 && served > accepted)
    return served - accepted
  }

  /// What the banks did, read off the commands, adds up to what the controllers counted.
  @Test(arguments: DRAMSpecification.presets, [1, 4])
  func banksAddUpToTheStatistics(device: DRAMSpecification, channels: Int) throws {
    let device = try device.with(channels: channels)
    var rest = stream(
      3000, seed: 7_046_029_254_386_353_131, burst: device.organisation.burstBytes,
      capacity: device.organisation.capacity)[...]
    var options = DRAMTraceOptions(device: device)
    options.checks = true
    var runner = try DRAMTraceRunner(options)
    var banks = BankStatistics(device.organisation)
    let result = try runner.run(next: { rest.popFirst() }, commands: { banks.observe($1, channel: $0) })
    #expect(result.violations == [])
    func sum(_ value: (BankStatistics.Bank) -> Int) -> Int { banks.banks.reduce(0) { $0 + value($1) } }
    #expect(banks.banks.count == channels * device.organisation.banks)
    #expect(sum(\.activates) == result.commands["ACT"])
    #expect(sum(\.reads) == result.commands["RD"])
    #expect(sum(\.writes) == result.commands["WR"])
    #expect(sum(\.rowHits) == result.rowHits)
    #expect(sum(\.rowMisses) == result.rowMisses)
    #expect(sum(\.rowConflicts) == result.rowConflicts)
    #expect(sum(\.refreshes) == (result.commands["REF"] ?? 0) * device.organisation.banksPerRank)
    #expect(sum(\.activates) >= sum(\.precharges) && sum(\.rowConflicts) > 0 && result.rowHits > 0)
  }

  /// The page defines every statistic that a run reports.
  @Test func everyStatisticIsDefined() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = try String(contentsOf: root.appending(path: "Documentation/dram-access.md"), encoding: .utf8)
    let result = try run(DRAMTraceOptions(device: .ddr3x8), [], ticked: false)
    for statistic in result.statistics { #expect(page.contains("`\(statistic.name)`"), "\(statistic.name)") }
  }

  private func run(_ options: DRAMTraceOptions, _ requests: [TraceRequest], ticked: Bool) throws -> DRAMTraceResult {
    var rest = requests[...]
    var runner = try DRAMTraceRunner(options)
    if ticked { runner.tickEveryCycle() }
    return try runner.run { rest.popFirst() }
  }
}

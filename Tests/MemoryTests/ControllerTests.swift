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
  @Test func rowHitsStarveNobody() throws {
    var options = DRAMTraceOptions(device: .ddr3x8)
    options.controller.starvationLimit = 500
    let mapping = try options.addressMapping()
    let requests = (0..<5000).map { index in
      let place = DRAMLocation(channel: 0, bank: 0, row: index == 10 ? 1 : 0, column: index % 128)
      return TraceRequest(cycle: 0, address: mapping.address(of: place), isWrite: false)
    }
    let result = try run(options, requests, ticked: false)
    #expect(result.readLatencyMaximum < 500 + 300 + 208)
  }

  /// What the banks did, read off the commands, adds up to what the controllers counted.
  @Test(arguments: DRAMSpecification.presets, [1, 4])
  func banksAddUpToTheStatistics(device: DRAMSpecification, channels: Int) throws {
    let device = try device.with(channels: channels)
    var rest = stream(
      3000, seed: 7_046_029_254_386_353_131, burst: device.organisation.burstBytes,
      capacity: device.organisation.capacity)[...]
    var runner = try DRAMTraceRunner(DRAMTraceOptions(device: device))
    var banks = BankStatistics(device.organisation)
    let result = try runner.run(next: { rest.popFirst() }, commands: { banks.observe($1, channel: $0) })
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

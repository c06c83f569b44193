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

  private func run(_ options: DRAMTraceOptions, _ requests: [TraceRequest], ticked: Bool) throws -> DRAMTraceResult {
    var rest = requests[...]
    var runner = try DRAMTraceRunner(options)
    if ticked { runner.tickEveryCycle() }
    return try runner.run { rest.popFirst() }
  }
}

import Tensors
import TestSupport
import Testing

@testable import Memory

/// Devices, organisations, mappings, policies and traffic at random: always legal, conserved, and the same when ticked.
@Suite struct RandomDeviceTests {
  @Test func anyDeviceUnderAnyPolicyObeysItsRules() throws {
    var random = SplitMix64(seed: 2024)
    for number in 0..<fuzzCases(120) {
      let options = try Self.options(&random)
      let requests = try Self.requests(for: options, &random)
      let skipped = try run(options, requests, ticked: false)
      #expect(skipped.violations == [], "case \(number): \(options)")
      let served = skipped.rowHits + skipped.rowMisses + skipped.rowConflicts + skipped.forwardedReads
      #expect(served == requests.count && skipped.requests == requests.count, "case \(number): \(options)")
      let ticked = try run(options, requests, ticked: true)
      #expect(skipped == ticked, "case \(number): \(options)")
    }
  }

  /// A preset with longer times, fewer or more banks and ranks, any mapping, and any policy.
  private static func options(_ random: inout SplitMix64) throws -> DRAMTraceOptions {
    let preset = DRAMSpecification.presets[Int.random(in: 0..<DRAMSpecification.presets.count, using: &random)]
    var organisation = preset.organisation
    organisation.channels = 1 << Int.random(in: 0...1, using: &random)
    if !organisation.ranksOwnTheirBus { organisation.ranks = 1 << Int.random(in: 0...1, using: &random) }
    organisation.banksPerGroup = 1 << Int.random(in: 0...2, using: &random)
    organisation.rows = 16
    organisation.columns = 16
    var device = try preset.with(organisation: organisation)
    for parameter in DRAMParameter.allCases where Bool.random(using: &random) && parameter != .BLc {
      guard let value = device.stated[parameter] else { continue }
      var timing = device.stated
      timing[parameter] = value + Int.random(in: 0...20, using: &random)
      // One that contradicts another is left as it was.
      device = (try? device.with(timing: timing)) ?? device
    }
    var options = DRAMTraceOptions(device: device)
    options.mapping = mapping(of: organisation, &random)
    options.checks = true
    options.controller = controller(for: device, &random)
    return options
  }

  private static func mapping(of organisation: DRAMOrganisation, _ random: inout SplitMix64) -> String {
    var bits: [String] = []
    for (field, count) in [
      ("Ch", organisation.channels), ("Ra", organisation.ranks), ("Bg", organisation.bankGroups),
      ("Ba", organisation.banksPerGroup), ("Ro", organisation.rows), ("Co", organisation.columns),
    ] {
      bits += Array(repeating: field + "1", count: count.trailingZeroBitCount)
    }
    return bits.shuffled(using: &random).joined()
  }

  private static func controller(for device: DRAMSpecification, _ random: inout SplitMix64) -> ControllerOptions {
    var options = ControllerOptions()
    options.scheduling = Bool.random(using: &random) ? .frfcfs : .fcfs
    options.page = [.open, .closed, .timeout(40)][Int.random(in: 0...2, using: &random)]
    options.refresh =
      [.off, .allBank, device.refreshesSingleBanks ? .perBank : .allBank][Int.random(in: 0...2, using: &random)]
    options.refreshPrecharge = Bool.random(using: &random) ? .allAtOnce : .bankByBank
    options.postponedRefreshes = Int.random(in: 0...8, using: &random)
    options.readQueue = Int.random(in: 1...63, using: &random)
    options.writeQueue = Int.random(in: 1...63, using: &random)
    options.writeHighWatermark = Int.random(in: 1...options.writeQueue, using: &random)
    options.writeLowWatermark = Int.random(in: 0..<options.writeHighWatermark, using: &random)
    options.starvationLimit = Int.random(in: 50...3000, using: &random)
    return options
  }

  /// Bursts of requests over the whole memory or a corner of it, with pauses.
  private static func requests(for options: DRAMTraceOptions, _ random: inout SplitMix64) throws -> [TraceRequest] {
    let capacity = options.device.organisation.capacity
    let window = min(capacity, 4096 << Int.random(in: 0...8, using: &random))
    let writes = Int.random(in: 0...4, using: &random)
    var cycle = 0
    return (0..<400).map { _ in
      if Int.random(in: 0..<40, using: &random) == 0 { cycle += Int.random(in: 0..<9000, using: &random) }
      return TraceRequest(
        cycle: cycle, address: Int.random(in: 0..<window, using: &random),
        isWrite: Int.random(in: 0..<4, using: &random) < writes)
    }
  }

  private func run(_ options: DRAMTraceOptions, _ requests: [TraceRequest], ticked: Bool) throws -> DRAMTraceResult {
    var rest = requests[...]
    var runner = try DRAMTraceRunner(options)
    if ticked { runner.tickEveryCycle() }
    return try runner.run { rest.popFirst() }
  }
}

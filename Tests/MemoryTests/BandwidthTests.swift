import Testing

@testable import Memory

/// The limits of a sequential stream that `Documentation/dram-access.md` derives, held against runs.
@Suite struct BandwidthTests {
  /// Bursts go round the bank groups (and pseudo-channels), so that tCCD_S is what limits them.
  private func spread(_ device: DRAMSpecification) -> String {
    device.organisation.ranksOwnTheirBus ? "RoBaCoBgPc" : device.organisation.bankGroups > 1 ? "RoBaCoBg" : "RoBaBgCo"
  }

  /// The share of time that refresh leaves: every tREFI the bus stands still from the last burst before PREA to the first after.
  private func refreshShare(_ timing: DRAMTiming, writes: Bool) -> Double {
    let closing = writes ? timing.count(.CWL) + timing.count(.BLc) + timing.count(.tWR) : timing.count(.tRTP)
    let opening = writes ? timing.count(.tRCDWR) : timing.count(.tRCD)
    let lost = closing + timing.count(.tRPab) + timing.count(.tRFC) + opening - timing.count(.BLc)
    return 1 - Double(lost) / Double(timing.count(.tREFI))
  }

  @Test(arguments: DRAMSpecification.presets, [false, true])
  func sequentialStreamsReachTheLimit(device: DRAMSpecification, writes: Bool) throws {
    let result = try stream(device, spread(device), count: 100_000) { _ in writes }
    let limit = refreshShare(device.timing, writes: writes)
    #expect(result.utilisation <= limit * 1.005, "\(device.name)")
    #expect(result.utilisation >= limit * 0.97, "\(device.name): \(result.utilisation) of \(limit)")
  }

  /// All bursts of a row in one bank: tCCD_L apart.
  @Test(arguments: DRAMSpecification.presets.filter { $0.organisation.bankGroups > 1 })
  func oneBankAfterAnotherIsLimitedByTheBankGroup(device: DRAMSpecification) throws {
    let mapping = device.organisation.ranksOwnTheirBus ? "RoBaBgCoPc" : "RoBaBgCo"
    let result = try stream(device, mapping, count: 100_000) { _ in false }
    let group = Double(device.timing.count(.BLc)) / Double(device.timing.count(.tCCD_L))
    // Near the end of a row the queue holds the next bank group's bursts, and the two interleave: up to a queue in a row.
    let share = Double(2 * 33) / Double(device.organisation.columns * (device.organisation.ranksOwnTheirBus ? 2 : 1))
    let limit = refreshShare(device.timing, writes: false)
    #expect(result.utilisation >= limit * group * 0.97, "\(device.name)")
    #expect(result.utilisation <= limit * (group * (1 - min(1, share)) + min(1, share)), "\(device.name)")
  }

  /// Copying: a drain of a full write queue, then as many reads; each change of direction costs its turnaround.
  @Test(arguments: DRAMSpecification.presets)
  func copyingReachesTheLimitMinusTurnarounds(device: DRAMSpecification) throws {
    var options = DRAMTraceOptions(device: device)
    options.mapping = spread(device)
    // Rows are the highest bits and banks the next: half of their span apart, the two streams never meet in a bank.
    let apart = device.organisation.capacity / device.organisation.rows / 2
    let result = try stream(
      device, spread(device), count: 100_000,
      address: { ($0 / 2 * device.organisation.burstBytes + $0 % 2 * apart) % device.organisation.capacity },
      isWrite: { $0 % 2 == 1 })
    let timing = device.timing
    let buses = device.organisation.ranksOwnTheirBus ? device.organisation.ranks : 1
    let bursts = 2 * options.controller.writeHighWatermark / buses
    let turns =
      timing.count(.tRTW) + timing.count(.CWL) + timing.count(.BLc) + timing.count(.tWTR_L) - 2 * timing.count(.BLc)
    let share = Double(bursts * timing.count(.BLc)) / Double(bursts * timing.count(.BLc) + turns)
    let limit = refreshShare(timing, writes: true) * share
    #expect(result.utilisation >= limit * 0.97, "\(device.name): \(result.utilisation) of \(limit)")
    // Drains grow longer than a queue where requests come faster than a bus takes them; refresh alone remains.
    #expect(result.utilisation <= refreshShare(timing, writes: false), "\(device.name): \(result.utilisation)")
  }

  private func stream(
    _ device: DRAMSpecification, _ mapping: String, count: Int, address: ((Int) -> Int)? = nil,
    isWrite: (Int) -> Bool
  ) throws -> DRAMTraceResult {
    var options = DRAMTraceOptions(device: device)
    options.mapping = mapping
    options.checks = true
    var runner = try DRAMTraceRunner(options)
    var index = 0
    let result = try runner.run(next: {
      guard index < count else { return nil }
      defer { index += 1 }
      let place = address?(index) ?? index * device.organisation.burstBytes
      return TraceRequest(cycle: 0, address: place, isWrite: isWrite(index))
    })
    #expect(result.violations == [])
    return result
  }
}

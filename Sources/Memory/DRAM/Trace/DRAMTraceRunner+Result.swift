extension DRAMTraceRunner {
  func result() -> DRAMTraceResult {
    var total = ControllerCounters()
    for channel in channels { total.add(channel.counters) }
    let organisation = options.device.organisation
    var result = DRAMTraceResult()
    result.device = options.device.name
    result.mapping = mapping.text
    result.requests = requests
    result.drain = progress.lastDataEnd
    result.span = progress.firstCommand == Int.max ? 0 : progress.lastDataEnd - progress.firstCommand
    if total.reads > 0 {
      result.readLatency = Double(total.readLatencySum) / Double(total.reads)
      result.readLatencyFromArrival = Double(progress.latencyFromArrivalSum) / Double(total.reads)
    }
    result.readLatencyMaximum = total.readLatencyMaximum
    result.peakGBps = options.device.peakBytesPerSecond / 1e9
    let bytes = Double((total[.read] + total[.write]) * organisation.burstBytes)
    if result.span > 0 {
      let buses = organisation.channels * (organisation.ranksOwnTheirBus ? organisation.ranks : 1)
      result.bandwidthGBps = bytes / (Double(result.span) * options.device.timing.tCK)
      result.utilisation = Double(total.dataCycles) / Double(result.span * buses)
    }
    result.rowHits = total.rowHits
    result.rowMisses = total.rowMisses
    result.rowConflicts = total.rowConflicts
    result.forwardedReads = total.forwardedReads
    for kind in DRAMCommandKind.allCases where kind != .none { result.commands[kind.mnemonic] = total[kind] }
    if options.checks {
      result.violations = checkers.enumerated().flatMap { channel, checker in
        checker.finished(at: progress.lastDataEnd).map { "channel \(channel): \($0)" }
      }
    }
    return result
  }
}

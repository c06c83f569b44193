/// Request streams for measuring how fast trace mode runs: made on the fly, so that nothing but the model is timed.
public enum DRAMBenchmark: String, CaseIterable, Sendable {
  /// Reads one burst after another.
  case sequential
  /// Reads at random addresses, two thirds of them conflicts or misses in every bank.
  case random
  /// Four streams of a convolution layer: ifmap, filter, psum read, psum write.
  case layer
  /// Random reads, one in four a write.
  case mixed

  /// Runs a number of requests as fast as the memory takes them and returns the result.
  public func run(requests: Int, device: DRAMSpecification) throws -> DRAMTraceResult {
    var runner = try DRAMTraceRunner(DRAMTraceOptions(device: device))
    let burst = device.organisation.burstBytes
    let capacity = device.organisation.capacity
    var random: UInt64 = 0x9E37_79B9_7F4A_7C15
    var count = 0
    return try runner.run {
      guard count < requests else { return nil }
      let index = count
      count &+= 1
      random ^= random &<< 13
      random ^= random &>> 7
      random ^= random &<< 17
      let scattered = Int(truncatingIfNeeded: random &>> 8) & (capacity &- 1) & ~(burst &- 1)
      switch self {
      case .sequential:
        return TraceRequest(cycle: 0, address: index &* burst & (capacity &- 1), isWrite: false)
      case .random:
        return TraceRequest(cycle: 0, address: scattered, isWrite: false)
      case .layer:
        let stream = index & 3
        let address = (capacity &>> 2) &* min(stream, 2) &+ (index &>> 2) &* burst
        return TraceRequest(cycle: 0, address: address & (capacity &- 1), isWrite: stream == 3)
      case .mixed:
        return TraceRequest(cycle: 0, address: scattered, isWrite: random & 3 == 0)
      }
    }
  }
}

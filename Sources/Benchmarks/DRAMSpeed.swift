import Memory

/// Speed of the DRAM controller on address traces: requests a second of processor time, FR-FCFS, 32-entry queues.
enum DRAMSpeed {
  static func measure(isQuick: Bool) throws -> [Measurement] {
    let requests = isQuick ? 2_000 : 200_000
    return try DRAMSpecification.presets.flatMap { device in
      try DRAMBenchmark.allCases.map { pattern in
        let seconds = try processorSeconds { _ = try pattern.run(requests: requests, device: device) }
        return Measurement(
          "\(device.name) \(pattern.rawValue)", Double(requests) / seconds / 1e6, "M requests/s",
          "\(requests) requests; at least 3 wanted, 5 aimed for")
      }
    }
  }
}

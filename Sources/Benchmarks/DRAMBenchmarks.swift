import Glibc
import Memory

/// Requests a second of trace mode, one core, FR-FCFS, queues of 32: each device on each stream.
func benchmarkDRAM(requests: Int) throws {
  print("device stream requests seconds M_requests/s utilisation row_hits")
  for device in DRAMSpecification.presets {
    for stream in DRAMBenchmark.allCases {
      let start = clock()
      let result = try stream.run(requests: requests, device: device)
      let seconds = Double(clock() - start) / 1e6
      print(
        device.name, stream, requests, seconds, Double(requests) / seconds / 1e6, result.utilisation, result.rowHits)
    }
  }
}

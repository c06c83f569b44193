import Foundation
import Memory
import MemoryFiles

/// The reference sets, traces and results beside these tests.
enum Reference {
  static let folder = Bundle.module.bundleURL.appendingPathComponent("Fixtures")

  static func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appendingPathComponent(path)))
  }

  /// A trace, packed as it is.
  static func trace(_ geometry: String, _ name: String) throws -> [UInt8] {
    try bytes("traces/\(geometry)/\(name).trace.gz")
  }

  static func set(_ name: String) throws -> DRAMSpecification {
    try DRAMTimingFile(bytes("timing.json"), file: "timing.json", base: nil).specification(named: name)
  }

  static func geometry(of set: String) -> String { String(set.prefix { $0 != "_" }) }

  static func results() throws -> [String: Results] {
    try JSONDecoder().decode([String: Results].self, from: Data(bytes("results.json")))
  }

  struct Results: Decodable {
    let tools: [String: Tool]
    let span_min: Int
    let span_max: Int
    let lat_min: Double
    let lat_max: Double
  }

  struct Tool: Decodable {
    let span: Int
    let read_lat: Double
    let read_lat_from_arrival: Double
    let max_lat: Int
    let GBps: Double
    let util: Double
    let ACT: Int
    let PRE: Int
    let PREab: Int
    let RD: Int
    let WR: Int
    let REF: Int
    let hit: Int
    let empty: Int
    let conflict: Int
    let undrained_writes: Int
  }

  /// What DRAMsim3 does on every set and address map where little or no policy is free.
  static func streams() throws -> [String: Stream] {
    try JSONDecoder().decode([String: Stream].self, from: Data(bytes("dramsim3.json")))
  }

  struct Stream: Decodable {
    /// Whose traces were run.
    let geometry: String
    let span: Int
    let commands: Int
    /// FNV-1a of the lines `cycle CMD bank row column`, cycles from the first command on.
    let fnv1a: String
  }

  static func options(_ set: String, refresh: Bool, mapping: String = "A") throws -> DRAMTraceOptions {
    var options = DRAMTraceOptions(device: try self.set(set))
    options.mapping = mapping
    options.controller.refresh = refresh ? .allBank : .off
    options.checks = true
    if set.hasPrefix("lpddr4") { options.controller.refreshPrecharge = .bankByBank }
    return options
  }

  static func run(
    _ options: DRAMTraceOptions, _ bytes: [UInt8]
  ) throws -> (result: DRAMTraceResult, commands: [DRAMCommand]) {
    var runner = try DRAMTraceRunner(options)
    // A trace made for a larger memory is folded into this one.
    let capacity = runner.mapping.capacity
    var reader = TraceFile.reader(bytes, file: "trace", capacity: max(capacity, 1 << 40))
    var commands: [DRAMCommand] = []
    let result = try runner.run(
      next: {
        var request = try reader.read()
        request?.address &= capacity - 1
        return request
      }, commands: { commands.append($1) })
    return (result, commands)
  }
}

import Foundation

/// The weight-stationary array of `Examples/rtl` under Verilator, built for one trace format.
struct VerilatorRun {
  /// What a run said.
  struct Result {
    let timing: Timing
    let checksum: UInt64
  }

  private let executable: String
  private let directory: String
  private let format: String

  /// Compiles the RTL with `-O3`, for one thread; takes some ten seconds.
  init(size: Int, format: String, in directory: String) throws {
    self.directory = directory
    self.format = format
    let sources = ["ws_array.sv", "ws_pe.sv", "skew_lane.sv", "ws_array_trace.cpp"].map {
      FileManager.default.currentDirectoryPath + "/Examples/rtl/" + $0
    }
    let objects = "\(directory)/obj_\(format)"
    _ = try Self.run(
      [
        "verilator", "--cc", "--exe", "--build", "-O3", "--x-assign", "fast", "--x-initial", "fast", "--noassert",
        "-Wno-fatal", format == "fst" ? "--trace-fst" : "--trace", "-GROWS=\(size)", "-GCOLUMNS=\(size)",
        "-CFLAGS", "-DARRAY_SIZE=\(size)", "-MAKEFLAGS", "OPT_FAST=-O3 OPT_GLOBAL=-O3",
        "--top-module", "ws_array", "--Mdir", objects,
      ] + sources)
    executable = objects + "/Vws_array"
  }

  /// Simulates and traces the stimuli.
  func trace(_ stimuli: String, cycles: Int) throws -> Result {
    let dump = "\(directory)/verilator.\(format)"
    let output = try Self.run([executable, stimuli, "\(cycles)", dump])
    // The last line: Verilator may have warned before.
    let words = output.split(separator: "\n").last?.split(separator: " ") ?? []
    guard words.count == 4, let count = Int(words[0]), let seconds = Double(words[1]), let wall = Double(words[2]),
      let checksum = UInt64(words[3])
    else { throw BenchmarkError(description: "\(executable) printed no figures but: \(output)") }
    let size = try FileManager.default.attributesOfItem(atPath: dump)[.size] as? Int ?? 0
    try FileManager.default.removeItem(atPath: dump)
    return Result(timing: Timing(seconds: seconds, wall: wall, cycles: count, byteCount: size), checksum: checksum)
  }

  /// What `verilator --version` says; nil where there is none.
  static var version: String? {
    let line = (try? run(["verilator", "--version"]))?.split(separator: "\n").first ?? ""
    let words = line.split(separator: " ")
    return words.count > 1 ? String(words[1]) : nil
  }

  /// Runs a tool and returns what it prints.
  static func run(_ command: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw BenchmarkError(description: "failed: \(command.joined(separator: " "))\n\(output)")
    }
    return output
  }
}

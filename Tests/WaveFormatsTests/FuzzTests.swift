import Foundation
import Testing

@testable import WaveFormats

/// A small generator with a seed, so that every failure can be repeated.
private struct Generator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state ^ state >> 33) &* 0xff51_afd7_ed55_8ccd
  }
}

@Suite struct FuzzTests {
  /// Damaged files end in an error or in fewer values, never in a trap. `SYSTOLE_FUZZ_CASES` sets how many are tried.
  @Test(arguments: ["vcd", "fst", "foreign.fst", "wrapped.fst", "vcd.gz"]) func damagedFilesAreRead(kind: String) throws
  {
    let cases = ProcessInfo.processInfo.environment["SYSTOLE_FUZZ_CASES"].flatMap { Int($0) } ?? 200
    let scratch = try Scratch()
    let layout = try sampleLayout(["control", "memory", "array.pe_r0_c0?"])
    try record(try VCDWriter(path: scratch.file("a.vcd"), layout: layout), layout, cycles: 20)
    try record(try FSTWriter(path: scratch.file("a.fst"), layout: layout), layout, cycles: 20)
    try run("vcd2fst", [scratch.file("a.vcd"), scratch.file("a.foreign.fst")])
    try run("gzip", ["-k", scratch.file("a.vcd")])
    try writeWrapped(scratch.file("a.fst"), to: scratch.file("a.wrapped.fst"))
    let original = try contents(scratch.file("a.\(kind)"))
    var generator = Generator(state: UInt64(kind.utf8.count))
    var refused = 0
    for _ in 0..<cases {
      var bytes = original
      for _ in 0..<Int.random(in: 1...8, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch UInt8.random(in: 0..<4, using: &generator) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 2: bytes.remove(at: place)
        default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &generator)], at: place)
        }
      }
      if Bool.random(using: &generator) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator)) }
      let path = scratch.file("damaged")
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      do {
        var source = try WaveFile.open(path)
        var step = WaveStep()
        var state = WaveState(source.hierarchy)
        while try source.next(into: &step) { state.apply(step) }
        for signal in state.shapes.indices { _ = state.value(of: signal).description }
      } catch {
        #expect(error.kind == .format && error.description.contains(path))
        refused += 1
      }
    }
    #expect(refused > 0)
  }

  /// Wraps an FST file as GHDL and libfst do: type 254, length of the block, length of the file, the file compressed.
  private func writeWrapped(_ path: String, to wrapped: String) throws {
    let size = try contents(path).count
    try run("gzip", ["-k", path])
    let compressed = try contents(path + ".gz")
    let lengths = [compressed.count + 16, size].flatMap { length in
      (0..<8).reversed().map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) }
    }
    try Data([254] + lengths + compressed).write(to: URL(fileURLWithPath: wrapped))
  }
}

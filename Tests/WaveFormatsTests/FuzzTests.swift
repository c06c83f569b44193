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
  private static let kinds = [
    "vcd", "vcd.gz", "dialects.vcd", "fst", "wrapped.fst", "foreign-4.fst", "foreign-F.fst", "foreign-Z.fst",
    "killed.fst",
    "killed.fst.hier",
  ]

  /// Damaged files end in an error or in fewer values, never in a trap. `SYSTOLE_FUZZ_CASES` sets how many are tried.
  @Test(arguments: kinds) func damagedFilesAreRead(kind: String) throws {
    let cases = ProcessInfo.processInfo.environment["SYSTOLE_FUZZ_CASES"].flatMap { Int($0) } ?? 200
    let scratch = try Scratch()
    try makeFiles(scratch)
    let original = try contents(scratch.file("a.\(kind)"))
    var generator = Generator(state: kind.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) })
    var refused = 0
    for number in 0..<cases {
      let bytes = Self.damaged(original, &generator)
      let path = scratch.file("damaged")
      try Data(bytes).write(to: URL(fileURLWithPath: path + (kind.hasSuffix(".hier") ? ".hier" : "")))
      if kind == "killed.fst", number == 0 { try copy(scratch, "a.killed.fst.hier", "damaged.hier") }
      if kind == "killed.fst.hier", number == 0 { try copy(scratch, "a.killed.fst", "damaged") }
      do throws(WaveError) {
        try read(path)
        if number % 8 == 0 { try use(path, scratch) }
      } catch {
        #expect(error.kind == .format && error.description.contains(path), "\(error)")
        refused += 1
      }
    }
    #expect(refused > 0)
  }

  private static func damaged(_ original: [UInt8], _ generator: inout Generator) -> [UInt8] {
    var bytes = original
    for _ in 0..<Int.random(in: 1...8, using: &generator) {
      let place = Int.random(in: 0..<bytes.count, using: &generator)
      switch UInt8.random(in: 0..<5, using: &generator) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 2: bytes.remove(at: place)
      // Lengths and counts at their limits.
      case 3: bytes[place] = 0xff
      default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &generator)], at: place)
      }
    }
    if Bool.random(using: &generator) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator)) }
    return bytes
  }

  private func read(_ path: String) throws(WaveError) {
    var source = try WaveFile.open(path)
    var step = WaveStep()
    var state = WaveState(source.hierarchy)
    while try source.next(into: &step) { state.apply(step) }
    for signal in state.shapes.indices { _ = state.value(of: signal).description }
  }

  /// What `systole wave` does with a file that can be read.
  private func use(_ path: String, _ scratch: Scratch) throws(WaveError) {
    _ = WaveCheck(path: path)
    _ = try WaveStatistics(try WaveFile.open(path))
    _ = try TextWaveform.render(try WaveFile.open(path))
    var options = WaveComparison.Options()
    let hierarchy = try WaveFile.open(path).hierarchy
    options.clock = hierarchy.likelyClock.map(hierarchy.path(ofVariable:))
    let result = try WaveComparison(try WaveFile.open(path), try WaveFile.open(path), options: options)
    #expect(result.isEqual, "a file differs from itself: \(result.differences.prefix(2))")
    for name in ["damaged.copy.vcd", "damaged.copy.fst"] {
      _ = try WaveFile.convert(try WaveFile.open(path), to: scratch.file(name))
      let copied = try WaveComparison(try WaveFile.open(path), try WaveFile.open(scratch.file(name)))
      #expect(copied.differences.isEmpty, "\(name): \(copied.differences.prefix(2))")
    }
  }

  private func copy(_ scratch: Scratch, _ first: String, _ second: String) throws {
    try Data(try contents(scratch.file(first))).write(to: URL(fileURLWithPath: scratch.file(second)))
  }

  private func makeFiles(_ scratch: Scratch) throws {
    let layout = try sampleLayout(["control", "memory", "array.pe_r0_c0?"])
    try record(try VCDWriter(path: scratch.file("a.vcd"), layout: layout), layout, cycles: 20)
    try record(try FSTWriter(path: scratch.file("a.fst"), layout: layout), layout, cycles: 20)
    for option in ["4", "F", "Z"] {
      try run("vcd2fst", ["-\(option)", scratch.file("a.vcd"), scratch.file("a.foreign-\(option).fst")])
    }
    try run("gzip", ["-k", scratch.file("a.vcd")])
    try writeWrapped(scratch.file("a.fst"), to: scratch.file("a.wrapped.fst"))
    let text = DialectTests.dialects.map(\.text).joined()
    try Data(text.utf8).write(to: URL(fileURLWithPath: scratch.file("a.dialects.vcd")))
    try FSTParts(scratch.file("a.fst")).writeKilled(scratch.file("a.killed.fst"))
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

import Tensors
import TestSupport
import Testing

@testable import Codecs

struct DeflateTests {
  /// Data of several kinds: nothing, noise, runs, words, a trace, and what lies beyond the reach of a match.
  private static func corpus() -> [[UInt8]] {
    var random = SplitMix64(seed: 11)
    let noise = (0..<70_000).map { _ in UInt8.random(in: 0...255, using: &random) }
    let words = ["psum", " filter", " ifmap", "\n"].map { Array($0.utf8) }
    let text = (0..<30_000).flatMap { _ in words[Int.random(in: 0..<4, using: &random)] }
    let trace = (0..<9000).flatMap { time in
      Array("#\(time * 500)\nb\(String(UInt32.random(in: 0...0xFFFFF, using: &random), radix: 2)) !a\n".utf8)
    }
    let skewed = (0..<60_000).map { _ in
      UInt8(clamping: Int(UInt64.random(in: 0...UInt64.max, using: &random).leadingZeroBitCount))
    }
    return [
      [], [7], [UInt8](repeating: 0, count: 200_000), noise, text, trace, skewed, noise + noise[..<1000] + noise,
      Array(noise[..<40_000]) + [UInt8](repeating: 1, count: 300) + Array(noise[..<40_000]),
    ]
  }

  @Test func zlibReadsWhatIsCompressed() throws {
    let wrappers: [(Inflate.Wrapper, Int8)] = [(.raw, -15), (.zlib, 15), (.gzip, 31)]
    var input: [UInt8] = []
    var expected: [[UInt8]] = []
    for data in Self.corpus() {
      for (wrapper, windowBits) in wrappers {
        var deflate = Deflate(wrapper: wrapper)
        var stream: [UInt8] = []
        for start in stride(from: 0, to: data.count, by: 50_001) {
          deflate.append(data[start..<min(data.count, start + 50_001)], to: &stream)
          if start % 2 == 1 { deflate.flush(to: &stream) }
        }
        deflate.finish(to: &stream)
        #expect(try Inflate.decompress(stream, wrapper: wrapper, file: "z") == data)
        let part = [UInt8(bitPattern: windowBits)] + stream
        input += (0..<4).map { UInt8(truncatingIfNeeded: part.count >> (8 * $0)) } + part
        expected.append(data)
      }
    }
    let script = """
      import sys, struct, zlib
      data = sys.stdin.buffer.read(); at = 0
      while at < len(data):
        n, = struct.unpack_from('<I', data, at); s = data[at + 4:at + 4 + n]; at += 4 + n
        d = zlib.decompressobj(struct.unpack('b', s[:1])[0]); out = d.decompress(s[1:])
        assert d.eof and not d.unused_data
        sys.stdout.buffer.write(struct.pack('<I', len(out)) + out)
      """
    #expect(Python.parts(try Python.run(script, input: input)) == expected)
  }

  @Test func everythingUpToAFlushCanBeRead() throws {
    let data = Self.corpus()[5]
    var deflate = Deflate(wrapper: .gzip)
    var stream: [UInt8] = []
    for start in stride(from: 0, to: data.count, by: 7000) {
      let end = min(data.count, start + 7000)
      deflate.append(data[start..<end], to: &stream)
      deflate.flush(to: &stream)
      var inflate = Inflate(stream, wrapper: .gzip, file: "z")
      #expect(throws: (any Error).self) { _ = try inflate.read(.max) }
      #expect(inflate.remainder() == Array(data[..<end]))
    }
  }

  /// zlib at its fastest is the yardstick.
  @Test func tracesBecomeAsSmallAsWithZlib() throws {
    let data = Self.corpus()[5]
    let theirs = try Python.run(
      "import sys, zlib; sys.stdout.buffer.write(zlib.compress(sys.stdin.buffer.read(), 1))", input: data)
    let ours = Deflate.compress(data, wrapper: .zlib)
    #expect(ours.count <= theirs.count, "\(ours.count) bytes against \(theirs.count)")
  }
}

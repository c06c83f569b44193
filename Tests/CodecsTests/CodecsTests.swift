import Tensors
import TestSupport
import Testing

@testable import Codecs

struct InflateTests {
  /// Data of several kinds, compressed by zlib at all levels and strategies; the answer is each stream and its data.
  static let corpus = """
    import sys, struct, zlib, gzip, random
    random.seed(4)
    def emit(b): sys.stdout.buffer.write(struct.pack('<I', len(b)) + b)
    text = b' '.join(random.choice([b'systolic', b'array', b'psum', b'filter']) for _ in range(9000))
    kinds = [b'', b'a', bytes(100000), random.randbytes(70000), text, bytes(min(255, int(random.expovariate(.1))) for _ in range(50000))]
    for data in kinds:
      for wbits in (-15, 15, 31):
        for level, strategy in [(0,0),(1,0),(6,0),(9,0),(6,1),(6,2),(6,3),(6,4)]:
          c = zlib.compressobj(level, zlib.DEFLATED, wbits, 9, strategy)
          emit(bytes([{-15: 0, 15: 1, 31: 2}[wbits]]) + c.compress(data) + c.flush()); emit(data)
    """
  static let wrappers: [Inflate.Wrapper] = [.raw, .zlib, .gzip]

  @Test func decompressesWhatZlibCompresses() throws {
    let parts = Python.parts(try Python.run(Self.corpus))
    #expect(parts.count == 6 * 3 * 8 * 2)
    for index in stride(from: 0, to: parts.count, by: 2) {
      let wrapper = Self.wrappers[Int(parts[index][0])]
      let stream = Array(parts[index].dropFirst())
      #expect(try Inflate.decompress(stream, wrapper: wrapper, file: "z") == parts[index + 1])
      var inflate = Inflate(stream, wrapper: wrapper, file: "z")
      var pieces: [UInt8] = []
      while !inflate.isFinished { pieces += try inflate.read(1 + pieces.count % 4099) }
      #expect(pieces == parts[index + 1])
      #expect(inflate.inputOffset == stream.count)
    }
  }

  @Test func membersOfAGzipFileFollowEachOther() throws {
    let script =
      "import sys, gzip; sys.stdout.buffer.write(gzip.compress(b'abc' * 70000) + gzip.compress(b'') + gzip.compress(b'def'))"
    let bytes = try Python.run(script)
    let data = try Inflate.decompress(bytes, wrapper: .gzip, file: "z")
    #expect(data.count == 210_003 && data.suffix(4) == Array("cdef".utf8)[...])
  }

  @Test func limitsAndErrorsSayWhere() throws {
    let stream = try Python.run("import sys, zlib; sys.stdout.buffer.write(zlib.compress(bytes(1000)))")
    func message(_ bytes: [UInt8], limit: Int = .max) -> String {
      do {
        return "\(try Inflate.decompress(bytes, wrapper: .zlib, limit: limit, file: "z").count) bytes"
      } catch {
        return "\(error)"
      }
    }
    #expect(message(stream) == "1000 bytes" && message(stream, limit: 1000) == "1000 bytes")
    #expect(message(stream, limit: 999).hasSuffix("the stream decompresses to more than the limit of 999 bytes"))
    #expect(message(stream + [0]).hasSuffix("1 bytes follow the end of the compressed stream"))
    var spoilt = stream
    spoilt[stream.count - 1] ^= 1
    #expect(message(spoilt) == "z: byte \(stream.count): the stream's Adler-32 is 3e80000, its data's 3e80001")
    #expect(message([0x78, 0x9D]) == "z: byte 2: not a zlib stream: its header is wrong")
    for length in 0..<stream.count {
      #expect(message(Array(stream.prefix(length))).hasSuffix("the compressed stream is cut short"))
    }
  }

  /// Spoilt raw streams: zlib and this reader accept the same ones, and give the same bytes.
  @Test func agreesWithZlibOnSpoiltStreams() throws {
    let parts = Python.parts(try Python.run(Self.corpus))
    let seeds = stride(from: 0, to: parts.count, by: 2).compactMap { index in
      parts[index][0] == 0 && parts[index].count < 3000 ? Array(parts[index].dropFirst()) : nil
    }
    #expect(seeds.count > 10)
    var random = SplitMix64(seed: 8)
    var streams: [[UInt8]] = []
    for _ in 0..<fuzzCases(4000) {
      var bytes = seeds[Int.random(in: 0..<seeds.count, using: &random)]
      for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
        // Most edits near the start, where the codes are described.
        let reach = Bool.random(using: &random) ? min(bytes.count, 80) : bytes.count
        bytes[Int.random(in: 0..<reach, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      }
      streams.append(bytes)
    }
    let script = """
      import sys, struct, zlib
      data = sys.stdin.buffer.read(); at = 0
      while at < len(data):
        n, = struct.unpack_from('<I', data, at); s = data[at + 4:at + 4 + n]; at += 4 + n
        try:
          d = zlib.decompressobj(-15); out = d.decompress(s)
          answer = struct.pack('<BII', d.eof, zlib.crc32(out), len(d.unused_data)) if d.eof else b'\\0'
        except zlib.error: answer = b'\\0'
        sys.stdout.buffer.write(struct.pack('<I', len(answer)) + answer)
      """
    let input = streams.flatMap { stream in (0..<4).map { UInt8(truncatingIfNeeded: stream.count >> (8 * $0)) } + stream
    }
    let answers = Python.parts(try Python.run(script, input: input))
    #expect(answers.count == streams.count)
    var accepted = 0
    for (stream, answer) in zip(streams, answers) {
      var inflate = Inflate(stream, wrapper: .raw, file: "z")
      var mine: [UInt8] = [0]
      if let data = try? inflate.read(.max) {
        accepted += 1
        let numbers = [Checksum.crc32(data), UInt32(stream.count - inflate.inputOffset)]
        mine = [1] + numbers.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
      }
      #expect(mine == answer, "\(stream)")
    }
    #expect(accepted > 10 && accepted < streams.count)
  }
}

struct ChecksumTests {
  @Test func checkValues() {
    let bytes = Array("123456789".utf8)
    #expect(Checksum.crc32(bytes) == 0xCBF4_3926)
    #expect(Checksum.adler32(bytes) == 0x091E_01DE)
    let long = [UInt8](repeating: 0xFF, count: 100_000)
    #expect(
      Checksum.adler32(Array(long[7000...]), continuing: Checksum.adler32(Array(long[..<7000])))
        == Checksum.adler32(long))
  }

  /// FIPS 180-4 examples (csrc.nist.gov, SHA256.pdf and the million a's), and every length around a block against Python.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
    (String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
  ]) func nistVectors(text: String, expected: String) {
    #expect(SHA256.hexadecimal(Array(text.utf8)) == expected)
  }

  @Test func everyLengthAroundABlock() throws {
    let script =
      "import hashlib; print(*[hashlib.sha256(bytes(i % 251 for i in range(n))).hexdigest() for n in range(260)], sep='\\n')"
    let lines = String(decoding: try Python.run(script), as: UTF8.self).split(separator: "\n").map(String.init)
    for length in 0..<260 {
      let bytes = (0..<length).map { UInt8($0 % 251) }
      var hash = SHA256()
      for start in stride(from: 0, to: length, by: 37) { hash.update(Array(bytes[start..<min(length, start + 37)])) }
      #expect(hash.hexadecimal() == lines[length])
      #expect(SHA256.hexadecimal(bytes) == lines[length])
    }
  }
}

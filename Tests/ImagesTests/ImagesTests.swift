import Codecs
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Images

struct PNGFileTests {
  /// An encoder with every filter, bit depth, colour type and Adam7, written from the specification.
  static let encoder = """
    import sys, struct, zlib, random
    random.seed(6)
    def emit(b): sys.stdout.buffer.write(struct.pack('<I', len(b)) + b)
    def chunk(n, d): return struct.pack('>I', len(d)) + n + d + struct.pack('>I', zlib.crc32(n + d))
    def paeth(a, b, c):
      p = a + b - c; pa, pb, pc = abs(p - a), abs(p - b), abs(p - c)
      return a if pa <= pb and pa <= pc else b if pb <= pc else c
    def rows(px, w, h, n, depth, row0=0):
      out = b''; dist = max(1, n * depth // 8); prev = bytes((w * n * depth + 7) // 8)
      for y in range(h):
        bits = ''.join(format(v, '0%db' % depth) for v in px[y]); bits += '0' * (-len(bits) % 8)
        line = bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8)); f = random.randrange(5)
        def pred(i):
          a = line[i - dist] if i >= dist else 0; b = prev[i]; c = prev[i - dist] if i >= dist else 0
          return [0, a, b, (a + b) // 2, paeth(a, b, c)][f]
        out += bytes([f]) + bytes((line[i] - pred(i)) & 255 for i in range(len(line))); prev = line
      return out
    passes = [(0,0,8,8),(0,4,8,8),(4,0,8,4),(0,2,4,4),(2,0,4,2),(0,1,2,2),(1,0,2,1)]
    for colour, n in [(0,1),(2,3),(3,1),(4,2),(6,4)]:
      for depth in ([1,2,4,8] if colour in (0,3) else [8]):
        for w, h in [(1,1),(3,2),(9,11),(32,5)]:
          for lace in (0, 1):
            px = [[random.randrange(1 << depth) for _ in range(w * n)] for _ in range(h)]
            pal = random.randbytes(3 << depth)
            if lace:
              data = b''
              for r, c, rs, cs in passes:
                sub = [[v for x in range(c, w, cs) for v in px[y][x*n:x*n+n]] for y in range(r, h, rs)]
                if sub and sub[0]: data += rows(sub, len(sub[0]) // n, len(sub), n, depth)
            else: data = rows(px, w, h, n, depth)
            z = zlib.compress(data); cut = len(z) // 2
            emit(b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', w, h, depth, colour, 0, 0, lace))
              + chunk(b'gAMA', struct.pack('>I', 45455)) + (chunk(b'PLTE', pal) if colour == 3 else b'')
              + chunk(b'IDAT', z[:cut]) + chunk(b'IDAT', z[cut:]) + chunk(b'IEND', b''))
            flat = [v for row in px for v in row]
            if colour == 3: out = b''.join(pal[3*v:3*v+3] for v in flat); k = 3
            else: out = bytes(v * 255 // ((1 << depth) - 1) for v in flat); k = n
            emit(struct.pack('<III', h, w, k) + out)
    """

  @Test func everyColourTypeDepthFilterAndInterlace() throws {
    let parts = Python.parts(try Python.run(Self.encoder))
    #expect(parts.count == 11 * 4 * 2 * 2)
    for index in stride(from: 0, to: parts.count, by: 2) {
      let image = try PNGFile.read(parts[index], file: "a.png")
      let expected = parts[index + 1]
      #expect(image.samples.shape == Shape([Int(expected[0]), Int(expected[4]), Int(expected[8])]))
      #expect(image.samples.elements == Array(expected.dropFirst(12)))
    }
  }

  static func photo() throws -> [UInt8] {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/chelsea_224", withExtension: "png"))
    return [UInt8](try Data(contentsOf: url))
  }

  /// A photograph written by another encoder; the hash is of its samples as decoded elsewhere.
  @Test func aPhotograph() throws {
    let image = try PNGFile.read(try Self.photo(), file: "chelsea.png")
    #expect(image.samples.shape == [224, 224, 3])
    #expect(
      SHA256.hexadecimal(image.samples.elements) == "1a0055e035510d6f745180d0054f862e1ccf12cc826cd7b25468115e018b657c")
  }

  @Test func everyPrefixAndEveryFlippedByteIsAnError() throws {
    let bytes = Python.parts(try Python.run(Self.encoder))[6]
    for length in 0..<bytes.count {
      #expect(throws: InputError.self) { try PNGFile.read(Array(bytes.prefix(length)), file: "a.png") }
    }
    for place in bytes.indices {
      var spoilt = bytes
      spoilt[place] ^= 0x10
      #expect(throws: InputError.self) { try PNGFile.read(spoilt, file: "a.png") }
    }
    #expect(throws: InputError.self) { try PNGFile.read(bytes + [0], file: "a.png") }
  }

  @Test func mutatedFilesWithRightChecksumsNeverTrap() throws {
    let parts = Python.parts(try Python.run(Self.encoder))
    var random = SplitMix64(seed: 3)
    var outcomes = [0, 0]
    for _ in 0..<fuzzCases(5000) {
      var bytes = parts[2 * Int.random(in: 0..<(parts.count / 2), using: &random)]
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        bytes[Int.random(in: 8..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      }
      Self.repairChecksums(&bytes)
      outcomes[(try? PNGFile.read(bytes, file: "a.png")) == nil ? 0 : 1] += 1
    }
    #expect(outcomes.allSatisfy { $0 > 50 })
  }

  static func repairChecksums(_ bytes: inout [UInt8]) {
    var offset = 8
    while offset + 12 <= bytes.count {
      let length = (0..<4).reduce(0) { $0 << 8 | Int(bytes[offset + $1]) }
      guard offset + 12 + length <= bytes.count else { return }
      let crc = Checksum.crc32(bytes[(offset + 4)..<(offset + 8 + length)])
      for byte in 0..<4 { bytes[offset + 8 + length + byte] = UInt8(truncatingIfNeeded: crc >> UInt32(24 - 8 * byte)) }
      offset += 12 + length
    }
  }

  @Test func hugePicturesAreRefusedBeforeTheyAreAllocated() {
    var bytes =
      PNGFile.signature + [0, 0, 0, 13] + Array("IHDR".utf8) + [
        0, 0, 0x3F, 0xFF, 0, 0, 0x3F, 0xFF, 8, 0, 0, 0, 0, 0, 0, 0, 0,
      ]
    bytes +=
      [0, 0, 0, 2] + Array("IDAT".utf8) + [0x78, 0x9C, 0, 0, 0, 0] + [0, 0, 0, 0] + Array("IEND".utf8) + [0, 0, 0, 0]
    Self.repairChecksums(&bytes)
    #expect { try PNGFile.read(bytes, file: "a.png") } throws: {
      "\($0)" == "a.png: 2 compressed bytes cannot hold 16383 x 16383 pixels"
    }
  }
}

struct ImageConversionTests {
  @Test func equalsNumpyInBothLayouts() throws {
    let photo = try PNGFile.read(try PNGFileTests.photo(), file: "chelsea.png")
    var conversion = ImageConversion()
    conversion.mean = [0.485, 0.456, 0.406]
    conversion.deviation = [0.229, 0.224, 0.225]
    let script = """
      import sys, numpy as np
      a = np.frombuffer(sys.stdin.buffer.read(), np.uint8).reshape(1, 224, 224, 3).astype(np.float32)
      f = lambda *x: np.array(x, np.float32)
      a = (a / np.float32(255) - f(.485, .456, .406)) / f(.229, .224, .225)
      sys.stdout.buffer.write(a.tobytes() + np.ascontiguousarray(a.transpose(0, 3, 1, 2)).tobytes())
      """
    let expected = try Python.run(script, input: photo.samples.elements)
    var mine: [UInt8] = []
    for (layout, shape) in [(ImageConversion.Layout.nhwc, Shape([1, 224, 224, 3])), (.nchw, [1, 3, 224, 224])] {
      conversion.layout = layout
      let tensor = try conversion.tensor([(photo, "chelsea.png")], shape: shape)
      for value in tensor.elements {
        for byte in 0..<4 { mine.append(UInt8(truncatingIfNeeded: value.bitPattern >> UInt32(8 * byte))) }
      }
    }
    #expect(mine == expected)
  }

  @Test func channelsConvert() {
    let image = Image(Tensor([1, 2, 4], [255, 0, 0, 9, 10, 20, 30, 40]))
    #expect(image.converted(toChannels: 3).samples.elements == [255, 0, 0, 10, 20, 30])
    #expect(image.converted(toChannels: 1).samples.elements == [76, 18])
    #expect(Image(Tensor([1, 1, 2], [7, 255])).converted(toChannels: 3).samples.elements == [7, 7, 7])
  }

  @Test func misfitsAreErrors() {
    let image = Image(Tensor([2, 3, 1], repeating: 0))
    func message(_ shape: Shape, mean: [Float] = [0]) -> String {
      var conversion = ImageConversion()
      conversion.mean = mean
      do {
        return "\(try conversion.tensor([(image, "a.png")], shape: shape).shape)"
      } catch {
        return "\(error)"
      }
    }
    #expect(message([1, 1, 2, 3]) == "1x1x2x3")
    #expect(message([1, 1, 28, 28]) == "a.png: the image is 2 x 3, the network takes 28 x 28")
    #expect(
      message([2, 1, 2, 3])
        == "a.png: 1 images do not make an input of shape 2x1x2x3; the shape is nchw with n = 1 and 1 or 3 channels")
    #expect(message([1, 3, 2, 3], mean: [0, 1]) == "image conversion: mean has 2 values for 3 channels; give 1 or 3")
  }

  @Test func rawBytes() throws {
    #expect(try Image.raw([1, 2], height: 1, width: 2, channels: 1, file: "a").samples.elements == [1, 2])
    #expect { try Image.raw([1], height: 1, width: 2, channels: 1, file: "a") } throws: {
      "\($0)" == "a: byte 1: a raw image of 1 x 2 x 1 takes 2 bytes, the file has 1: 1 missing"
    }
    #expect(throws: InputError.self) { try Image.raw([1], height: .max, width: 2, channels: 1, file: "a") }
  }
}

struct LabelsTests {
  @Test func cifarRecords() throws {
    let record = [3] + (0..<3072).map { UInt8(truncatingIfNeeded: $0) }
    let read = try CIFARFile.read(record + record, file: "c.bin")
    #expect(read.labels == [3, 3] && read.images.shape == [2, 3, 32, 32])
    let image = CIFARFile.image(1, of: read.images)
    #expect(image.samples[0, 1, 0] == 1 && image.samples[31, 31, 2] == 255 && image.samples[1, 0, 1] == 32)
    #expect { try CIFARFile.read(Array(record.dropLast()), file: "c.bin") } throws: {
      "\($0)"
        == "c.bin: byte 3072: 3072 bytes are no whole number of CIFAR-10 records of 3073 bytes: 1 missing in record 0"
    }
    #expect { try CIFARFile.read([10] + record.dropFirst(), file: "c.bin") } throws: {
      "\($0)" == "c.bin: byte 0: the label of record 0 is 10, 1 above the highest, 9"
    }
  }

  @Test(arguments: [
    ("7\n2\r\n\n# c\n 1", "[7, 2, 1]"),
    ("7\nx\n", "l.txt:2:1: 'x' is no class number; a label file has one whole number on each line"),
    ("10\n1\n1", "l.txt:1:1: class 10 does not exist among 10 classes; it takes 0 to 9; the nearest legal value is 9"),
    ("1\n2", "l.txt: 2 labels do not fit 3 inputs: 1 missing"),
  ]) func labelTexts(text: String, expected: String) {
    var result: String
    do {
      result = "\(try LabelFile.read(Array(text.utf8), classes: 10, count: 3, file: "l.txt"))"
    } catch {
      result = "\(error)"
    }
    #expect(result == expected)
  }

  @Test func labelsFromIDX() throws {
    let bytes = try #require(IDXFile.write(.uint8(Tensor([3], [7, 2, 1]))))
    #expect(try LabelFile.read(bytes, classes: 10, file: "l") == [7, 2, 1])
    #expect { try LabelFile.read(bytes, classes: 7, file: "l") } throws: {
      "\($0)" == "l: byte 8: class 7 does not exist among 7 classes; it takes 0 to 6; the nearest legal value is 6"
    }
  }
}

import TestSupport
import Testing

@testable import Tensors

struct NumpyFileTests {
  /// The types NumPy has, with its names; the elements are 0, 1, 2, ... so that both sides can make them.
  static let script = """
    import io, struct, sys, numpy as np
    def emit(b): sys.stdout.buffer.write(struct.pack('<I', len(b)) + b)
    for order in '<>':
      for name in 'b1 i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8'.split():
        for shape in [(), (0,), (3,), (2, 3), (2, 3, 4), (1, 0, 5)]:
          for fortran in (False, True):
            a = np.arange(int(np.prod(shape))).reshape(shape).astype(order + name)
            f = io.BytesIO(); np.save(f, np.asfortranarray(a) if fortran and shape else a); emit(f.getvalue())
    """

  @Test func equalsNumpyByteForByteAndReadsEveryOrder() throws {
    let files = Python.parts(try Python.run(Self.script))
    let types: [ElementType] = [
      .bool, .int8, .uint8, .int16, .uint16, .int32, .uint32, .int64, .uint64, .float16, .float32, .float64,
    ]
    let shapes: [Shape] = [[], [0], [3], [2, 3], [2, 3, 4], [1, 0, 5]]
    #expect(files.count == 2 * types.count * shapes.count * 2)
    var next = files.makeIterator()
    for isBig in [false, true] {
      for type in types {
        for shape in shapes {
          let expected = ramp(type, shape)
          for isFortran in [false, true] {
            let following = next.next()
            let file = try #require(following)
            #expect(try NumpyFile.read(file, file: "a.npy") == expected, "\(type) \(shape) \(isBig) \(isFortran)")
            let isPlain = (!isBig || type.byteCount == 1) && (!isFortran || shape.rank < 2)
            if isPlain { #expect(NumpyFile.write(expected) == file, "\(type) \(shape)") }
          }
        }
      }
    }
  }

  /// 0, 1, 2, ... in an element type.
  func ramp(_ type: ElementType, _ shape: Shape) -> AnyTensor {
    let numbers = Tensor(shape, Array(0..<shape.count))
    return switch type {
    case .bool: .bool(numbers.map { $0 != 0 })
    case .int8: .int8(numbers.map { Int8($0) })
    case .uint8: .uint8(numbers.map { UInt8($0) })
    case .int16: .int16(numbers.map { Int16($0) })
    case .uint16: .uint16(numbers.map { UInt16($0) })
    case .int32: .int32(numbers.map { Int32($0) })
    case .uint32: .uint32(numbers.map { UInt32($0) })
    case .int64: .int64(numbers.map { Int64($0) })
    case .uint64: .uint64(numbers.map { UInt64($0) })
    case .float16: .float16(numbers.map { Float16($0) })
    case .bfloat16: .bfloat16(numbers.map { BFloat16(Float($0)) })
    case .float32: .float32(numbers.map { Float($0) })
    case .float64: .float64(numbers.map { Double($0) })
    }
  }

  @Test(arguments: ElementType.allCases) func readsBackWhatItWrites(type: ElementType) throws {
    for shape: Shape in [[], [0], [7], [3, 4], [2, 3, 4, 2]] {
      let tensor = ramp(type, shape)
      #expect(try NumpyFile.read(NumpyFile.write(tensor), file: "a.npy") == tensor)
    }
  }

  @Test func headersOfAllVersionsAgree() throws {
    let text = "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }\n"
    let elements: [UInt8] = [1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]
    for version: UInt8 in 1...3 {
      let length = [UInt8(text.utf8.count)] + [UInt8](repeating: 0, count: version == 1 ? 1 : 3)
      let file = NumpyFile.magic + [version, 0] + length + Array(text.utf8) + elements
      #expect(try NumpyFile.read(file, file: "a.npy") == .int32(Tensor([2], [1, -1])))
    }
  }

  func file(_ header: String, _ elements: [UInt8] = []) -> [UInt8] {
    NumpyFile.magic + [1, 0, UInt8(header.utf8.count & 0xFF), UInt8(header.utf8.count >> 8)] + Array(header.utf8)
      + elements
  }

  @Test(arguments: ["<V2", "|V2", "V2", "bfloat16"]) func twoByteVoidIsBFloat16(descr: String) throws {
    let bytes = file("{'descr': '\(descr)', 'fortran_order': False, 'shape': (1,)}", [0x80, 0x3F])
    #expect(try NumpyFile.read(bytes, file: "a.npy") == .bfloat16(Tensor([1], [BFloat16(1)])))
  }

  /// Native and no order are little-endian, on every machine.
  @Test(arguments: [("<i2", 1), ("=i2", 1), ("|i2", 1), ("i2", 1), (">i2", 256), ("int16", 1)])
  func byteOrders(descr: String, expected: Int16) throws {
    let bytes = file("{'descr': '\(descr)', 'fortran_order': False, 'shape': (1,)}", [1, 0])
    #expect(try NumpyFile.read(bytes, file: "a.npy") == .int16(Tensor([1], [expected])))
  }

  @Test func bfloat16IsWrittenAsTwoByteVoid() throws {
    let bytes = NumpyFile.write(.bfloat16(Tensor([1], [BFloat16(1)])))
    #expect(String(decoding: bytes, as: UTF8.self).contains("'descr': '<V2'"))
    #expect(bytes.suffix(2) == [0x80, 0x3F])
    let read = try Python.run(
      "import sys, io, numpy as np; a = np.load(io.BytesIO(sys.stdin.buffer.read())); print(a.dtype, a.shape)",
      input: bytes)
    #expect(String(decoding: read, as: UTF8.self) == "|V2 (1,)\n")
  }

  @Test(arguments: [
    ("", "a.npy: byte 0: the file is empty; write it with numpy.save"),
    ("PK\u{3}\u{4}", "a.npy: byte 0: not a .npy file: it does not start with \\x93NUMPY; write it with numpy.save"),
  ]) func foreignFiles(text: String, message: String) {
    #expect { try NumpyFile.read(Array(text.utf8), file: "a.npy") } throws: { "\($0)" == message }
  }

  @Test(arguments: [
    (
      "{'descr': '<i4', 'fortran_order': False, 'shape': (2,)}", 7,
      "byte 72: shape 2 of int32 takes 8 bytes after the header, but 7 bytes follow: 1 byte missing"
    ),
    (
      "{'descr': '<i4', 'fortran_order': False, 'shape': (2,)}", 10,
      "byte 73: shape 2 of int32 takes 8 bytes after the header, but 10 bytes follow: 2 bytes too many"
    ),
    (
      "{'descr': '<c8', 'fortran_order': False, 'shape': ()}", 8,
      "byte 20: element type '<c8' is none that a tensor can have"
    ),
    ("{'descr': '|O', 'fortran_order': False, 'shape': ()}", 8, "byte 20: element type '|O' is none"),
    (
      "{'descr': [('x', '<i4')], 'fortran_order': False, 'shape': ()}", 8,
      "byte 20: structured element types are not supported; save one array for each field"
    ),
    (
      "{'descr': '<i4', 'fortran_order': False, 'shape': (-2,)}", 8,
      "byte 61: 'shape' is not a tuple of extents of 0 or more"
    ),
    (
      "{'descr': '<i4', 'fortran_order': False, 'shape': (99999999999999999999,)}", 8,
      "byte 61: an extent of 'shape' is above 9223372036854775807"
    ),
    (
      "{'descr': '<i4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", 8,
      "byte 60: shape (4294967296, 4294967296) has more than 2^60 elements"
    ),
    ("{'descr': '<i4', 'fortran_order': False, 'shape': (0, 4294967296, 4294967296)}", 0, "more than 2^60 elements"),
    ("{'descr': '<i4', 'fortran_order': 0, 'shape': ()}", 4, "byte 44: 'fortran_order' is neither True nor False"),
    ("{'descr': '<i4', 'shape': ()}", 4, "byte 10: the .npy header has no 'fortran_order'"),
    ("{'descr': '<i4', 'descr': '<i4', 'shape': ()}", 4, "byte 27: the .npy header has the key 'descr' twice"),
    (
      "{'descr': '<i4', 'fortran_order': False, 'shape': ()} x", 4, "byte 64: text follows the .npy header's dictionary"
    ),
  ]) func brokenHeaders(header: String, elements: Int, message: String) {
    let bytes = file(header, [UInt8](repeating: 0, count: elements))
    #expect { try NumpyFile.read(bytes, file: "a.npy") } throws: { "\($0)".contains(message) }
  }

  @Test func everyPrefixIsAnError() {
    let bytes = NumpyFile.write(.float32(Tensor([2, 3], repeating: 1)))
    for length in 0..<bytes.count {
      #expect(throws: InputError.self) { try NumpyFile.read(Array(bytes.prefix(length)), file: "a.npy") }
    }
  }

  @Test func mutatedFilesNeverTrap() {
    var random = SplitMix64(seed: 1)
    let seeds = [
      NumpyFile.write(.int16(Tensor([2, 3, 2], repeating: 1))), NumpyFile.write(.float64(Tensor([], [1]))),
      file("{'descr': '>i4', 'fortran_order': True, 'shape': (2,3)}", [UInt8](repeating: 1, count: 24)),
    ]
    var accepted = 0
    for _ in 0..<fuzzCases(20_000) {
      let bytes = Mutation.mutate(seeds[Int.random(in: 0..<seeds.count, using: &random)], using: &random)
      do {
        let tensor = try NumpyFile.read(bytes, file: "a.npy")
        accepted += 1
        #expect(NumpyFile.write(tensor).count > 10)
      } catch {
        #expect(!error.problem.isEmpty)
      }
    }
    #expect(accepted > 0)
  }
}

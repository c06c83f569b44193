import TestSupport
import Testing

@testable import Tensors

struct IDXFileTests {
  @Test func readsWhatTheFormatSays() throws {
    let bytes: [UInt8] = [0, 0, 0x0C, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFE]
    #expect(try IDXFile.read(bytes, file: "i") == .int32(Tensor([1, 2], [1, -2])))
    for tensor: AnyTensor in [
      .uint8(Tensor([2, 2], [1, 2, 3, 255])), .int8(Tensor([1], [-3])), .int16(Tensor([], [-300])),
      .float32(Tensor([0, 5], [])), .float64(Tensor([2], [1.5, -.infinity])), .int32(Tensor([1, 2], [1, -2])),
    ] {
      #expect(try IDXFile.read(try #require(IDXFile.write(tensor)), file: "i") == tensor)
    }
    #expect(IDXFile.write(.int32(Tensor([1, 2], [1, -2]))) == bytes)
    #expect(IDXFile.write(.int64(Tensor([1], [1]))) == nil)
  }

  @Test(
    arguments: [
      ([0, 0], "i: byte 2: the file ends within the 4 bytes of an IDX magic"),
      ([1, 0, 8, 1], "i: byte 0: not an IDX file: it does not start with 0 0"),
      ([0, 0, 7, 1], "i: byte 2: IDX element type 0x7 does not exist"),
      ([0, 0, 8, 1, 0], "i: byte 5: 1 extents end at byte 8, but the file has 5 bytes"),
      (
        [0, 0, 8, 1, 0, 0, 0, 3, 1],
        "i: byte 9: shape 3 of uint8 takes 3 bytes after the header, but 1 byte follow: 2 bytes missing"
      ),
      (
        [0, 0, 8, 1, 0, 0, 0, 1, 1, 1],
        "i: byte 9: shape 1 of uint8 takes 1 byte after the header, but 2 bytes follow: 1 byte too many"
      ),
      ([0, 0, 8, 3] + [UInt8](repeating: 0xFF, count: 12), "i: byte 8: the extents have more than 2^60 elements"),
    ] as [([UInt8], String)]) func errors(bytes: [UInt8], expected: String)
  {
    #expect { try IDXFile.read(bytes, file: "i") } throws: { "\($0)" == expected }
  }

  @Test func mutatedFilesNeverTrap() throws {
    var random = SplitMix64(seed: 4)
    let seed = try #require(IDXFile.write(.int16(Tensor([2, 3], repeating: 5))))
    for _ in 0..<fuzzCases(10_000) {
      let bytes = Mutation.mutate(seed, using: &random)
      if let tensor = try? IDXFile.read(bytes, file: "i") { #expect(IDXFile.write(tensor) == bytes) }
    }
  }
}

import Testing

@testable import WaveFormats

/// What the block decoders give back of what our encoder, and hand-made blocks, hold.
@Suite struct BlockDecoderTests {
  /// Bytes that repeat with every period from 1 on, at every length around a word: copies that reach into themselves.
  @Test func repetitionsOfEveryPeriodComeBack() {
    var encoder = LZ4Encoder()
    for period in 1...40 {
      for count in [13, 31, 32, 33, 63, 100, 255, 271, 1000] {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: ($0 % period) * 37 + period) }
        var block: [UInt8] = []
        encoder.compress(bytes.span, into: &block)
        #expect(BlockDecoder.lz4(block[...], count: count) == bytes, "period \(period), \(count) bytes")
        for length in [0, 1, block.count / 2, block.count - 1] where length < block.count {
          #expect(BlockDecoder.lz4(block[..<length], count: count) == nil)
        }
        #expect(BlockDecoder.lz4(block[...], count: count + 1) == nil)
        #expect(BlockDecoder.lz4(block[...], count: count - 1) == nil)
      }
    }
  }

  /// Worked by hand from the format: literals, a match into itself, one of the second level's long offset.
  @Test func fastLZBlocksWorkedByHand() {
    let text = Array("abcabcabcabcX".utf8)
    // Three literals; a match of 6 + 3 bytes, 3 back; one literal.
    let first: [UInt8] = [2, 0x61, 0x62, 0x63, 7 << 5, 0, 2, 0, 0x58]
    #expect(BlockDecoder.fastLZ(first[...], count: text.count) == text)
    #expect(BlockDecoder.fastLZ(first[..<6], count: text.count) == nil)
    #expect(BlockDecoder.fastLZ(first[...], count: text.count - 1) == nil)
    // The same at the second level, where a length goes on while its bytes are 255.
    let second: [UInt8] = [1 << 5 | 2, 0x61, 0x62, 0x63, 7 << 5, 255, 1, 2]
    let count = 3 + 6 + 255 + 1 + 3
    let long = (0..<count).map { text[$0 % 3] }
    #expect(BlockDecoder.fastLZ(second[...], count: long.count) == long)
  }

  @Test func offsetsBeforeTheBeginningAreRefused() {
    #expect(BlockDecoder.lz4([0x10, 0x41, 2, 0, 0], count: 6) == nil)
    #expect(BlockDecoder.lz4([0x10, 0x41, 0, 0, 0], count: 6) == nil)
    #expect(BlockDecoder.fastLZ([0, 0x41, 1 << 5, 1], count: 4) == nil)
    #expect(BlockDecoder.lz4([0x10, 0x41], count: 1) == [0x41])
  }
}

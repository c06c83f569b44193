import Codecs
import Tensors
import Testing

@Suite("Run-length code of Eyeriss")
struct RunLengthTests {
  @Test("Worked by hand: 0 0 7 0 -1 5 0 0 0")
  func worked() throws {
    let words = RunLengthCode.encode([0, 0, 7, 0, -1, 5, 0, 0, 0])
    let first: UInt64 = (2 | 7 << 5) | (1 | 0xFFFF << 5) << 21 | (5 << 5) << 42
    #expect(words == [first, 1 << 63 | 2])
    #expect(try RunLengthCode.decode(words, count: 9) == [0, 0, 7, 0, -1, 5, 0, 0, 0])
  }

  @Test("Closed forms: dense data take a word for three, zeros a word for 96", arguments: 0...300)
  func closedForms(count: Int) throws {
    let dense = (0..<count).map { Int16($0 + 1) }
    #expect(RunLengthCode.encode(dense).count == (count + 2) / 3)
    let zeros = [Int16](repeating: 0, count: count)
    #expect(RunLengthCode.encode(zeros).count == (count + 95) / 96)
    #expect(try RunLengthCode.decode(RunLengthCode.encode(dense), count: count) == dense)
    #expect(try RunLengthCode.decode(RunLengthCode.encode(zeros), count: count) == zeros)
    // The best case of the format: 31 zeros and a level, 24 times smaller.
    let best = (0..<96 * count).map { Int16($0 % 32 == 31 ? 3 : 0) }
    #expect(RunLengthCode.encode(best).count == count)
  }

  @Test("Round trips at every zero fraction; every cut and every word behind the end is refused")
  func roundTrips() throws {
    var random = SplitMix64(seed: 5)
    for zeros in 0...10 {
      for count in [1, 2, 31, 32, 33, 64, 97, 500] {
        let elements = (0..<count).map { _ in
          Int(random.next(below: 10)) < zeros ? 0 : Int16(truncatingIfNeeded: random.next())
        }
        let words = RunLengthCode.encode(elements)
        #expect(try RunLengthCode.decode(words, count: count) == elements)
        for length in 0..<words.count {
          #expect(throws: RunLengthError.self) { try RunLengthCode.decode(Array(words[..<length]), count: count) }
        }
        #expect(throws: RunLengthError.self) { try RunLengthCode.decode(words + [0], count: count) }
        expectOnlyZeros(elements, words)
      }
    }
  }

  /// A wrong count is refused, but where the format itself cannot tell: an unused pair is also the code of one more zero.
  private func expectOnlyZeros(_ elements: [Int16], _ words: [UInt64]) {
    let longer = try? RunLengthCode.decode(words, count: elements.count + 1)
    #expect(longer == nil || longer == elements + [0])
    let shorter = try? RunLengthCode.decode(words, count: elements.count - 1)
    #expect(shorter == nil || (shorter! + [0] == elements))
    // Three dense elements fill a word: nothing is unused, so both wrong counts are refused.
    guard elements.count % 3 == 0, !elements.contains(0) else { return }
    #expect(longer == nil && shorter == nil)
  }

  @Test("Errors say where and by how much")
  func messages() {
    #expect(throws: RunLengthError(word: 0, problem: .tooManyElements(excess: 3, count: 2))) {
      try RunLengthCode.decode([1 << 63 | 4], count: 2)
    }
    #expect(throws: RunLengthError(word: 0, problem: .endBitMissing(count: 1))) {
      try RunLengthCode.decode([9 << 5], count: 1)
    }
    #expect(throws: RunLengthError(word: 0, problem: .trailingPair(pair: 1))) {
      try RunLengthCode.decode([1 << 63 | 9 << 5 | 1 << 30], count: 1)
    }
    #expect(
      RunLengthError(word: 2, problem: .cutShort(missing: 4, count: 9)).description
        == "run-length stream, word 2 (byte 16): the stream ends 4 elements short of its 9")
  }

  @Test("Random words never trap")
  func fuzz() {
    var random = SplitMix64(seed: 11)
    for _ in 0..<20_000 {
      let words = (0..<random.next(below: 5)).map { _ in random.next() & random.next() }
      let count = Int(random.next(below: 200))
      if let elements = try? RunLengthCode.decode(words, count: count) { #expect(elements.count == count) }
    }
  }
}

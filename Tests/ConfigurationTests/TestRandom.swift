/// A small generator for fuzzing (SplitMix64).
struct TestRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A few random edits of a text, biased towards characters that mean something.
  static func mutate(_ seed: [UInt8], using random: inout TestRandom) -> [UInt8] {
    let alphabet = Array("{}[]:,'\"\\/*+-.0x9eE_ nu\n".utf8) + [0xC3, 0xFF, 0x80, 0xE2]
    var bytes = seed
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      guard !bytes.isEmpty else { return bytes }
      let place = Int.random(in: 0..<bytes.count, using: &random)
      let letter = alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes[place] = letter
      case 1: bytes.insert(letter, at: place)
      case 2: bytes.remove(at: place)
      case 3: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...9, using: &random)))
      default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 7)], at: place)
      }
    }
    return bytes
  }
}

/// Spoils a file the way fuzzers do.
public enum Mutation {
  /// One to four edits of a file: bits, bytes, blocks, and its end.
  public static func mutate(_ seed: [UInt8], using random: inout some RandomNumberGenerator) -> [UInt8] {
    var bytes = seed
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      guard !bytes.isEmpty else { return bytes }
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<8, using: &random) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[place] = .random(in: 0...255, using: &random)
      case 2: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF, 0x30, 0x39, 0x27][Int.random(in: 0..<8, using: &random)]
      case 3: bytes.insert(.random(in: 0...255, using: &random), at: place)
      case 4: bytes.remove(at: place)
      case 5: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...16, using: &random)))
      case 6:
        let end = min(bytes.count, place + Int.random(in: 1...16, using: &random))
        bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &random))
      default: bytes.removeLast(min(bytes.count, Int.random(in: 1...32, using: &random)))
      }
    }
    return bytes
  }
}

public import Tensors

/// The vector unit's parameter memory: requantisation factors of a layer's channels, or a table of 256 bytes.
///
/// A factor takes two little-endian words: the 31-bit significand (or, with the `float` scheme, the binary32 factor), and the
/// power of two.
public struct VectorParameters: Sendable, Codable {
  /// Bytes of one channel's factor.
  public static let factorBytes = 8
  /// Bytes of a table.
  public static let tableBytes = 256

  private var words: [UInt32]

  init(bytes: Int) { words = [UInt32](repeating: 0, count: (bytes + 3) / 4) }

  mutating func write(_ byte: UInt8, at address: Int) {
    let shift = UInt32(8 * (address % 4))
    words[address / 4] = words[address / 4] & ~(0xFF << shift) | UInt32(byte) << shift
  }

  func byte(at address: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: words[address / 4] >> UInt32(8 * (address % 4)))
  }

  /// The factor of a channel.
  func factor(of channel: Int, _ scheme: RequantisationScheme) -> RequantisationFactor {
    let word = words[2 * channel]
    return RequantisationFactor(
      multiplier: QuantisedMultiplier(
        multiplier: Int32(bitPattern: word), shift: Int(Int32(bitPattern: words[2 * channel + 1]))),
      real: scheme == .float ? Float(bitPattern: word) : 0)
  }

  /// The bytes that a host places in memory for the factors of `channels` channels.
  public static func bytes(of requantisation: Requantisation, channels: Int) -> [UInt8] {
    (0..<channels).flatMap { channel in
      let factor = requantisation.factor(of: channel)
      let isReal = requantisation.scheme == .float
      let word = isReal ? factor.real.bitPattern : UInt32(bitPattern: factor.multiplier.multiplier)
      return littleEndianBytes(word)
        + littleEndianBytes(isReal ? 0 : UInt32(bitPattern: Int32(factor.multiplier.shift)))
    }
  }

  /// The bytes that a host places in memory for a table of stored results by bit pattern.
  public static func bytes(ofTable results: [Int32]) -> [UInt8] {
    results.map { UInt8(truncatingIfNeeded: $0) }
  }

  private static func littleEndianBytes(_ word: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) }
  }
}

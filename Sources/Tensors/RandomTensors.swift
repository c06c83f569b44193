/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014): 64 bits of state.
///
/// The same seed gives the same numbers on every platform and in every version of this project.
public struct SplitMix64: RandomNumberGenerator, Hashable, Sendable {
  private var state: UInt64

  /// The generator that starts at `seed`.
  public init(seed: UInt64) {
    state = seed
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number below `bound`, every one equally likely (Lemire, Fast random integer generation in an interval, 2019).
  ///
  /// Written out rather than `UInt64.random(in:)`, whose algorithm the standard library does not promise.
  public mutating func next(below bound: UInt64) -> UInt64 {
    precondition(bound > 0, "a random number below 0 does not exist")
    var product = next().multipliedFullWidth(by: bound)
    let threshold = (0 &- bound) % bound
    while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    return product.high
  }
}

/// Random tensors whose number of zeros is exact.
///
/// `round(fraction * count)` elements, halves away from zero, equal the zero point; all others differ from it. Where
/// the zeros stand is drawn without replacement (Knuth, TAOCP 2, section 3.4.2, algorithm S), so every arrangement is
/// equally likely. Elements are drawn in row-major order: one draw for the place, one more for the value of an element
/// that is no zero.
public struct RandomTensors: Sendable {
  private var random: SplitMix64

  /// Tensors of a seed; each further tensor of the same value goes on where the last one ended.
  public init(seed: UInt64) {
    random = SplitMix64(seed: seed)
  }

  /// How many of `count` elements are zeros at a stated fraction, 0 to 1.
  public static func zeroCount(_ fraction: Double, of count: Int) -> Int {
    precondition((0...1).contains(fraction), "a zero fraction is within 0 and 1")
    return min(count, Int((fraction * Double(count)).rounded(.toNearestOrAwayFromZero)))
  }

  /// int8 elements, uniform over all 255 values that differ from the zero point.
  public mutating func int8(_ shape: Shape, zeroFraction: Double, zeroPoint: Int8 = 0) -> Tensor<Int8> {
    draw(shape, zeroFraction, zero: zeroPoint) { random in
      let value = Int8(truncatingIfNeeded: Int(random.next(below: 255)) - 128)
      return value < zeroPoint ? value : value + 1
    }
  }

  /// uint8 elements, uniform over all 255 values that differ from the zero point.
  public mutating func uint8(_ shape: Shape, zeroFraction: Double, zeroPoint: UInt8 = 0) -> Tensor<UInt8> {
    draw(shape, zeroFraction, zero: zeroPoint) { random in
      let value = UInt8(random.next(below: 255))
      return value < zeroPoint ? value : value + 1
    }
  }

  /// bfloat16 elements: a uniform sign and significand, a magnitude from 2^-4 to below 4, its exponent uniform over the
  /// six.
  public mutating func bfloat16(_ shape: Shape, zeroFraction: Double) -> Tensor<BFloat16> {
    draw(shape, zeroFraction, zero: BFloat16(0)) { random in
      let bits = random.next(below: 2 * 6 * 128)
      let exponent = 123 + (bits >> 7) % 6
      let sign = bits / (6 * 128)
      return BFloat16(bitPattern: UInt16(sign << 15 | exponent << 7 | bits & 0x7F))
    }
  }

  private mutating func draw<Element>(
    _ shape: Shape, _ zeroFraction: Double, zero: Element, _ value: (inout SplitMix64) -> Element
  ) -> Tensor<Element> {
    var zerosLeft = UInt64(Self.zeroCount(zeroFraction, of: shape.count))
    var elements: [Element] = []
    elements.reserveCapacity(shape.count)
    for place in 0..<shape.count {
      let isZero = random.next(below: UInt64(shape.count - place)) < zerosLeft
      elements.append(isZero ? zero : value(&random))
      if isZero { zerosLeft -= 1 }
    }
    return Tensor(shape, elements)
  }
}

import Tensors
import Testing

@Suite struct RequantisationTests {
  @Test func multipliersHoldTheirFactor() throws {
    #expect(QuantisedMultiplier(0.5) == QuantisedMultiplier(multiplier: 1 << 30, shift: 0))
    #expect(QuantisedMultiplier(1) == QuantisedMultiplier(multiplier: 1 << 30, shift: 1))
    #expect(QuantisedMultiplier(0.75) == QuantisedMultiplier(multiplier: 3 << 29, shift: 0))
    // Just below a power of two the significand rounds up to 2^31 and moves into the exponent.
    #expect(QuantisedMultiplier(1 - 0x1p-40) == QuantisedMultiplier(multiplier: 1 << 30, shift: 1))
    #expect(QuantisedMultiplier(0x1p-40) == QuantisedMultiplier(multiplier: 0, shift: 0))
    #expect(QuantisedMultiplier(-1) == nil && QuantisedMultiplier(.nan) == nil && QuantisedMultiplier(0x1p31) == nil)
  }

  @Test(arguments: [
    (psum: Int32(3), factor: 0.5, double: Int32(2), single: Int32(2)),
    (psum: -3, factor: 0.5, double: -1, single: -1),
    (psum: 6, factor: 0.25, double: 2, single: 2),
    (psum: -6, factor: 0.25, double: -2, single: -1),
    // 11 / 8 = 1.375; doubling high product 11 x 1/2 = 5.5 -> 6, and 6 / 4 = 1.5 -> 2: the two roundings add up.
    (psum: 11, factor: 0.125, double: 2, single: 1),
  ]) func tiesByHand(psum: Int32, factor: Double, double: Int32, single: Int32) throws {
    let multiplier = try #require(QuantisedMultiplier(factor))
    #expect(multiplier.applyDoubleRounding(psum) == double)
    #expect(multiplier.applySingleRounding(psum) == single)
  }

  @Test func extremesDoNotTrap() throws {
    for factor in [0x1p-31, 1e-9, 0.3, 1, 3.7, 0x1p30] {
      let multiplier = try #require(QuantisedMultiplier(factor))
      for psum in [Int32.min, -1, 0, 1, .max] {
        _ = multiplier.applyDoubleRounding(psum)
        _ = multiplier.applySingleRounding(psum)
      }
    }
    #expect(QuantisedMultiplier.doublingHighProduct(.min, .min) == .max)
    #expect(QuantisedMultiplier.roundingShiftRight(.min, 31) == -1)
  }

  @Test func schemesAgreeWithinOneAndClamp() throws {
    for scheme in RequantisationScheme.allCases {
      let requantisation = try #require(
        Requantisation(
          scheme: scheme, inputScale: 0.02, filterScales: [0.004, 0.003], outputScale: 0.05, zeroPoint: -128,
          clamp: -128...127))
      for psum in stride(from: Int32(-200_000), through: 200_000, by: 617) {
        for channel in 0..<2 {
          let exact = Double(psum) * requantisation.factors[channel] - 128
          let limited = max(-128, min(127, exact))
          #expect(abs(Double(requantisation.apply(psum, channel: channel)) - limited) <= 1)
        }
      }
    }
    #expect(Requantisation(inputScale: 0, filterScales: [1], outputScale: 1, zeroPoint: 0, clamp: 0...1) == nil)
  }

  @Test func tensorsTakeTheirChannelsFactor() throws {
    let requantisation = try #require(
      Requantisation(inputScale: 1, filterScales: [1, 0.5], outputScale: 1, zeroPoint: 1, clamp: -8...7))
    let psums = Tensor<Int32>([1, 2, 1, 2], [4, 100, 4, -100])
    #expect(requantisation.apply(psums).elements == [5, 7, 3, -8])
  }
}

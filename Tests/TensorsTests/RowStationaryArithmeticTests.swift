import Tensors
import Testing

@Suite("Arithmetic contract of the row-stationary PE")
struct RowStationaryArithmeticTests {
  @Test("The cut takes 16 bits from the stated position, towards minus infinity")
  func cut() {
    let wrapping = RowStationaryArithmetic.fixedPoint16(position: 8, saturates: false)
    #expect(wrapping.product(0x0180, 0x0200) == 0x0300)
    #expect(wrapping.product(-1, 1) == -1)
    #expect(wrapping.product(0x4000, 0x0200) == -32768)
    #expect(wrapping.sum(32767, 1) == -32768)
    let saturating = RowStationaryArithmetic.fixedPoint16(position: 8, saturates: true)
    #expect(saturating.product(0x4000, 0x0200) == 32767)
    #expect(saturating.sum(32767, 1) == 32767)
    #expect(saturating.sum(-32768, -1) == -32768)
    #expect(RowStationaryArithmetic.integer8.product(255, -128) == -32640)
    #expect(RowStationaryArithmetic.integer8.sum(.max, 1) == .min)
  }

  @Test("Wrapping sums do not depend on their order, saturating ones do")
  func order() {
    let terms: [Int32] = [30000, 20000, -25000, 17]
    let wrapping = RowStationaryArithmetic.fixedPoint16(position: 0, saturates: false)
    #expect(terms.reduce(0, wrapping.sum) == terms.reversed().reduce(0, wrapping.sum))
    let saturating = RowStationaryArithmetic.fixedPoint16(position: 0, saturates: true)
    #expect(terms.reduce(0, saturating.sum) == 7784)
    #expect(terms.reversed().reduce(0, saturating.sum) == 25017)
    #expect(wrapping.isOrderFree && !saturating.isOrderFree && RowStationaryArithmetic.integer8.isOrderFree)
  }
}

import Tensors

/// Words that a kernel multiplies at once, and their products.
typealias OperandVector = SIMD8<Int16>
typealias PsumVector = SIMD8<Int32>

/// `RowStationaryArithmetic` as a type, so that the kernel is compiled once for each contract.
protocol PsumContract {
  func product(_ ifmap: Int16, _ filter: Int16) -> Int32
  func sum(_ psum: Int32, _ addend: Int32) -> Int32
  func products(_ ifmaps: OperandVector, _ filters: OperandVector) -> PsumVector
  func sums(_ psums: PsumVector, _ addends: PsumVector) -> PsumVector
}

/// Eight at a time are eight times one: the compiler makes vector instructions of it.
extension PsumContract {
  @inline(__always)
  func products(_ ifmaps: OperandVector, _ filters: OperandVector) -> PsumVector {
    var products = PsumVector()
    for lane in 0..<PsumVector.scalarCount { products[lane] = product(ifmaps[lane], filters[lane]) }
    return products
  }

  @inline(__always)
  func sums(_ psums: PsumVector, _ addends: PsumVector) -> PsumVector {
    var sums = PsumVector()
    for lane in 0..<PsumVector.scalarCount { sums[lane] = sum(psums[lane], addends[lane]) }
    return sums
  }
}

/// For what is rare: one contract that looks up which it is.
extension RowStationaryArithmetic: PsumContract {}

/// `.fixedPoint16(position:, saturates: false)`.
struct WrappingFixedPoint: PsumContract {
  let position: Int32

  @inline(__always)
  func product(_ ifmap: Int16, _ filter: Int16) -> Int32 {
    Int32(Int16(truncatingIfNeeded: (Int32(ifmap) &* Int32(filter)) &>> position))
  }

  @inline(__always)
  func sum(_ psum: Int32, _ addend: Int32) -> Int32 { Int32(Int16(truncatingIfNeeded: psum &+ addend)) }
}

/// `.fixedPoint16(position:, saturates: true)`.
struct SaturatingFixedPoint: PsumContract {
  let position: Int32

  @inline(__always)
  func product(_ ifmap: Int16, _ filter: Int16) -> Int32 {
    min(max((Int32(ifmap) &* Int32(filter)) &>> position, -32768), 32767)
  }

  @inline(__always)
  func sum(_ psum: Int32, _ addend: Int32) -> Int32 { min(max(psum &+ addend, -32768), 32767) }
}

/// `.integer8`.
struct IntegerPsum: PsumContract {
  @inline(__always)
  func product(_ ifmap: Int16, _ filter: Int16) -> Int32 { Int32(ifmap) &* Int32(filter) }

  @inline(__always)
  func sum(_ psum: Int32, _ addend: Int32) -> Int32 { psum &+ addend }
}

import Tensors

/// `RowStationaryArithmetic` as a type, so that the kernel is compiled once for each contract.
protocol PsumContract {
  func product(_ ifmap: Int16, _ filter: Int16) -> Int32
  func sum(_ psum: Int32, _ addend: Int32) -> Int32
}

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

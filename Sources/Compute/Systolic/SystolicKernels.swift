import Tensors

// The inner loops of the systolic arrays. Registers are rows x columns in row order, so that "from the PE to the left" is
// index - 1 and "from the PE above" is index - columns: one flat, branch-free loop a register bank, which vectorises.
// Bounds are checked once, at each kernel's entry.

/// Every operand moves one PE to the right; `edge` enters column 0.
func shiftRight<Word: BitwiseCopyable>(_ current: [Word], _ edge: Span<Word>, into next: inout [Word], columns: Int) {
  let current = current.span
  var next = next.mutableSpan
  let count = current.count
  precondition(
    count > 0 && next.count == count && edge.count * columns == count, "register banks of one array have one size")
  // All rows as one block; what this carries round from row to row is replaced by the edge.
  copyBlock(current.extracting(droppingLast: 1), into: &next, at: 1)
  for row in 0..<edge.count {
    unsafe next[unchecked: row &* columns] = edge[unchecked: row]
  }
}

/// Copies words as one block of memory.
@inline(__always)
func copyBlock<Word: BitwiseCopyable>(_ source: Span<Word>, into target: inout MutableSpan<Word>, at first: Int) {
  precondition(first >= 0 && first + source.count <= target.count, "a block fits where it is copied to")
  let offset = first &* MemoryLayout<Word>.stride
  unsafe source.withUnsafeBytes { source in
    unsafe target.withUnsafeMutableBytes { target in
      unsafe UnsafeMutableRawBufferPointer(rebasing: target[offset...]).copyMemory(from: source)
    }
  }
}

/// Each PE adds the product of its two operands to its psum; right operands and psums are those from an index on.
func addProducts<Contract: MACArithmetic>(
  _: Contract.Type, _ left: [Int16], _ right: [Int16], from rightFirst: Int = 0, into psums: inout [Int32],
  at first: Int = 0
) {
  let left = left.span
  let right = right.span.extracting(rightFirst..<rightFirst + left.count)
  var psums = psums.mutableSpan
  precondition(first >= 0 && first + left.count <= psums.count, "register banks of one array have one size")
  let whole = left.count & ~7
  let (leftBytes, rightBytes) = unsafe (left.bytes, right.bytes)
  var psumBytes = unsafe psums.mutableBytes
  // Eight PEs at a time: the products of eight 16-bit operands come from two vector instructions, those of four from three.
  for index in stride(from: 0, to: whole, by: 8) {
    let place = 4 &* (first &+ index)
    let sums = unsafe multiplyAdd(
      Contract.self, leftBytes.unsafeLoadUnaligned(fromUncheckedByteOffset: 2 &* index, as: SIMD8<Int16>.self),
      rightBytes.unsafeLoadUnaligned(fromUncheckedByteOffset: 2 &* index, as: SIMD8<Int16>.self),
      psumBytes.unsafeLoadUnaligned(fromUncheckedByteOffset: place, as: SIMD8<Int32>.self))
    unsafe psumBytes.storeBytes(of: sums, toUncheckedByteOffset: place, as: SIMD8<Int32>.self)
  }
  for index in whole..<left.count {
    let place = 4 &* (first &+ index)
    let sum = unsafe Contract.multiplyAdd(
      left[unchecked: index], right[unchecked: index],
      psumBytes.unsafeLoad(fromUncheckedByteOffset: place, as: Int32.self))
    unsafe psumBytes.storeBytes(of: sum, toUncheckedByteOffset: place, as: Int32.self)
  }
}

/// The contract in eight lanes at once.
@inline(__always)
private func multiplyAdd<Contract: MACArithmetic>(
  _: Contract.Type, _ left: SIMD8<Int16>, _ right: SIMD8<Int16>, _ psums: SIMD8<Int32>
) -> SIMD8<Int32> {
  var sums = psums
  for lane in 0..<8 { sums[lane] = Contract.multiplyAdd(left[lane], right[lane], psums[lane]) }
  return sums
}

/// All products, for a MAC whose multiplier is a pipeline stage of its own; right operands are those from an index on.
func multiplyAll<Contract: MACArithmetic>(
  _: Contract.Type, _ left: [Int16], _ right: [Int16], from rightFirst: Int = 0, into products: inout [Int32]
) {
  let left = left.span
  let right = right.span.extracting(rightFirst..<rightFirst + left.count)
  var products = products.mutableSpan
  precondition(products.count == left.count, "register banks of one array have one size")
  for index in 0..<left.count {
    unsafe products[unchecked: index] = Contract.multiply(left[unchecked: index], right[unchecked: index])
  }
}

/// Each PE adds the product that leaves its multiplier to its psum; the psums are those from `first` on.
func addAll<Contract: MACArithmetic>(
  _: Contract.Type, _ products: [Int32], into psums: inout [Int32], at first: Int = 0
) {
  let products = products.span
  var psums = psums.mutableSpan
  precondition(first >= 0 && first + products.count <= psums.count, "register banks of one array have one size")
  for index in 0..<products.count {
    let sum = unsafe Contract.add(psums[unchecked: first &+ index], products[unchecked: index])
    unsafe psums[unchecked: first &+ index] = sum
  }
}

/// MACs that fire in a step, and those of them with two operands other than zero.
public typealias MACCount = (fires: Int, nonzero: Int)

/// PEs whose MAC fires, because both operands carry their valid bit, and those of them with two operands other than zero.
///
/// An operand that is not zero is valid, because lanes without an operand are filled up with zeros.
func countMACs(_ left: Span<UInt8>, _ right: Span<UInt8>) -> MACCount {
  precondition(left.count == right.count, "register banks of one array have one size")
  let whole = left.count & ~15
  let (leftBytes, rightBytes) = unsafe (left.bytes, right.bytes)
  var fires = 0
  var nonzero = 0
  for start in stride(from: 0, to: whole, by: 15 * 16) {
    // Both flags count in one byte, bits 0 and 4 in a half each: fifteen times, then the halves are read.
    var counts = SIMD16<UInt8>(repeating: 0)
    for index in stride(from: start, to: min(start &+ 15 * 16, whole), by: 16) {
      let both =
        unsafe leftBytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: SIMD16<UInt8>.self)
        & rightBytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: SIMD16<UInt8>.self)
      counts &+= both & (OperandFlags.valid | OperandFlags.nonzero)
    }
    fires &+= Int((counts & 15).wrappedSum())
    nonzero &+= Int((counts &>> 4).wrappedSum())
  }
  for index in whole..<left.count {
    let both = unsafe left[unchecked: index] & right[unchecked: index]
    fires &+= Int(both & OperandFlags.valid)
    nonzero &+= Int(both &>> 4 & 1)
  }
  return (fires, nonzero)
}

/// Whether any of the flags has a bit of `mask`.
func anyCarries(_ flags: Span<UInt8>, _ mask: UInt8) -> Bool {
  var all: UInt8 = 0
  for index in 0..<flags.count { unsafe all |= flags[unchecked: index] }
  return all & mask != 0
}

/// Words move one PE down in every column whose edge carries the shift flag, behind PEs that shifted in the step before.
///
/// The flag `OperandFlags.shift` of a PE says that it shifted last; it clears when the column's load ends.
func shiftBehindWave(
  _ current: [Int16], _ currentFlags: [UInt8], edge: Span<Int16>, edgeFlags: Span<UInt8>,
  into next: inout [Int16], flags nextFlags: inout [UInt8]
) {
  let current = current.span
  let currentFlags = currentFlags.span
  var next = next.mutableSpan
  var nextFlags = nextFlags.mutableSpan
  let columns = edge.count
  let count = current.count
  precondition(
    currentFlags.count == count && next.count == count && nextFlags.count == count && edgeFlags.count == columns
      && columns > 0 && count % columns == 0, "register banks of one array have one size")
  for column in 0..<columns {
    let step = unsafe LoadStep(
      current[unchecked: column], currentFlags[unchecked: column], above: edge[unchecked: column],
      aboveFlags: edgeFlags[unchecked: column], edgeFlags: edgeFlags[unchecked: column])
    unsafe next[unchecked: column] = step.word
    unsafe nextFlags[unchecked: column] = step.flags
  }
  for first in stride(from: columns, to: count, by: columns) {
    for column in 0..<columns {
      let index = first &+ column
      let step = unsafe LoadStep(
        current[unchecked: index], currentFlags[unchecked: index], above: current[unchecked: index &- columns],
        aboveFlags: currentFlags[unchecked: index &- columns], edgeFlags: edgeFlags[unchecked: column])
      unsafe next[unchecked: index] = step.word
      unsafe nextFlags[unchecked: index] = step.flags
    }
  }
}

/// What the load chain of one PE does in a step, without a branch.
private struct LoadStep {
  let word: Int16
  let flags: UInt8

  @inline(__always)
  init(_ current: Int16, _ currentFlags: UInt8, above: Int16, aboveFlags: UInt8, edgeFlags: UInt8) {
    let shifts = edgeFlags & aboveFlags & OperandFlags.shift != 0
    // The end of a load clears the flag that lets the PE below shift.
    let kept =
      edgeFlags & OperandFlags.loadEnd == 0 ? aboveFlags : aboveFlags & ~(OperandFlags.shift | OperandFlags.loadEnd)
    word = shifts ? above : current
    flags = shifts ? kept : currentFlags & ~OperandFlags.shift
  }
}

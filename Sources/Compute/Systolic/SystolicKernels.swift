import Tensors

// The inner loops of the systolic arrays. Registers are rows x columns in row order, so that "from the PE to the left" is
// index - 1 and "from the PE above" is index - columns: one flat, branch-free loop a register bank, which vectorises.
// Bounds are checked once, at each kernel's entry.

/// Every operand moves one PE to the right; `edge` enters column 0.
func shiftRight<Word: BitwiseCopyable>(
  _ current: [Word], _ edge: [Word], into next: inout [Word], columns: Int
) {
  let current = current.span
  let edge = edge.span
  var next = next.mutableSpan
  let count = current.count
  precondition(next.count == count && edge.count * columns == count, "register banks of one array have one size")
  for index in 1..<max(count, 1) {
    unsafe next[unchecked: index] = current[unchecked: index &- 1]
  }
  for row in 0..<edge.count {
    unsafe next[unchecked: row &* columns] = edge[unchecked: row]
  }
}

/// Every operand moves one PE down; `edge` enters row 0.
func shiftDown<Word: BitwiseCopyable>(
  _ current: [Word], _ edge: [Word], into next: inout [Word]
) {
  let current = current.span
  let edge = edge.span
  var next = next.mutableSpan
  let count = current.count
  let columns = edge.count
  precondition(next.count == count && columns <= count, "register banks of one array have one size")
  for column in 0..<columns {
    unsafe next[unchecked: column] = edge[unchecked: column]
  }
  for index in columns..<count {
    unsafe next[unchecked: index] = current[unchecked: index &- columns]
  }
}

/// Psums climb down: each PE adds its product to the psum of the PE above it; row 0 starts from 0.
func accumulateDown<Contract: MACArithmetic>(
  _: Contract.Type, moving: [Int16], stationary: [Int16], psum: [Int32],
  into next: inout [Int32], columns: Int
) {
  let moving = moving.span
  let stationary = stationary.span
  let psum = psum.span
  var next = next.mutableSpan
  let count = psum.count
  precondition(
    moving.count == count && stationary.count == count && next.count == count && columns <= count,
    "register banks of one array have one size")
  for index in 0..<columns {
    unsafe next[unchecked: index] =
      Contract.multiplyAdd(moving[unchecked: index], stationary[unchecked: index], 0)
  }
  for index in columns..<count {
    unsafe next[unchecked: index] = Contract.multiplyAdd(
      moving[unchecked: index], stationary[unchecked: index], psum[unchecked: index &- columns])
  }
}

/// Psums stay: each PE adds the product of its two arriving operands to its own psum.
func accumulateInPlace<Contract: MACArithmetic>(
  _: Contract.Type, ifmap: [Int16], filter: [Int16], psum: [Int32], into next: inout [Int32]
) {
  let ifmap = ifmap.span
  let filter = filter.span
  let psum = psum.span
  var next = next.mutableSpan
  let count = psum.count
  precondition(
    ifmap.count == count && filter.count == count && next.count == count,
    "register banks of one array have one size")
  for index in 0..<count {
    unsafe next[unchecked: index] = Contract.multiplyAdd(
      ifmap[unchecked: index], filter[unchecked: index], psum[unchecked: index])
  }
}

/// All products, for a MAC whose multiplier is a pipeline stage of its own.
func multiplyAll<Contract: MACArithmetic>(
  _: Contract.Type, _ left: [Int16], _ right: [Int16], into products: inout [Int32]
) {
  let left = left.span
  let right = right.span
  var products = products.mutableSpan
  let count = products.count
  precondition(left.count == count && right.count == count, "register banks of one array have one size")
  for index in 0..<count {
    unsafe products[unchecked: index] = Contract.multiply(left[unchecked: index], right[unchecked: index])
  }
}

/// Each psum plus the addend `distance` elements further on in the flat order: 0 adds in place, `columns` moves psums down.
func addAll<Contract: MACArithmetic>(
  _: Contract.Type, _ psum: [Int32], _ addend: [Int32], into next: inout [Int32], distance: Int
) {
  let psum = psum.span
  let addend = addend.span
  var next = next.mutableSpan
  let count = psum.count
  precondition(
    addend.count == count && next.count == count && (0...count).contains(distance),
    "register banks of one array have one size")
  for index in 0..<distance {
    unsafe next[unchecked: index] = Contract.add(0, addend[unchecked: index])
  }
  for index in distance..<count {
    unsafe next[unchecked: index] = Contract.add(psum[unchecked: index &- distance], addend[unchecked: index])
  }
}

/// MACs that fire in a step, and those of them with two operands other than zero.
public typealias MACCount = (fires: Int, nonzero: Int)

/// PEs whose MAC fires, because both operands carry their valid bit, and those of them with two operands other than zero.
func countMACs(_ left: [UInt8], _ right: [UInt8]) -> MACCount {
  let left = left.span
  let right = right.span
  precondition(left.count == right.count, "register banks of one array have one size")
  var fires = 0
  var nonzero = 0
  for start in stride(from: 0, to: left.count, by: 128) {
    // Counters as narrow as the registers let sixteen of them be added at once; 128 ones fit them.
    var valid: UInt8 = 0
    var other: UInt8 = 0
    for index in start..<min(start &+ 128, left.count) {
      let both = unsafe left[unchecked: index] & right[unchecked: index]
      valid &+= both & OperandFlags.valid
      other &+= both >> 4 & both & 1
    }
    fires &+= Int(valid)
    nonzero &+= Int(other)
  }
  return (fires, nonzero)
}

/// Whether any of the flags has a bit of `mask`.
func anyCarries(_ flags: [UInt8], _ mask: UInt8) -> Bool {
  var all: UInt8 = 0
  let flags = flags.span
  for index in 0..<flags.count { unsafe all |= flags[unchecked: index] }
  return all & mask != 0
}

/// Words move one PE down in every column whose edge carries the shift flag, behind PEs that shifted in the step before.
///
/// The flag `OperandFlags.shift` of a PE says that it shifted last; it clears when the column's load ends.
func shiftBehindWave(
  _ current: [Int16], _ currentFlags: [UInt8], edge: [Int16], edgeFlags: [UInt8],
  into next: inout [Int16], flags nextFlags: inout [UInt8]
) {
  let current = current.span
  let currentFlags = currentFlags.span
  let edge = edge.span
  let edgeFlags = edgeFlags.span
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

/// The registers of the array's last row: what stands at the foot of its columns.
func copyLastRow(of registers: [Int32], into row: inout [Int32]) {
  let first = registers.count - row.count
  let registers = registers.span
  var row = row.mutableSpan
  for column in 0..<row.count { row[column] = registers[first + column] }
}

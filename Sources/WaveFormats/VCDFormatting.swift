import Signals

/// How the changes of one signal are written: prepared once, so that a line is a few 8-byte stores and no branch on its length.
struct VCDPlan {
  enum Kind: UInt8 {
    case scalar, vector, event, real, text, omitted
  }

  /// The end of a line, identifier and newline, least significant byte first; a vector's begins with a blank.
  var suffix: UInt64 = 0
  var suffixLength: UInt8 = 0
  var kind: Kind = .omitted
  /// Bits of the vector.
  var width: UInt8 = 0
  /// Left shift that brings the register's bits to the top of 64.
  var shift: UInt8 = 0

  /// A plan for a signal of the given shape and identifier; `valueBits` of the value are significant, at the vector's top end.
  init(shape: SignalShape, code: Int, valueBits: Int) {
    let identifier = VCDIdentifier.bytes(of: code)
    switch shape {
    case .bits(1): kind = .scalar
    case .bits: kind = .vector
    case .event: kind = .event
    case .real: kind = .real
    case .text: kind = .text
    }
    let blank: [UInt8] = kind == .scalar || kind == .event ? [] : [UInt8(ascii: " ")]
    let line = blank + identifier + [UInt8(ascii: "\n")]
    for byte in line.reversed() { suffix = suffix << 8 | UInt64(byte) }
    suffixLength = UInt8(line.count)
    width = UInt8(clamping: shape.bitCount)
    shift = UInt8(clamping: 64 - valueBits)
  }

  /// A signal that this dialect cannot show.
  static let omitted = VCDPlan()

  private init() {}

  /// The longest line that the fast path writes, and what its stores may touch beyond: `b`, 64 digits, blank, identifier, newline.
  static let longestLine = 1 + 64 + 16
}

/// Identifier codes: base 94 over the printable characters, least significant first, all distinct.
enum VCDIdentifier {
  static func bytes(of code: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = code
    repeat {
      bytes.append(UInt8(33 + rest % 94))
      rest = rest / 94 - 1
    } while rest >= 0
    return bytes
  }
}

/// Writes lines for changes from `start` on, and returns where it stopped: at the end, at `limit` bytes, or at a real, text or event.
///
/// The hot loop of tracing. `bytes` has room for `VCDPlan.longestLine` beyond `limit`, `digits` is `DecimalDigits.binary`.
func formatChanges(
  _ changes: Span<SignalChange>, from start: Int, plans: Span<VCDPlan>, digits: Span<UInt64>,
  into bytes: inout MutableRawSpan, at position: inout Int, limit: Int
) -> Int {
  precondition(position >= 0 && limit <= bytes.byteCount - VCDPlan.longestLine, "the buffer has room for a line")
  precondition(start >= 0 && digits.count == 256, "changes are counted from 0, bytes have 256 values")
  var index = start
  var cursor = position
  while index < changes.count, cursor <= limit {
    let change = unsafe changes[unchecked: index]
    let plan = plans[Int(change.signal)]
    switch plan.kind {
    case .vector: cursor = formatVector(change.value, plan, digits, into: &bytes, at: cursor)
    case .scalar: cursor = formatScalar(change.value, plan, into: &bytes, at: cursor)
    case .omitted: break
    case .real, .text, .event:
      position = cursor
      return index
    }
    index = index &+ 1
  }
  position = cursor
  return index
}

/// `b101 !`: without leading zeros, which readers add again. Source: IEEE 1364-2005, 18.2.1, left-extension of values.
///
/// As many digits are stored as the widest value needs; what lies behind the shorter one is overwritten by the line's end. So the
/// number of stores depends on the signal alone, and branches are foreseen.
@inline(__always)
func formatVector(
  _ value: UInt64, _ plan: VCDPlan, _ digits: Span<UInt64>, into bytes: inout MutableRawSpan, at start: Int
) -> Int {
  let width = Int(plan.width)
  let aligned = value &<< UInt64(plan.shift)
  let blanks = min(aligned.leadingZeroBitCount, width &- 1)
  var bits = aligned &<< UInt64(blanks)
  unsafe bytes.storeBytes(of: UInt8(ascii: "b"), toUncheckedByteOffset: start, as: UInt8.self)
  var digit = start &+ 1
  let end = digit &+ width &- blanks
  let last = digit &+ width
  repeat {
    unsafe bytes.storeBytes(
      of: digits[unchecked: Int(truncatingIfNeeded: bits &>> 56)], toUncheckedByteOffset: digit, as: UInt64.self)
    bits = bits &<< 8
    digit = digit &+ 8
  } while digit < last
  unsafe bytes.storeBytes(of: plan.suffix, toUncheckedByteOffset: end, as: UInt64.self)
  return end &+ Int(plan.suffixLength)
}

/// `1!`.
@inline(__always)
func formatScalar(_ value: UInt64, _ plan: VCDPlan, into bytes: inout MutableRawSpan, at start: Int) -> Int {
  unsafe bytes.storeBytes(
    of: (plan.suffix &<< 8) | 0x30 | (value & 1), toUncheckedByteOffset: start, as: UInt64.self)
  return start &+ 1 &+ Int(plan.suffixLength)
}

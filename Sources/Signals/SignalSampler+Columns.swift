// Columns of registers that lie in a row: compared 8 bytes at a time, with the values of the last sample packed as theirs are.

extension SignalSampler {
  /// A column of 8-bit registers, or of single bits held in bytes.
  public mutating func take(_ values: Span<UInt8>) { takeWhole(values) }

  /// One bit of each of a column of registers that hold several.
  public mutating func take(_ values: Span<UInt8>, bit: UInt8) {
    let shift = UInt64(bit & 7)
    takePacked(values) {
      $0 >> shift & PackedBits.lowBits
    } value: {
      UInt64($0) >> shift & 1
    }
  }

  /// One bit each of which is 1 where both registers have all bits of `mask`: the wire of an AND gate.
  public mutating func take(_ left: Span<UInt8>, and right: Span<UInt8>, mask: UInt8) {
    precondition(left.count == right.count, "a gate has two inputs")
    let column = begin(count: left.count)
    let wide = UInt64(mask) &* PackedBits.lowBits
    let gate = { (left: UInt64, right: UInt64) -> UInt64 in PackedBits.zeroBytes(left & right & wide ^ wide) }
    if column.elementList != nil || column.recurs || column.isFresh {
      return takeEach(of: column, lanes: 8) { left[$0] & right[$0] & mask == mask ? 1 : 0 }
    }
    let (leftBytes, rightBytes) = unsafe (left.bytes, right.bytes)
    compare(column, laneBits: 8) { gate(PackedBits.word($0, of: leftBytes), PackedBits.word($0, of: rightBytes)) }
  }

  /// A column of 8-bit signed registers.
  public mutating func take(_ values: Span<Int8>) { takeWhole(values) }

  /// A column of 16-bit registers.
  public mutating func take(_ values: Span<Int16>) { takeWhole(values) }

  /// A column of 16-bit unsigned registers.
  public mutating func take(_ values: Span<UInt16>) { takeWhole(values) }

  /// A column of 32-bit registers.
  public mutating func take(_ values: Span<Int32>) { takeWhole(values) }

  /// A column of 32-bit unsigned registers.
  public mutating func take(_ values: Span<UInt32>) { takeWhole(values) }

  /// A column of counters or addresses.
  public mutating func take(_ values: Span<Int>) { takeWhole(values) }

  /// A column of 64-bit registers.
  public mutating func take(_ values: Span<UInt64>) { takeWhole(values) }
}

// MARK: - Comparison with the shadow

extension SignalSampler {
  /// Registers of any width, all bits of them.
  @inline(__always)
  private mutating func takeWhole<Value: FixedWidthInteger & BitwiseCopyable>(_ values: Span<Value>) {
    takePacked(values) {
      $0
    } value: {
      UInt64(truncatingIfNeeded: Value.Magnitude(truncatingIfNeeded: $0))
    }
  }

  /// `packed` makes the compared bits of 8 bytes of registers, `value` those of one register alone.
  @inline(__always)
  private mutating func takePacked<Value: BitwiseCopyable>(
    _ values: Span<Value>, packed: (UInt64) -> UInt64, value: (Value) -> UInt64
  ) {
    let column = begin(count: values.count)
    let laneBits = 8 * MemoryLayout<Value>.size
    // The first sample reports everything, a selection lies scattered, and events are reported again: element by element.
    if column.elementList != nil || column.recurs || column.isFresh {
      return takeEach(of: column, lanes: 64 / laneBits) { value(values[$0]) }
    }
    let bytes = unsafe values.bytes
    compare(column, laneBits: laneBits) { packed(PackedBits.word($0, of: bytes)) }
  }

  /// Element by element: a selection keeps 8 bytes a signal, a whole column is packed for `compare`.
  @inline(__always)
  private mutating func takeEach(of column: Column, lanes: Int, _ value: (Int) -> UInt64) {
    if let list = column.elementList {
      for position in 0..<column.signalCount { note(value(elementLists[list][position]), at: position, of: column) }
      return
    }
    let laneBits = 64 / lanes
    for position in 0..<column.signalCount {
      let new = value(position)
      let place = column.shadowStart + position / lanes
      let shift = UInt64(position % lanes * laneBits)
      let mask = (UInt64.max >> UInt64(64 - laneBits)) << shift
      shadow[place] = shadow[place] & ~mask | new << shift
      guard !column.recurs || new & 1 == 1 else { continue }
      report(new, at: position, of: column)
    }
  }

  /// The hot path of tracing. `word` gives the column's values, `64 / laneBits` of them at a time, 0 beyond its end.
  @inline(__always)
  private mutating func compare(_ column: Column, laneBits: Int, _ word: (Int) -> UInt64) {
    let lanes = 64 / laneBits
    batch.changeCount = compareWords(
      count: (column.signalCount &+ lanes &- 1) / lanes, laneBits: laneBits, firstSignal: column.firstSignal,
      shadow: &shadow, from: column.shadowStart, changes: &batch.buffer, at: batch.changeCount, word)
  }
}

/// Reports the lanes of each word that differ from the shadow, and returns where the changes end.
///
/// Lanes of 16 bits and more mostly change together or not at all: each is written, and counted only if it differs, which costs
/// no branch. Lanes of 8 bits hold flags, of which few change.
@inline(__always)
private func compareWords(
  count: Int, laneBits: Int, firstSignal: UInt32, shadow: inout [UInt64], from start: Int,
  changes: inout [SignalChange], at end: Int, _ word: (Int) -> UInt64
) -> Int {
  var shadow = shadow.mutableSpan
  var changes = changes.mutableSpan
  let lanes = 64 / laneBits
  let mask = UInt64.max >> UInt64(64 &- laneBits)
  precondition(start >= 0 && start + count <= shadow.count, "a column's shadow is as long as the column")
  precondition(end >= 0 && end + count * lanes <= changes.count, "there is room for every change")
  var end = end
  for index in 0..<count {
    let new = word(index)
    let difference = unsafe new ^ shadow[unchecked: start &+ index]
    if difference == 0 { continue }
    unsafe shadow[unchecked: start &+ index] = new
    let signal = firstSignal &+ UInt32(truncatingIfNeeded: index &* lanes)
    if laneBits == 8 {
      var rest = difference
      while rest != 0 {
        let shift = UInt64(rest.trailingZeroBitCount & 56)
        unsafe changes[unchecked: end] = SignalChange(
          signal: signal &+ UInt32(truncatingIfNeeded: shift &>> 3), value: new &>> shift & mask)
        rest &= ~(mask &<< shift)
        end = end &+ 1
      }
    } else {
      for lane in 0..<lanes {
        let shift = UInt64(lane &* laneBits)
        unsafe changes[unchecked: end] = SignalChange(
          signal: signal &+ UInt32(truncatingIfNeeded: lane), value: new &>> shift & mask)
        end = end &+ (difference &>> shift & mask == 0 ? 0 : 1)
      }
    }
  }
  return end
}

/// Several values side by side in 64 bits.
private enum PackedBits {
  /// The lowest bit of every byte.
  static let lowBits: UInt64 = 0x0101_0101_0101_0101

  /// The 8 bytes at 8 x `index`, the first in the lowest byte, and zeros beyond the end.
  @inline(__always)
  static func word(_ index: Int, of bytes: RawSpan) -> UInt64 {
    let offset = index &* 8
    if offset &+ 8 <= bytes.byteCount {
      return unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self)
    }
    var word: UInt64 = 0
    for place in offset..<max(offset, bytes.byteCount) {
      word |= unsafe UInt64(bytes.unsafeLoad(fromByteOffset: place, as: UInt8.self)) << UInt64(8 * (place - offset))
    }
    return word
  }

  /// 1 in every byte that is 0, and 0 in all others.
  @inline(__always)
  static func zeroBytes(_ word: UInt64) -> UInt64 {
    let seven: UInt64 = 0x7f7f_7f7f_7f7f_7f7f
    return ~((word & seven &+ seven) | word) >> 7 & lowBits
  }
}

// The registers that every PE clocks in every cycle, sixteen PEs side by side: one loop of sixteen steps advances a register of
// sixteen PEs, and the compiler makes vector instructions of it.

/// One register of all PEs: where its column lies in a block of sixteen PEs.
struct LaneColumn<Word: BitwiseCopyable> {
  let offset: Int
}

extension LaneColumn where Word == UInt8 {
  /// What the pipeline does: `RowStationaryPE.Operation` behind the spads and behind the multiplier.
  static var operation1: Self { Self(offset: 0) }
  static var operation2: Self { Self(offset: 16) }
  /// The operation that control issues in every cycle until it says otherwise: none, a MAC or a gated MAC.
  static var issue: Self { Self(offset: 32) }
  /// Filter of the next operation, within the PE's p.
  static var filter: Self { Self(offset: 48) }
  /// The filter before which control has to look again: behind the last filter, or where the spad has no word yet.
  static var runEnd: Self { Self(offset: 64) }
  /// Filter of the operation behind the spads and behind the multiplier.
  static var filter1: Self { Self(offset: 80) }
  static var filter2: Self { Self(offset: 96) }
  /// Wire: a run of MACs ends in this cycle.
  static var ends: Self { Self(offset: 112) }
}

extension LaneColumn where Word == Int16 {
  /// Place in the filter ring that the next MAC reads.
  static var filterPlace: Self { Self(offset: 128) }
  /// Operands behind the spads. The ifmap word is read once and held for all filters.
  static var ifmap1: Self { Self(offset: 160) }
  static var weight1: Self { Self(offset: 192) }
  /// Wire: the word at `filterPlace`.
  static var filterRead: Self { Self(offset: 224) }
}

extension LaneColumn where Word == Int32 {
  /// Behind the multiplier: a product, or the psum that passed it by.
  static var product: Self { Self(offset: 256) }
}

/// The columns of all PEs of an array, block by block.
struct PELanes: Sendable, Codable, Equatable {
  /// PEs of a block, and bytes of its columns.
  static let perBlock = 16
  static let blockBytes = 320

  let blocks: Int
  var words: [UInt64]

  init(peCount: Int) {
    blocks = (peCount + Self.perBlock - 1) / Self.perBlock
    words = [UInt64](repeating: 0, count: blocks * Self.blockBytes / 8)
  }

  /// PEs, those included that fill the last block.
  var count: Int { blocks * Self.perBlock }

  /// A register of one PE.
  subscript<Word: BitwiseCopyable>(column: LaneColumn<Word>, number: Int) -> Word {
    get {
      precondition(number < count, "a PE of the array")
      return unsafe words.span.bytes.lane(column, number)
    }
    set {
      precondition(number < count, "a PE of the array")
      var span = words.mutableSpan
      var bytes = unsafe span.mutableBytes
      bytes[column, number] = newValue
    }
  }
}

extension RawSpan {
  fileprivate func lane<Word: BitwiseCopyable>(_ column: LaneColumn<Word>, _ number: Int) -> Word {
    unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: column.byte(number), as: Word.self)
  }
}

extension LaneColumn {
  /// Where the register of a PE lies.
  @inline(__always)
  fileprivate func byte(_ number: Int) -> Int {
    (number &>> 4) &* PELanes.blockBytes &+ offset &+ (number & 15) &* MemoryLayout<Word>.size
  }
}

/// The bytes of `PELanes` in a kernel that has checked how many there are.
extension MutableRawSpan {
  /// A register of one PE.
  @inline(__always)
  subscript<Word: BitwiseCopyable>(column: LaneColumn<Word>, number: Int) -> Word {
    get { unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: column.byte(number), as: Word.self) }
    set { unsafe storeBytes(of: newValue, toUncheckedByteOffset: column.byte(number), as: Word.self) }
  }

  /// A register of one PE of a block; `base` is the block's first byte.
  @inline(__always)
  subscript<Word: BitwiseCopyable>(column: LaneColumn<Word>, base base: Int, lane lane: Int) -> Word {
    get {
      unsafe unsafeLoadUnaligned(
        fromUncheckedByteOffset: base &+ column.offset &+ lane &* MemoryLayout<Word>.size, as: Word.self)
    }
    set {
      unsafe storeBytes(
        of: newValue, toUncheckedByteOffset: base &+ column.offset &+ lane &* MemoryLayout<Word>.size, as: Word.self)
    }
  }

  /// The PEs of a block whose byte of a column of 0 and 1 is 1, one bit a PE.
  @inline(__always)
  func members(of column: LaneColumn<UInt8>, base: Int) -> UInt64 {
    let low = unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: base &+ column.offset, as: UInt64.self)
    let high = unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: base &+ column.offset &+ 8, as: UInt64.self)
    // The product moves bit 0 of byte i to bit 56 + i.
    let gather: UInt64 = 0x0102_0408_1020_4080
    return (low &* gather) &>> 56 | ((high &* gather) &>> 56) &<< 8
  }
}

public import Signals

/// On-chip buffer of single-ported banks of 64-bit lines: one access a bank and cycle, whoever asks first.
///
/// A region is a run of banks over which lines are interleaved, so that neighbouring lines lie in different banks. Reads and
/// writes of one cycle may proceed together as long as they meet in no bank; the one that comes second in the block's order
/// of priority waits a cycle.
public struct GlobalBuffer: Sendable, Codable {
  /// What is fixed when the buffer is built.
  public struct Spec: Sendable, Codable, Equatable {
    /// Banks, each with one port: 1 to 64.
    public var banks: Int
    /// 64-bit lines of a bank.
    public var linesPerBank: Int
    /// Lines a cycle that a block moves which takes more than one, each in a bank of its own.
    public var linesPerCycle: Int

    /// A spec by its parts.
    public init(banks: Int, linesPerBank: Int, linesPerCycle: Int = 1) {
      (self.banks, self.linesPerBank, self.linesPerCycle) = (banks, linesPerBank, linesPerCycle)
    }

    /// Bytes of all banks.
    public var bytes: Int { banks * linesPerBank * 8 }
  }

  /// A run of banks that belongs to one kind of data.
  public struct Region: Sendable, Codable, Equatable {
    /// First bank, and banks.
    public var firstBank, banks: Int

    /// A region by its parts.
    public init(firstBank: Int, banks: Int) { (self.firstBank, self.banks) = (firstBank, banks) }
  }

  /// What the buffer counted; one element a bank.
  public struct Counters: Sendable, Codable, Equatable, CounterSet {
    /// Lines read and written, and accesses that found the bank's port taken.
    public var reads, writes, conflicts: [Int]

    init(banks: Int) {
      reads = [Int](repeating: 0, count: banks)
      (writes, conflicts) = (reads, reads)
    }

    /// What each counter counts.
    public static let definitions: [CounterDefinition<Counters>] = [
      .init("line_reads", unit: "accesses", "64-bit lines read, all banks.") { $0.reads.reduce(0, +) },
      .init("line_writes", unit: "accesses", "64-bit lines written, all banks.") { $0.writes.reduce(0, +) },
      .init("bank_conflicts", unit: "cycles", "Cycles in which an access waited because its bank's port was taken.") {
        $0.conflicts.reduce(0, +)
      },
    ]
  }

  /// What is fixed when the buffer is built.
  public let spec: Spec
  /// What it counted.
  public private(set) var counters: Counters

  private var lines: [UInt64]
  /// Ports taken in this cycle, and writes latched for its end.
  private(set) var taken: UInt64 = 0
  private var writes: [Write]
  private var writeCount = 0

  private struct Write: Sendable, Codable, Equatable {
    var index = 0
    var value: UInt64 = 0
    var mask: UInt64 = 0
  }

  /// A buffer of zeros.
  public init(_ spec: Spec) {
    precondition((1...64).contains(spec.banks) && spec.linesPerBank > 0, "a buffer has 1 to 64 banks")
    self.spec = spec
    counters = Counters(banks: spec.banks)
    lines = [UInt64](repeating: 0, count: spec.banks * spec.linesPerBank)
    writes = [Write](repeating: Write(), count: spec.banks)
  }

  /// The bank of a line and its place in `lines`.
  private func place(_ region: Region, _ line: Int) -> (bank: Int, index: Int) {
    // 32-bit division takes a third of the time of a 64-bit one.
    let (row32, bank32) = UInt32(truncatingIfNeeded: line)
      .quotientAndRemainder(dividingBy: UInt32(truncatingIfNeeded: region.banks))
    let (row, bank) = (Int(row32), Int(bank32))
    precondition(row < spec.linesPerBank && region.firstBank + bank < spec.banks, "a line lies in its region")
    return (region.firstBank + bank, (region.firstBank + bank) * spec.linesPerBank + row)
  }

  private mutating func claim(_ bank: Int) -> Bool {
    guard taken >> UInt64(bank) & 1 == 0 else {
      counters.conflicts[bank] += 1
      return false
    }
    taken |= 1 << UInt64(bank)
    return true
  }

  /// Reads a line, if its bank's port is free in this cycle; the value is for a register that loads at the edge.
  public mutating func read(_ region: Region, line: Int) -> UInt64? {
    let (bank, index) = place(region, line)
    guard claim(bank) else { return nil }
    counters.reads[bank] += 1
    return lines[index]
  }

  /// Writes the bits of `mask` at the edge, if the bank's port is free in this cycle.
  public mutating func write(_ region: Region, line: Int, _ value: UInt64, mask: UInt64 = .max) -> Bool {
    let (bank, index) = place(region, line)
    guard claim(bank) else { return false }
    counters.writes[bank] += 1
    writes[writeCount] = Write(index: index, value: value, mask: mask)
    writeCount += 1
    return true
  }

  /// Whether the port of a line's bank is free in this cycle.
  public func isFree(_ region: Region, line: Int) -> Bool { !isTaken(bank: place(region, line).bank) }

  /// Whether a bank's port is taken in this cycle, for observers (after `evaluate`).
  public func isTaken(bank: Int) -> Bool { taken >> UInt64(bank) & 1 != 0 }

  /// The clock edge.
  public mutating func commit() {
    taken = 0
    for number in 0..<writeCount {
      let write = writes[number]
      lines[write.index] = lines[write.index] & ~write.mask | write.value & write.mask
    }
    writeCount = 0
  }
}

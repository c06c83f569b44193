import Codecs
import Tensors

/// One value-change block, unpacked: hands over its changes in time order.
///
/// Each signal waits in the list of the instant of its next change, so that nothing is sorted and memory stays that of the chains.
struct FSTValueBlock {
  /// What is wrong, and where in the block.
  struct Problem: Error {
    let offset: Int
    let message: String
  }

  enum Outcome {
    case step
    case end
    case damaged(String)
  }

  /// The most bytes that a block may unpack to.
  static let largest = 1 << 30

  private let shapes: [SignalShape]
  private let realsAreSwapped: Bool
  private var data: [UInt8] = []
  /// Next byte and end of each signal's chain in `data`.
  private var cursors: [Int]
  private var ends: [Int]
  /// The number that was read ahead: time difference and kind of the signal's next change.
  private var pending: [UInt64]
  private var nextInList: [Int32]
  private var lists: [Int32] = []
  private var times: [UInt64] = []
  private var timeIndex = 0
  private var frame: [UInt8]?
  private var startTime: UInt64

  init(
    _ bytes: [UInt8], type: UInt8, shapes: [SignalShape], isFirst: Bool, realsAreSwapped: Bool
  ) throws(Problem) {
    self.shapes = shapes
    self.realsAreSwapped = realsAreSwapped
    cursors = Array(repeating: 0, count: shapes.count)
    ends = cursors
    pending = Array(repeating: 0, count: shapes.count)
    nextInList = Array(repeating: -1, count: shapes.count)
    var cursor = ByteCursor(bytes)
    guard cursor.bigEndian() != nil, let start = cursor.bigEndian(), cursor.bigEndian() != nil,
      cursor.bigEndian() != nil,
      bytes.count >= 32 + 24
    else { throw Problem(offset: 0, message: "the block is cut short") }
    startTime = start
    let timesStart = try readTimes(bytes)
    let first = try readFrame(bytes, &cursor)
    if isFirst { frame = first }
    try readChains(bytes, &cursor, type: type, timesStart: timesStart)
    lists = Array(repeating: -1, count: times.count)
    for signal in shapes.indices.reversed() where cursors[signal] < ends[signal] {
      if let problem = wait(signal, from: 0) { throw Problem(offset: 0, message: problem) }
    }
  }
}

// MARK: - Unpacking

extension FSTValueBlock {
  /// Reads the table of instants, and returns where it begins.
  private mutating func readTimes(_ bytes: [UInt8]) throws(Problem) -> Int {
    var tail = ByteCursor(bytes, bytes.count - 24..<bytes.count)
    guard let size = tail.bigEndian(), let packedSize = tail.bigEndian(), let count = tail.bigEndian(),
      packedSize <= UInt64(bytes.count - 56), count <= size
    else { throw Problem(offset: bytes.count - 24, message: "the table of instants has no valid size") }
    let start = bytes.count - 24 - Int(packedSize)
    let table = try unpack(Array(bytes[start..<start + Int(packedSize)]), size, start)
    var cursor = ByteCursor(table)
    var time: UInt64 = 0
    for _ in 0..<count {
      guard let delta = cursor.varint() else {
        throw Problem(offset: start, message: "the table of instants ends early")
      }
      let (sum, overflows) = time.addingReportingOverflow(delta)
      guard !overflows else { throw Problem(offset: start, message: "an instant lies past 2^64 ticks") }
      time = sum
      times.append(time)
    }
    return start
  }

  private func unpack(_ content: [UInt8], _ size: UInt64, _ offset: Int) throws(Problem) -> [UInt8] {
    if size == UInt64(content.count) { return content }
    guard size <= UInt64(content.count) * 1032 + 64, size <= UInt64(Self.largest) else {
      throw Problem(offset: offset, message: "\(content.count) bytes cannot expand to \(size)")
    }
    do {
      return try Zlib.decompress(content, count: Int(size))
    } catch {
      throw Problem(offset: offset, message: "the compressed data are damaged: \(error.problem)")
    }
  }

  private func readFrame(_ bytes: [UInt8], _ cursor: inout ByteCursor) throws(Problem) -> [UInt8] {
    let offset = cursor.position
    guard let size = cursor.varint(), let packedSize = cursor.varint(), cursor.varint() != nil,
      packedSize <= UInt64(cursor.end - cursor.position)
    else { throw Problem(offset: offset, message: "the first values have no valid size") }
    let range = cursor.position..<cursor.position + Int(packedSize)
    cursor.position = range.upperBound
    return try unpack(Array(bytes[range]), size, offset)
  }

  private mutating func readChains(
    _ bytes: [UInt8], _ cursor: inout ByteCursor, type: UInt8, timesStart: Int
  ) throws(Problem) {
    let offset = cursor.position
    guard cursor.varint() != nil, timesStart - 8 > cursor.position else {
      throw Problem(offset: offset, message: "the chains are cut short")
    }
    let start = cursor.position
    var tail = ByteCursor(bytes, timesStart - 8..<timesStart)
    guard let indexSize = tail.bigEndian(), indexSize <= UInt64(timesStart - 8 - start) else {
      throw Problem(offset: timesStart - 8, message: "the index has no valid size")
    }
    let indexStart = timesStart - 8 - Int(indexSize)
    var index = FSTChainIndex(signals: shapes.count)
    var indexCursor = ByteCursor(bytes, indexStart..<timesStart - 8)
    guard index.read(&indexCursor, isNew: type == FSTFormat.Block.valuesAlias2.rawValue, length: indexStart - start)
    else {
      throw Problem(offset: indexCursor.position, message: "the index of chains is damaged")
    }
    for signal in 0..<shapes.count {
      guard let chain = index.chains[signal] else { continue }
      let range = start + chain.lowerBound..<start + chain.upperBound
      guard unpackChain(bytes, range, packing: bytes[start], signal) else {
        throw Problem(offset: range.lowerBound, message: "the chain of signal \(signal) is damaged")
      }
    }
    for signal in 0..<shapes.count {
      if let target = index.aliases[signal], target < shapes.count {
        (cursors[signal], ends[signal]) = (cursors[target], ends[target])
      }
    }
  }

  private mutating func unpackChain(_ bytes: [UInt8], _ range: Range<Int>, packing: UInt8, _ signal: Int) -> Bool {
    var cursor = ByteCursor(bytes, range)
    guard let size = cursor.varint() else { return false }
    let content = bytes[cursor.position..<range.upperBound]
    cursors[signal] = data.count
    if size == 0 {
      data += content
    } else {
      guard size <= UInt64(content.count) * 1032 + 64, Int(size) <= Self.largest - data.count else { return false }
      let unpacked: [UInt8]? =
        switch packing {
        case UInt8(ascii: "4"): BlockDecoder.lz4(content, count: Int(size))
        case UInt8(ascii: "F"): BlockDecoder.fastLZ(content, count: Int(size))
        default: try? Zlib.decompress(Array(content), count: Int(size))
        }
      guard let unpacked else { return false }
      data += unpacked
    }
    ends[signal] = data.count
    return data.count <= Self.largest
  }
}

/// Where each signal's chain is: the index at the end of a block, in both of its encodings.
struct FSTChainIndex {
  /// Range of each signal's chain from the packing byte on.
  private(set) var chains: [Range<Int>?]
  /// Signal whose chain a signal shares.
  private(set) var aliases: [Int?]
  private var starts: [(signal: Int, offset: Int)] = []

  init(signals: Int) {
    chains = Array(repeating: nil, count: signals)
    aliases = Array(repeating: nil, count: signals)
  }

  /// Reads the index; `length` is where the last chain ends.
  mutating func read(_ cursor: inout ByteCursor, isNew: Bool, length: Int) -> Bool {
    var signal = 0
    var alias: Int64 = 0
    while !cursor.isAtEnd, signal < chains.count {
      let isRead = isNew ? readNew(&cursor, &signal, &alias) : readOld(&cursor, &signal)
      if !isRead { return false }
    }
    for (position, start) in starts.enumerated() {
      let end = position + 1 < starts.count ? starts[position + 1].offset : length
      guard start.offset >= 1, start.offset <= end, end <= length else { return false }
      chains[start.signal] = start.offset..<end
    }
    return true
  }

  private mutating func readNew(_ cursor: inout ByteCursor, _ signal: inout Int, _ alias: inout Int64) -> Bool {
    guard cursor.bytes[cursor.position] & 1 == 1 else {
      guard let run = cursor.varint() else { return false }
      signal = Int(clamping: UInt64(signal) + run >> 1)
      return true
    }
    guard let value = cursor.signedVarint() else { return false }
    if value >> 1 > 0 { return add(signal: &signal, distance: UInt64(value >> 1)) }
    if value >> 1 < 0 { alias = value >> 1 }
    guard alias < 0, alias > Int64(-chains.count) - 1 else { return false }
    aliases[signal] = Int(-alias) - 1
    signal += 1
    return true
  }

  private mutating func readOld(_ cursor: inout ByteCursor, _ signal: inout Int) -> Bool {
    guard let value = cursor.varint() else { return false }
    if value == 0 {
      guard let target = cursor.varint(), target > 0, target <= UInt64(chains.count) else { return false }
      aliases[signal] = Int(target) - 1
      signal += 1
      return true
    }
    if value & 1 == 1 { return add(signal: &signal, distance: value >> 1) }
    signal = Int(clamping: UInt64(signal) + value >> 1)
    return true
  }

  private mutating func add(signal: inout Int, distance: UInt64) -> Bool {
    let previous = starts.last?.offset ?? 0
    guard distance < UInt64(Int32.max) else { return false }
    starts.append((signal, previous + Int(distance)))
    signal += 1
    return true
  }
}

// MARK: - Handing over

extension FSTValueBlock {
  mutating func next(into step: inout WaveStep) -> Outcome {
    if let values = frame {
      frame = nil
      appendFrame(values, &step)
      if !step.changes.isEmpty, startTime < times.first ?? UInt64.max {
        step.time = startTime
        return .step
      }
    }
    guard timeIndex < times.count else { return .end }
    step.time = times[timeIndex]
    while lists[timeIndex] >= 0 {
      let signal = Int(lists[timeIndex])
      lists[timeIndex] = nextInList[signal]
      guard appendChange(signal, &step) else { return .damaged("a change of signal \(signal) is cut short") }
      if cursors[signal] < ends[signal], let problem = wait(signal, from: timeIndex) { return .damaged(problem) }
    }
    timeIndex += 1
    return .step
  }

  private func varint(_ cursor: inout Int, _ end: Int) -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while cursor < end, shift < 64 {
      let byte = data[cursor]
      cursor += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }

  /// Reads the head of a signal's next change and puts the signal into the list of its instant; returns what is wrong.
  private mutating func wait(_ signal: Int, from index: Int) -> String? {
    guard let head = varint(&cursors[signal], ends[signal]) else { return "a change of signal \(signal) is cut short" }
    pending[signal] = head
    let shift: UInt64 = isSingleBit(signal) ? (head & 1 == 1 ? 4 : 2) : 1
    let target = UInt64(index) + head >> shift
    guard target < UInt64(times.count) else {
      return "a change of signal \(signal) lies at instant \(target) of \(times.count)"
    }
    nextInList[signal] = lists[Int(target)]
    lists[Int(target)] = Int32(signal)
    return nil
  }

  private func isSingleBit(_ signal: Int) -> Bool {
    switch shapes[signal] {
    case .bits(1), .event: true
    case .bits, .real, .text: false
    }
  }

  private mutating func appendChange(_ signal: Int, _ step: inout WaveStep) -> Bool {
    let head = pending[signal]
    let start = cursors[signal]
    switch shapes[signal] {
    case .bits(1), .event:
      let state = head & 1 == 0 ? 0x30 | UInt8(head >> 1 & 1) : FSTFormat.unknownStates[Int(head >> 1 & 7)]
      step.changes.append(Self.single(signal, state))
    case .bits(let bits):
      let count = head & 1 == 0 ? (bits + 7) / 8 : bits
      guard count <= ends[signal] - start else { return false }
      cursors[signal] += count
      if head & 1 == 1 || bits > 64 {
        return appendDigits(signal, bits, start..<start + count, isPacked: head & 1 == 0, &step)
      }
      var value: UInt64 = 0
      for position in start..<start + count { value = value << 8 | UInt64(data[position]) }
      step.changes.append(WaveChange(signal: UInt32(signal), value: value >> UInt64(count * 8 - bits)))
    case .real:
      guard head & 1 == 1, ends[signal] - start >= 8 else { return false }
      cursors[signal] += 8
      var pattern: UInt64 = 0
      for position in 0..<8 { pattern |= UInt64(data[start + position]) << UInt64(8 * position) }
      step.changes.append(WaveChange(signal: UInt32(signal), value: realsAreSwapped ? pattern.byteSwapped : pattern))
    case .text:
      guard let count = varint(&cursors[signal], ends[signal]), count <= UInt64(ends[signal] - cursors[signal]) else {
        return false
      }
      step.append(signal: signal, content: data[cursors[signal]..<cursors[signal] + Int(count)])
      cursors[signal] += Int(count)
    }
    return true
  }

  private static func single(_ signal: Int, _ state: UInt8) -> WaveChange {
    switch state | 0x20 {
    case 0x30, UInt8(ascii: "l"): WaveChange(signal: UInt32(signal), value: 0)
    case 0x31, UInt8(ascii: "h"): WaveChange(signal: UInt32(signal), value: 1)
    case UInt8(ascii: "z"): WaveChange(signal: UInt32(signal), value: 1, unknown: 1)
    default: WaveChange(signal: UInt32(signal), value: 0, unknown: 1)
    }
  }

  private func appendDigits(
    _ signal: Int, _ bits: Int, _ range: Range<Int>, isPacked: Bool, _ step: inout WaveStep
  ) -> Bool {
    let digits = (0..<bits).map { bit -> UInt8 in
      isPacked ? 0x30 | (data[range.lowerBound + bit / 8] >> UInt8(7 - bit & 7) & 1) : data[range.lowerBound + bit]
    }
    if bits > 64 {
      step.append(signal: signal, content: digits.map(Self.plainState))
      return true
    }
    var value: UInt64 = 0
    var unknown: UInt64 = 0
    for digit in digits {
      let change = Self.single(signal, digit)
      value = value << 1 | change.value
      unknown = unknown << 1 | change.unknown
    }
    step.changes.append(WaveChange(signal: UInt32(signal), value: value, unknown: unknown))
    return true
  }

  private static func plainState(_ state: UInt8) -> UInt8 {
    let change = single(0, state)
    if change.unknown == 1 { return change.value == 1 ? UInt8(ascii: "z") : UInt8(ascii: "x") }
    return 0x30 | UInt8(change.value)
  }

  /// The values before the first change, as far as they are known.
  private func appendFrame(_ values: [UInt8], _ step: inout WaveStep) {
    var position = 0
    for (signal, shape) in shapes.enumerated() {
      let length = shape == .real ? 8 : shape.bitCount
      guard position + length <= values.count else { return }
      let digits = values[position..<position + length]
      position += length
      switch shape {
      case .event, .text: continue
      case .real:
        var pattern: UInt64 = 0
        for (place, byte) in digits.enumerated() { pattern |= UInt64(byte) << UInt64(8 * place) }
        if realsAreSwapped { pattern = pattern.byteSwapped }
        if !Double(bitPattern: pattern).isNaN {
          step.changes.append(WaveChange(signal: UInt32(signal), value: pattern))
        }
      case .bits(let bits):
        if digits.allSatisfy({ $0 | 0x20 == UInt8(ascii: "x") }) { continue }
        if bits > 64 {
          step.append(signal: signal, content: digits.map(Self.plainState))
        } else {
          let changes = digits.map { Self.single(signal, $0) }
          step.changes.append(
            WaveChange(
              signal: UInt32(signal), value: changes.reduce(0) { $0 << 1 | $1.value },
              unknown: changes.reduce(0) { $0 << 1 | $1.unknown }))
        }
      }
    }
  }
}

import Codecs
import Tensors

/// One value-change block, unpacked: hands over its changes in time order.
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
  private var chains: FSTChainMerge
  private var times: [UInt64] = []
  private var timeIndex = 0
  /// What all signals showed before the first change; only of the first block.
  private var frame: FSTFrame?
  private var startTime: UInt64

  init(
    _ bytes: [UInt8], type: UInt8, shapes: [SignalShape], isFirst: Bool, realsAreSwapped: Bool
  ) throws(Problem) {
    self.shapes = shapes
    self.realsAreSwapped = realsAreSwapped
    chains = FSTChainMerge(shapes, realsAreSwapped: realsAreSwapped)
    var cursor = ByteCursor(bytes)
    guard cursor.bigEndian() != nil, let start = cursor.bigEndian(), cursor.bigEndian() != nil,
      cursor.bigEndian() != nil,
      bytes.count >= 32 + 24
    else { throw Problem(offset: 0, message: "the block is cut short") }
    startTime = start
    let timesStart = try readTimes(bytes)
    let first = try readFrame(bytes, &cursor)
    if isFirst { frame = FSTFrame(values: first) }
    try readChains(bytes, &cursor, type: type, timesStart: timesStart)
    if let problem = chains.begin(instants: times.count) { throw Problem(offset: 0, message: problem) }
  }

  /// Hands over the changes of the next instant.
  mutating func next(into step: inout WaveStep) -> Outcome {
    if let values = frame {
      frame = nil
      values.append(to: &step, shapes, realsAreSwapped: realsAreSwapped)
      if !step.changes.isEmpty, startTime < times.first ?? UInt64.max {
        step.time = startTime
        return .step
      }
    }
    guard timeIndex < times.count else { return .end }
    step.time = times[timeIndex]
    if let problem = chains.take(instant: timeIndex, into: &step) { return .damaged(problem) }
    timeIndex += 1
    return .step
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
    times.reserveCapacity(Int(count))
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
      if let target = index.aliases[signal], target < shapes.count { chains.share(signal, target) }
    }
  }

  private mutating func unpackChain(_ bytes: [UInt8], _ range: Range<Int>, packing: UInt8, _ signal: Int) -> Bool {
    var cursor = ByteCursor(bytes, range)
    guard let size = cursor.varint() else { return false }
    let content = bytes[cursor.position..<range.upperBound]
    if size == 0 { return chains.add(content, of: signal) }
    guard size <= UInt64(content.count) * 1032 + 64, Int(size) <= Self.largest - chains.byteCount else { return false }
    let unpacked: [UInt8]? =
      switch packing {
      case UInt8(ascii: "4"): BlockDecoder.lz4(content, count: Int(size))
      case UInt8(ascii: "F"): BlockDecoder.fastLZ(content, count: Int(size))
      default: try? Zlib.decompress(Array(content), count: Int(size))
      }
    return unpacked.map { chains.add($0[...], of: signal) } ?? false
  }
}

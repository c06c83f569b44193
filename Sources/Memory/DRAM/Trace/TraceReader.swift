/// One line of a trace.
public struct TraceRequest: Hashable, Sendable {
  /// DRAM cycle from which the request is offered.
  public var cycle: Int
  /// Byte address.
  public var address: Int
  /// WRITE rather than READ.
  public var isWrite: Bool

  /// A request by its parts.
  public init(cycle: Int, address: Int, isWrite: Bool) {
    self.cycle = cycle
    self.address = address
    self.isWrite = isWrite
  }
}

/// Where a trace's bytes come from: the next piece, or nil at the end. The caller unpacks `.gz`.
public typealias TraceBytes = () throws -> [UInt8]?

/// Reads `<cycle> <hexaddr> READ|WRITE` lines piece by piece.
///
/// Blank lines and lines that begin with `#` are passed over; a carriage return ends a line like a blank. `0x` may be left out,
/// `R` and `W` stand for the words. Errors name file and line.
public struct TraceReader {
  private let file: String
  private let capacity: Int
  private let next: TraceBytes
  private var bytes: [UInt8] = []
  private var position = 0
  private var ended = false
  private var line = 0
  private var lastCycle = 0

  /// A reader for a memory of `capacity` bytes.
  public init(file: String, capacity: Int, bytes: @escaping TraceBytes) {
    self.file = file
    self.capacity = capacity
    next = bytes
  }

  /// The next request, nil at the end.
  public mutating func read() throws -> TraceRequest? {
    while true {
      skipBlanks()
      if try needsBytes() {
        if ended, position >= bytes.count { return nil }
      }
      line += 1
      guard position < bytes.count else { return nil }
      if bytes[position] == 10 {
        position += 1
        continue
      }
      if bytes[position] == UInt8(ascii: "#") {
        try skipLine()
        continue
      }
      return try request()
    }
  }

  /// Makes sure that a whole line is at hand; true if bytes were fetched or the input has ended.
  private mutating func needsBytes() throws -> Bool {
    if bytes.count - position > 128 { return false }
    while !ended, bytes.count - position < 256 {
      guard let piece = try next() else {
        ended = true
        break
      }
      bytes.removeFirst(position)
      position = 0
      bytes.append(contentsOf: piece)
    }
    skipBlanks()
    return true
  }

  @inline(__always)
  private mutating func skipBlanks() {
    while position < bytes.count, bytes[position] == 32 || bytes[position] == 9 || bytes[position] == 13 {
      position += 1
    }
  }

  private mutating func skipLine() throws {
    while true {
      while position < bytes.count, bytes[position] != 10 { position += 1 }
      if position < bytes.count { break }
      guard !ended, let piece = try next() else {
        ended = true
        return
      }
      bytes = piece
      position = 0
    }
    position += 1
  }

  @inline(__always)
  private mutating func request() throws -> TraceRequest {
    guard let cycle = decimal() else { throw error("no cycle number where one is due") }
    skipBlanks()
    guard let address = hexadecimal() else { throw error("no hexadecimal address after cycle \(cycle)") }
    skipBlanks()
    let start = position
    guard let isWrite = word() else {
      let text = String(decoding: bytes[start..<min(position, start + 16)], as: UTF8.self)
      throw error(text.isEmpty ? "neither READ nor WRITE after the address" : "\"\(text)\" is neither READ nor WRITE")
    }
    skipBlanks()
    guard position < bytes.count || ended else { throw error("longer than 128 characters") }
    guard position >= bytes.count || bytes[position] == 10 else { throw error("text after the request") }
    position += 1
    guard cycle >= lastCycle else {
      throw error("cycle \(cycle) is \(lastCycle - cycle) before the last one, \(lastCycle): time goes back")
    }
    guard cycle < 1 << 48 else { throw error("cycle \(cycle) is not below 2^48") }
    guard address < capacity else {
      throw error(
        "address 0x\(String(address, radix: 16)) is beyond the memory's \(capacity) bytes by \(address - capacity + 1); highest 0x\(String(capacity - 1, radix: 16))"
      )
    }
    lastCycle = cycle
    return TraceRequest(cycle: cycle, address: address, isWrite: isWrite)
  }

  private func error(_ problem: String) -> DRAMError {
    DRAMError(problem, at: "\(file): line \(line)")
  }

  @inline(__always)
  private mutating func decimal() -> Int? {
    var value = 0
    let start = position
    while position < bytes.count {
      let digit = Int(bytes[position]) &- 48
      guard digit >= 0, digit <= 9 else { break }
      guard value < 1 << 58 else { return nil }
      value = value &* 10 &+ digit
      position &+= 1
    }
    return position > start && endsWord() ? value : nil
  }

  @inline(__always)
  private mutating func hexadecimal() -> Int? {
    if position &+ 1 < bytes.count, bytes[position] == 48, bytes[position &+ 1] | 32 == 120 { position &+= 2 }
    var value = 0
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      var digit = Int(byte) &- 48
      if digit > 9 { digit = Int(byte | 32) &- 87 }
      guard digit >= 0, digit <= 15, byte < 58 || digit >= 10 else { break }
      guard value < 1 << 58 else { return nil }
      value = value &<< 4 | digit
      position &+= 1
    }
    return position > start && endsWord() ? value : nil
  }

  private func endsWord() -> Bool {
    position >= bytes.count || bytes[position] <= 32
  }

  @inline(__always)
  private mutating func word() -> Bool? {
    let start = position
    while position < bytes.count, bytes[position] > 32 { position &+= 1 }
    switch position &- start {
    case 1: return bytes[start] == UInt8(ascii: "R") ? false : bytes[start] == UInt8(ascii: "W") ? true : nil
    case 4 where bytes[start..<position].elementsEqual(Self.read): return false
    case 5 where bytes[start..<position].elementsEqual(Self.write): return true
    default: return nil
    }
  }

  private static let read = Array("READ".utf8)
  private static let write = Array("WRITE".utf8)
}

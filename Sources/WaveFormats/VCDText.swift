import Codecs
import Files
import Signals

/// VCD text on its way to a file: one buffer fills while the one before is written; whatever leaves ends with a whole line.
struct VCDText {
  private var bytes: [UInt8]
  /// Bytes in the buffer.
  private var position = 0
  private let limit: Int
  private let digits = DecimalDigits.binary
  private let full: FullBuffer
  private let worker: BackgroundWorker
  /// Bytes that were handed over.
  private var handed = 0
  private let isPacked: Bool

  /// The buffer that is being written, and its file; the worker's while it is busy.
  private final class FullBuffer: @unchecked Sendable {
    let file: OutputFile
    var bytes: [UInt8]
    var count = 0
    private var packer: Deflate?
    private var packed: [UInt8] = []

    init(file: OutputFile, byteCount: Int, isPacked: Bool) {
      self.file = file
      bytes = [UInt8](repeating: 0, count: byteCount)
      packer = isPacked ? Deflate(wrapper: .gzip) : nil
    }

    /// Writes the buffer; a compressed one so that a reader can follow up to its end, whatever becomes of the process.
    func write() throws(WaveError) {
      let bytes = bytes
      guard packer != nil else { return try unsafe file.write(bytes.span.extracting(0..<count).bytes) }
      packer?.append(bytes[..<count], to: &packed)
      packer?.flush(to: &packed)
      try writePacked()
    }

    func close() throws(WaveError) {
      if packer != nil {
        packer?.finish(to: &packed)
        try writePacked()
      }
      try file.close()
    }

    private func writePacked() throws(WaveError) {
      let bytes = packed
      packed.removeAll(keepingCapacity: true)
      try unsafe file.write(bytes.span.bytes)
    }
  }

  init(file: OutputFile, isPacked: Bool, usesThread: Bool, capacity: Int = 1 << 18) {
    self.isPacked = isPacked
    worker = BackgroundWorker(usesThread: usesThread)
    bytes = [UInt8](repeating: 0, count: capacity + VCDPlan.longestLine)
    full = FullBuffer(file: file, byteCount: capacity + VCDPlan.longestLine, isPacked: isPacked)
    limit = capacity
  }

  /// Bytes of the file and of the buffer; of a compressed file, once what is being written is.
  var count: Int {
    guard isPacked else { return handed + position }
    // An error of the buffer is thrown where the next one is handed over.
    try? worker.wait()
    return full.file.count + position
  }

  /// Hands the buffer to the operating system, and waits until it has it.
  mutating func flush() throws(WaveError) {
    try handOver()
    try worker.wait()
  }

  /// Flushes and closes.
  mutating func close() throws(WaveError) {
    try flush()
    try full.close()
  }

  /// Hands the buffer over if it is half full: called between lines.
  @inline(__always)
  mutating func flushIfFull() throws(WaveError) {
    if position > limit / 2 { try handOver() }
  }

  /// The full buffer goes to the worker, the written one comes back.
  private mutating func handOver() throws(WaveError) {
    if position == 0 { return }
    try worker.wait()
    handed += position
    full.count = position
    position = 0
    swap(&bytes, &full.bytes)
    try worker.submit { [full] () throws(WaveError) in try full.write() }
  }
}

// MARK: - Lines

extension VCDText {
  /// Writes changes up to the first real, text or event, and returns its index.
  mutating func append(
    _ changes: Span<SignalChange>, from start: Int, plans: [VCDPlan]
  ) throws(WaveError) -> Int {
    var index = start
    while true {
      index = Self.write(changes, from: index, plans, digits, into: &bytes, at: &position, limit: limit)
      if position <= limit { return index }
      try handOver()
    }
  }

  private static func write(
    _ changes: Span<SignalChange>, from start: Int, _ plans: [VCDPlan], _ digits: [UInt64], into buffer: inout [UInt8],
    at position: inout Int, limit: Int
  ) -> Int {
    var span = buffer.mutableSpan
    var bytes = unsafe span.mutableBytes
    return formatChanges(
      changes, from: start, plans: plans.span, digits: digits.span, into: &bytes, at: &position, limit: limit)
  }

  /// The line of one two-state value of up to 64 bits, aligned to the bottom.
  mutating func append(_ value: UInt64, of plan: VCDPlan) throws(WaveError) {
    if position > limit { try handOver() }
    position = Self.write(value, of: plan, digits, into: &bytes, at: position)
  }

  private static func write(
    _ value: UInt64, of plan: VCDPlan, _ digits: [UInt64], into buffer: inout [UInt8], at position: Int
  ) -> Int {
    precondition(position + VCDPlan.longestLine <= buffer.count, "the buffer has room for a line")
    var span = buffer.mutableSpan
    var bytes = unsafe span.mutableBytes
    if plan.kind == .scalar { return formatScalar(value, plan, into: &bytes, at: position) }
    return formatVector(value, plan, digits.span, into: &bytes, at: position)
  }

  /// `#time` and a newline.
  mutating func appendTime(_ time: UInt64) throws(WaveError) {
    if position > limit { try handOver() }
    position = Self.write(time: time, into: &bytes, at: position)
  }

  private static func write(time: UInt64, into buffer: inout [UInt8], at position: Int) -> Int {
    precondition(position + VCDPlan.longestLine <= buffer.count, "the buffer has room for a line")
    var span = buffer.mutableSpan
    var bytes = unsafe span.mutableBytes
    unsafe bytes.storeBytes(of: UInt8(ascii: "#"), toUncheckedByteOffset: position, as: UInt8.self)
    let end = DecimalDigits.write(time, into: &bytes, at: position &+ 1)
    unsafe bytes.storeBytes(of: UInt8(ascii: "\n"), toUncheckedByteOffset: end, as: UInt8.self)
    return end &+ 1
  }

  /// A text of any length.
  mutating func append(_ text: some Collection<UInt8>) throws(WaveError) {
    for byte in text { try append(byte) }
  }

  /// A text of any length.
  mutating func append(_ text: String) throws(WaveError) {
    try append(text.utf8)
  }

  @inline(__always)
  private mutating func append(_ byte: UInt8) throws(WaveError) {
    if position >= limit { try handOver() }
    bytes[position] = byte
    position &+= 1
  }

  /// A text as a VCD string value: blanks, control characters, backslashes and non-ASCII bytes as `\xHH`.
  ///
  /// GTKWave reads signed characters, so that a byte from 0x80 on would end its file.
  mutating func append(escaping text: some Collection<UInt8>) throws(WaveError) {
    // At most four bytes come of one.
    if text.count <= (limit - position) / 4 {
      position = Self.write(escaping: text, into: &bytes, at: position)
    } else {
      for byte in text { try append(escaping: CollectionOfOne(byte)) }
    }
  }

  private static func write(escaping text: some Collection<UInt8>, into buffer: inout [UInt8], at start: Int) -> Int {
    var bytes = buffer.mutableSpan
    var end = start
    for byte in text {
      if byte > 0x20, byte < 0x7f, byte != UInt8(ascii: "\\") {
        bytes[end] = byte
        end &+= 1
      } else {
        bytes[end] = UInt8(ascii: "\\")
        bytes[end &+ 1] = UInt8(ascii: "x")
        bytes[end &+ 2] = digit(byte >> 4)
        bytes[end &+ 3] = digit(byte & 15)
        end &+= 4
      }
    }
    return end
  }

  private static func digit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10
  }

  /// The blank, identifier and newline that end the lines of a signal.
  mutating func appendEnd(of plan: VCDPlan) throws(WaveError) {
    var suffix = plan.suffix
    for _ in 0..<plan.suffixLength {
      try append(UInt8(truncatingIfNeeded: suffix))
      suffix >>= 8
    }
  }
}

import Files
import Signals

/// What comes behind the declarations of an FST file: instants, changes and clock edges, collected until a block is full.
struct FSTBody: WaveBody {
  private let file: OutputFile
  private let scale: UInt64
  let timescale: Timescale
  private let options: FSTOptions
  private let shapes: [SignalShape]
  private let order: [Int]
  private let scopeCount: Int
  private let variableCount: Int
  /// The signal that change 0 of a machine is for.
  private let firstSignal: Int
  private let enabled: [Bool]
  private var chains: FSTChains
  private var clocks: ClockTrack
  private var times = FSTTimes()
  private var frame: [UInt8] = []
  private var firstTick: UInt64?
  private(set) var lastTick: UInt64?
  private var lastTime: UInt64 = 0
  private var blockCount: UInt64 = 0
  private var hasStarted = false
  private let full: FullBlock
  private let worker: BackgroundWorker

  /// The block that is being packed and written, and its file; the worker's while it is busy.
  private final class FullBlock: @unchecked Sendable {
    let file: OutputFile
    var content: FSTBlockContent
    var encoder = FSTBlockEncoder()

    init(file: OutputFile, arena: FSTArena) {
      self.file = file
      content = FSTBlockContent(arena: arena)
    }

    func write(order: [Int], header: [UInt8]) throws(WaveError) {
      let block = encoder.assemble(content, order: order)
      let start = file.count
      try unsafe file.write(block.span.bytes)
      try file.patch([FSTFormat.Block.valuesAlias2.rawValue], at: start)
      try file.patch(header, at: 0)
    }
  }

  init(
    _ file: OutputFile, _ hierarchy: WaveHierarchy, _ declarations: FSTHierarchyWriter, timescale: Timescale,
    options: FSTOptions, layout: TraceLayout?
  ) {
    self.file = file
    self.timescale = timescale
    self.options = options
    scale = timescale.femtoseconds
    shapes = hierarchy.signals
    order = declarations.order
    enabled = declarations.handles.map { $0 != nil }
    scopeCount = hierarchy.scopes.count
    variableCount = hierarchy.variables.count
    firstSignal = layout?.firstSignal ?? 0
    let arena = FSTArena(signalCount: shapes.count, capacity: options.blockSize + (1 << 16))
    chains = FSTChains(shapes, valueBits: Self.valueBits(shapes, layout), arena: arena)
    clocks = ClockTrack(layout)
    full = FullBlock(file: file, arena: arena)
    worker = BackgroundWorker(usesThread: options.usesThread)
  }

  var path: String { file.path }

  /// Bits that a recorded value of each signal has: fewer than the signal has where a viewer wants zeros behind it.
  private static func valueBits(_ shapes: [SignalShape], _ layout: TraceLayout?) -> [Int] {
    var bits = shapes.map(\.bitCount)
    guard let layout else { return bits }
    for position in layout.selection.indices {
      bits[layout.firstSignal + position] = layout.format(ofSelected: position).bitCount
    }
    return bits
  }

  /// Bytes of the file and, uncompressed, of what is still in memory; waits for a block that is being written.
  var byteCount: Int {
    // An error of the block is thrown where the next one is handed over.
    try? worker.wait()
    return file.count + chains.used
  }

  /// Two blocks' first values and indices, and a change to unknown of every signal.
  var endingByteCount: Int { shapes.reduce(1024) { $0 + 3 * ($1.bitCount + 16) } }
}

// MARK: - Recording a machine

extension FSTBody {
  /// Takes what changed at one instant.
  mutating func record(_ femtoseconds: UInt64, _ changes: Span<SignalChange>, _ texts: [String]) throws(WaveError) {
    guard femtoseconds >= lastTime else { throw decreasing(femtoseconds / scale) }
    lastTime = femtoseconds
    if hasStarted {
      try appendClocks(through: femtoseconds)
    } else {
      hasStarted = true
      try stamp(femtoseconds / scale)
      frame = currentFrame()
      for level in clocks.start(at: femtoseconds) {
        chains.append(Int(level.signal), value: level.value, timeIndex: times.count - 1)
      }
    }
    if changes.count > 0 {
      try stamp(femtoseconds / scale)
      append(changes, texts: texts)
    }
    if clocks.hasCounters {
      for number in clocks.cycleNumbers(at: femtoseconds) {
        try stamp(femtoseconds / scale)
        append(number)
      }
    }
  }

  private mutating func append(_ changes: Span<SignalChange>, texts: [String]) {
    let timeIndex = times.count - 1
    var index = 0
    while index < changes.count {
      index = chains.append(changes, from: index, firstSlot: firstSignal, timeIndex: timeIndex)
      guard index < changes.count else { return }
      let change = changes[index]
      let text = Int(change.text) < texts.count ? texts[Int(change.text)] : ""
      chains.append(firstSignal + Int(change.signal), content: text.utf8, timeIndex: timeIndex)
      index += 1
    }
  }

  private mutating func append(_ change: WaveChange) {
    chains.append(Int(change.signal), value: change.value, unknown: change.unknown, timeIndex: times.count - 1)
  }

  private mutating func appendClocks(through femtoseconds: UInt64) throws(WaveError) {
    while let edge = clocks.next(through: femtoseconds) {
      try stamp(edge.time / scale)
      chains.append(edge.signal, value: edge.level, timeIndex: times.count - 1)
    }
  }
}

// MARK: - Converting a file

extension FSTBody {
  /// Writes the changes of one instant, in ticks of the timescale.
  mutating func append(_ step: WaveStep) throws(WaveError) {
    if let lastTick, step.time < lastTick { throw decreasing(step.time) }
    if !hasStarted { frame = currentFrame() }
    hasStarted = true
    try stamp(step.time)
    for change in step.changes where Int(change.signal) < shapes.count && enabled[Int(change.signal)] {
      let signal = Int(change.signal)
      switch shapes[signal] {
      case .text: chains.append(signal, content: step.content(of: change), timeIndex: times.count - 1)
      case .bits(let bits) where bits > 64 || change.length > 0:
        let digits = WaveState.extended(Array(step.content(of: change)), to: bits)
        chains.append(signal, content: digits, timeIndex: times.count - 1)
      case .bits, .real, .event: append(change)
      }
    }
    let (time, overflows) = step.time.multipliedReportingOverflow(by: scale)
    lastTime = overflows ? UInt64.max : time
  }
}

// MARK: - Blocks, time and the end

extension FSTBody {
  /// Writes a block with all that is in memory, and brings the header up to date.
  mutating func flush() throws(WaveError) {
    try handOver()
    try worker.wait()
  }

  /// The full block goes to the worker, an empty one comes back.
  private mutating func handOver() throws(WaveError) {
    guard times.count > 0 else { return }
    try worker.wait()
    chains.exchange(&full.content.arena)
    swap(&times, &full.content.times)
    swap(&frame, &full.content.frame)
    times.removeAll()
    frame = currentFrame()
    firstTick = firstTick ?? full.content.times.first
    lastTick = full.content.times.last
    blockCount += 1
    let header = header()
    try worker.submit { [full, order] () throws(WaveError) in try full.write(order: order, header: header) }
  }

  /// Shows every vector as unknown from `time` on.
  mutating func suspend(at time: UInt64) throws(WaveError) {
    guard time >= lastTime else { throw decreasing(time / scale) }
    try appendClocks(through: time)
    try stamp(time / scale)
    for signal in order {
      guard case .bits(let bits) = shapes[signal] else { continue }
      if bits > 64 {
        chains.append(signal, content: Array(repeating: UInt8(ascii: "x"), count: bits), timeIndex: times.count - 1)
      } else {
        chains.append(signal, value: 0, unknown: WaveValue.mask(bits), timeIndex: times.count - 1)
      }
    }
    clocks.stop()
    lastTime = time
  }

  /// Ends the file at `time` (or at the last change, if that is later) and closes it.
  mutating func finish(at time: UInt64) throws(WaveError) {
    // No edge at the end itself: nothing is known of the cycle that would begin there.
    if hasStarted, time > lastTime { try appendClocks(through: time - 1) }
    try stamp(max(time / scale, lastTick ?? 0))
    try flush()
    try file.close()
  }

  /// Begins an instant; a full block is written first, so that no instant is divided.
  private mutating func stamp(_ tick: UInt64) throws(WaveError) {
    if tick == lastTick, times.count > 0 { return }
    if chains.used >= options.blockSize || times.count >= options.blockSize / 8 { try handOver() }
    if times.count == 0, blockCount > 0, tick == lastTick {
      // The instant was begun in the block before; another block may begin with it.
      times.append(tick)
      return
    }
    lastTick = tick
    times.append(tick)
  }

  /// What all signals show now, in order of their handles.
  private func currentFrame() -> [UInt8] {
    var bytes: [UInt8] = []
    for signal in order {
      let slot = chains.slots[signal]
      switch shapes[signal] {
      case .bits(let bits) where bits > 64:
        bytes += chains.wide[signal].isEmpty ? Array(repeating: UInt8(ascii: "x"), count: bits) : chains.wide[signal]
      case .bits(let bits):
        let shift = UInt64(64 - bits)
        let unknown = slot.isKnown ? 0 : chains.unknown[signal]
        bytes += WaveValue.bits(slot.value >> shift, unknown: unknown >> shift, width: bits).digits ?? []
      case .event: bytes.append(UInt8(ascii: "0"))
      case .real:
        let pattern = !slot.isKnown ? Double.nan.bitPattern : slot.value
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
          bytes.append(UInt8(truncatingIfNeeded: pattern >> shift))
        }
      case .text: break
      }
    }
    return bytes
  }

  /// The header block as it is now.
  func header() -> [UInt8] {
    var bytes: [UInt8] = [FSTFormat.Block.header.rawValue]
    bytes.appendBigEndian(UInt64(FSTFormat.headerLength))
    bytes.appendBigEndian(firstTick ?? 0)
    bytes.appendBigEndian(blockCount > 0 ? lastTick ?? 0 : 0)
    let euler = FSTFormat.euler.bitPattern
    for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: euler >> shift)) }
    bytes.appendBigEndian(UInt64(options.blockSize))
    bytes.appendBigEndian(UInt64(scopeCount))
    bytes.appendBigEndian(UInt64(variableCount))
    bytes.appendBigEndian(UInt64(order.count))
    bytes.appendBigEndian(blockCount)
    bytes.append(UInt8(bitPattern: Int8(timescale.exponent)))
    let version = Array(options.version.utf8.prefix(127))
    bytes += version + Array(repeating: 0, count: 128 - version.count)
    bytes += Array(repeating: 0, count: 119)
    bytes.append(0)
    bytes.appendBigEndian(0)
    return bytes
  }
}

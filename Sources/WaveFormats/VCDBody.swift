import Signals

/// What comes behind the header of a VCD file: time stamps, changes, and the edges of the clocks between them.
struct VCDBody: WaveBody {
  let path: String
  let timescale: Timescale
  private let scale: UInt64
  private var text: VCDText
  /// One plan a signal of the hierarchy.
  private let plans: [VCDPlan]
  /// The plans of the selection alone, numbered as changes are.
  private let selectionPlans: [VCDPlan]
  private let shapes: [SignalShape]
  private let dialect: VCDOptions.Dialect
  private var clocks: ClockTrack
  /// Events of the first instant while its values are dumped: an event has no value to dump.
  private var heldEvents: [Int]?
  private var hasStarted = false
  private(set) var lastTick: UInt64?
  private var lastTime: UInt64 = 0

  /// A body behind the header in `text`; `codes` has the number of each signal's identifier, nil if it is left out.
  init(
    _ text: VCDText, path: String, hierarchy: WaveHierarchy, codes: [Int?], timescale: Timescale,
    dialect: VCDOptions.Dialect, layout: TraceLayout?
  ) {
    self.text = text
    self.dialect = dialect
    self.path = path
    self.timescale = timescale
    scale = timescale.femtoseconds
    shapes = hierarchy.signals
    func plan(_ signal: Int, valueBits: Int) -> VCDPlan {
      codes[signal].map { VCDPlan(shape: hierarchy.signals[signal], code: $0, valueBits: valueBits) } ?? .omitted
    }
    plans = hierarchy.signals.indices.map { plan($0, valueBits: hierarchy.signals[$0].bitCount) }
    selectionPlans =
      layout.map { layout in
        layout.selection.indices.map { position in
          plan(
            hierarchy.variables[layout.variables[position]].signal,
            valueBits: layout.format(ofSelected: position).bitCount)
        }
      } ?? []
    clocks = ClockTrack(layout)
  }

  /// Bytes written so far, those in the buffer included.
  var byteCount: Int { text.count }

  /// A line of unknowns a signal, and the comment that says why.
  var endingByteCount: Int { shapes.reduce(1024) { $0 + $1.bitCount + 12 } }
}

// MARK: - Recording a machine

extension VCDBody {
  /// Takes what changed at one instant.
  mutating func record(_ femtoseconds: UInt64, _ changes: Span<SignalChange>, _ texts: [String]) throws(WaveError) {
    guard femtoseconds >= lastTime else { throw decreasing(femtoseconds / scale) }
    lastTime = femtoseconds
    if hasStarted {
      try appendClocks(through: femtoseconds)
      if changes.count > 0 {
        try stamp(femtoseconds / scale)
        try append(changes, texts: texts)
      }
    } else {
      hasStarted = true
      try stamp(femtoseconds / scale)
      try text.append("$dumpvars\n")
      for level in clocks.start(at: femtoseconds) { try text.append(level.value, of: plans[Int(level.signal)]) }
      heldEvents = []
      try append(changes, texts: texts)
      try text.append("$end\n")
      for signal in heldEvents ?? [] { try appendEvent(selectionPlans[signal]) }
      heldEvents = nil
    }
    if clocks.hasCounters {
      for number in clocks.cycleNumbers(at: femtoseconds) {
        try stamp(femtoseconds / scale)
        try append(number)
      }
    }
    try text.flushIfFull()
  }

  private mutating func append(_ changes: Span<SignalChange>, texts: [String]) throws(WaveError) {
    var index = 0
    while true {
      index = try text.append(changes, from: index, plans: selectionPlans)
      guard index < changes.count else { return }
      let change = changes[index]
      let plan = selectionPlans[Int(change.signal)]
      try text.flushIfFull()
      switch plan.kind {
      case .event:
        guard change.value & 1 == 1 else { break }
        if heldEvents == nil { try appendEvent(plan) } else { heldEvents?.append(Int(change.signal)) }
      case .real:
        try appendReal(change.value, plan)
      case .text:
        let isKnown = Int(change.text) < texts.count
        try text.append("s")
        try text.append(escaping: (isKnown ? texts[Int(change.text)] : "").utf8)
        try text.appendEnd(of: plan)
      case .scalar, .vector, .omitted:
        break
      }
      index += 1
    }
  }

  private mutating func appendClocks(through femtoseconds: UInt64) throws(WaveError) {
    while let edge = clocks.next(through: femtoseconds) {
      try stamp(edge.time / scale)
      try text.append(edge.level, of: plans[edge.signal])
      try text.flushIfFull()
    }
  }

  private mutating func appendEvent(_ plan: VCDPlan) throws(WaveError) {
    try text.append("1")
    try text.appendEnd(of: plan)
  }
}

// MARK: - Converting a file

extension VCDBody {
  /// Writes the changes of one instant, in ticks of the timescale.
  mutating func append(_ step: WaveStep) throws(WaveError) {
    if let lastTick, step.time < lastTick { throw decreasing(step.time) }
    hasStarted = true
    try stamp(step.time)
    for change in step.changes where Int(change.signal) < plans.count {
      if change.length > 0 || isText(change) {
        try appendLong(step.content(of: change), signal: Int(change.signal))
      } else {
        try append(change)
      }
    }
    let (time, overflows) = step.time.multipliedReportingOverflow(by: scale)
    lastTime = overflows ? UInt64.max : time
    try text.flushIfFull()
  }

  private func isText(_ change: WaveChange) -> Bool { plans[Int(change.signal)].kind == .text }

  private mutating func append(_ change: WaveChange) throws(WaveError) {
    let plan = plans[Int(change.signal)]
    let isNarrow = plan.kind == .scalar || plan.kind == .vector && shapes[Int(change.signal)].bitCount <= 64
    if isNarrow, change.unknown == 0 { return try text.append(change.value, of: plan) }
    switch plan.kind {
    case .scalar:
      try text.append(CollectionOfOne(Self.digit(change, bit: 0)))
    case .event:
      if change.value & 1 == 0 { return }
      try text.append("1")
    case .vector:
      try text.append("b")
      let width = shapes[Int(change.signal)].bitCount
      try text.append((0..<width).lazy.map { Self.digit(change, bit: width - 1 - $0) })
    case .real:
      return try appendReal(change.value, plan)
    case .text, .omitted:
      return
    }
    try text.appendEnd(of: plan)
  }

  private static func digit(_ change: WaveChange, bit: Int) -> UInt8 {
    if bit >= 64 { return UInt8(ascii: "0") }
    let isSet = change.value >> UInt64(bit) & 1 == 1
    if change.unknown >> UInt64(bit) & 1 == 1 { return isSet ? UInt8(ascii: "z") : UInt8(ascii: "x") }
    return isSet ? UInt8(ascii: "1") : UInt8(ascii: "0")
  }

  private mutating func appendLong(_ content: ArraySlice<UInt8>, signal: Int) throws(WaveError) {
    let plan = plans[signal]
    switch plan.kind {
    case .text:
      try text.append("s")
      try text.append(escaping: content)
    case .vector:
      try text.append("b")
      try append(states: content)
    case .scalar: try append(states: content.suffix(1))
    case .event, .real, .omitted:
      return
    }
    try text.appendEnd(of: plan)
  }

  /// Digits; states that Verilog does not have become the nearest ones in the standard's dialect.
  private mutating func append(states: ArraySlice<UInt8>) throws(WaveError) {
    if dialect == .standard { try text.append(states.map(BitState.plain)) } else { try text.append(states) }
  }

  private mutating func appendReal(_ pattern: UInt64, _ plan: VCDPlan) throws(WaveError) {
    try text.append("r\(Double(bitPattern: pattern))")
    try text.appendEnd(of: plan)
  }
}

// MARK: - Time and the end

extension VCDBody {
  /// Hands the buffer to the operating system.
  mutating func flush() throws(WaveError) {
    try text.flush()
  }

  /// Shows every vector as unknown from `time` on, and says why in a comment.
  mutating func suspend(at time: UInt64, reason: String) throws(WaveError) {
    guard time >= lastTime else { throw decreasing(time / scale) }
    try appendClocks(through: time)
    try stamp(time / scale)
    try text.append("$comment \(reason.filter { $0.isASCII && $0 != "$" }) $end\n$dumpoff\n")
    for (signal, plan) in plans.enumerated() {
      switch plan.kind {
      case .scalar: try text.append("x")
      case .vector: try text.append("b" + String(repeating: "x", count: shapes[signal].bitCount))
      case .event, .real, .text, .omitted: continue
      }
      try text.appendEnd(of: plan)
    }
    try text.append("$end\n")
    clocks.stop()
    lastTime = time
  }

  /// Ends the file at `time` (or at the last change, if that is later) and closes it.
  mutating func finish(at time: UInt64) throws(WaveError) {
    // No edge at the end itself: nothing is known of the cycle that would begin there.
    if hasStarted, time > lastTime { try appendClocks(through: time - 1) }
    try stamp(max(time / scale, lastTick ?? 0))
    try text.close()
  }

  private mutating func stamp(_ tick: UInt64) throws(WaveError) {
    if tick == lastTick { return }
    lastTick = tick
    try text.appendTime(tick)
  }
}

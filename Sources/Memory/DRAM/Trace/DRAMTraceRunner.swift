/// Runs an address trace through a memory's channels.
///
/// Requests are offered in order, at most one a DRAM cycle, not before their cycle, and wait at the head of the line while
/// their queue is full. Writes are posted. Cycles in which nothing can happen are skipped. The run ends when every request has
/// been served and the last data has passed.
public struct DRAMTraceRunner {
  /// The channels' controllers.
  public private(set) var channels: [DRAMChannel]
  /// Address mapping.
  public let mapping: AddressMapping

  /// The device.
  public var specification: DRAMSpecification { options.device }

  /// The request at the head of the trace, as observers see it.
  var port = TracePort()
  /// Whether a command or a request moved in the cycle observed last.
  var acts = false

  let options: DRAMTraceOptions
  var progress = TraceProgress()
  var requests = 0
  var checkers: [CommandChecker] = []
  private var ticks = false

  /// A runner with idle channels.
  public init(_ options: DRAMTraceOptions) throws(DRAMError) {
    self.options = options
    mapping = try options.addressMapping()
    let channel = try DRAMChannel(options.device, options.controller)
    channels = Array(repeating: channel, count: options.device.organisation.channels)
    if options.checks {
      let checker = CommandChecker(options.device, refreshes: options.controller.refresh != .off)
      checkers = Array(repeating: checker, count: channels.count)
    }
  }

  /// Searches for commands in every cycle and skips none: for the test that skipping changes nothing.
  mutating func tickEveryCycle() {
    ticks = true
    for index in channels.indices { channels[index].ignoresWake = true }
  }

  /// Runs a whole trace. `commands` gets every command with its channel, in order of cycles.
  public mutating func run(
    _ trace: inout TraceReader, commands: ((Int, DRAMCommand) throws -> Void)? = nil
  ) throws -> DRAMTraceResult {
    try run(next: { try trace.read() }, commands: commands)
  }

  /// Runs the requests that `next` hands over until it returns nil.
  ///
  /// `observe` looks at the runner between `evaluate` and `commit` in every cycle in which a signal can change, until it
  /// returns false.
  public mutating func run(
    next: () throws -> TraceRequest?, commands: ((Int, DRAMCommand) throws -> Void)? = nil,
    observe: ((borrowing DRAMTraceRunner, Int) throws -> Bool)? = nil
  ) throws -> DRAMTraceResult {
    let watches = commands != nil || options.checks
    var observe = observe
    var head = try next()
    var place = head.map { mapping.location(of: $0.address) }
    var cycle = 0
    while true {
      let last = cycle &- 1
      cycle = nextCycle(after: cycle, head: head, place: place)
      if observe != nil { cycle = min(cycle, nextSignalChange(after: last, head, ends: cycle == Int.max)) }
      guard cycle != Int.max else { break }
      var offered = false
      if observe != nil { show(head, at: cycle) }
      if let request = head, let location = place, request.cycle <= cycle,
        channels[location.channel].canAccept(isWrite: request.isWrite)
      {
        channels[location.channel].offer(location, isWrite: request.isWrite, tag: request.cycle)
        offered = true
      }
      evaluate(at: cycle)
      if watches { try watch(cycle, commands) }
      if let look = observe {
        port.isTaken = offered
        acts = offered || channels.contains { $0.issues }
        if try !look(self, cycle) { observe = nil }
      }
      progress.commit(&channels, at: cycle)
      if offered {
        requests += 1
        head = try next()
        place = head.map { mapping.location(of: $0.address) }
      }
      cycle += 1
    }
    return result()
  }

  /// The first cycle from `cycle` on in which a channel acts or the head of the trace is accepted; `Int.max` at the end.
  @inline(__always)
  private func nextCycle(after cycle: Int, head: TraceRequest?, place: DRAMLocation?) -> Int {
    var first = Int.max
    if let head, let place {
      if channels[place.channel].canAccept(isWrite: head.isWrite) { first = max(cycle, head.cycle) }
    } else if !channels.contains(where: { $0.pendingRequests > 0 }) {
      return Int.max
    }
    if ticks { return cycle }
    for index in channels.indices { first = min(first, max(channels[index].wake, cycle)) }
    return first
  }

  @inline(__always)
  private mutating func evaluate(at cycle: Int) {
    var channels = channels.mutableSpan
    for index in channels.indices { channels[index].evaluate(at: cycle) }
  }

  private mutating func watch(_ cycle: Int, _ commands: ((Int, DRAMCommand) throws -> Void)?) throws {
    for index in channels.indices {
      for command in channels[index].decided(at: cycle) {
        try commands?(index, command)
        if options.checks { checkers[index].observe(command) }
      }
    }
  }
}

/// When a run began and ended, and how long its reads took, as far as it has come.
struct TraceProgress {
  /// Cycle of the first command, `Int.max` before it.
  var firstCommand = Int.max
  /// Cycle at whose start the last data has passed.
  var lastDataEnd = 0
  /// Sum over reads of cycles from the trace's cycle to the end of the data.
  var latencyFromArrivalSum = 0

  /// Commits a cycle of every channel and notes what became of requests.
  @inline(__always)
  mutating func commit(_ channels: inout [DRAMChannel], at cycle: Int) {
    var channels = channels.mutableSpan
    for index in channels.indices {
      if firstCommand == Int.max, channels[index].issues { firstCommand = cycle }
      channels[index].commit(at: cycle)
      if channels[index].completion.kind != .none {
        let end = channels[index].completion.dataEnd
        if end > lastDataEnd { lastDataEnd = end }
        if channels[index].completion.kind == .read { latencyFromArrivalSum &+= end &- channels[index].completion.tag }
      }
      if channels[index].completion.forwardedFrom >= 0 {
        if cycle &+ 1 > lastDataEnd { lastDataEnd = cycle &+ 1 }
        latencyFromArrivalSum &+= cycle &+ 1 &- channels[index].completion.forwardedTag
      }
    }
  }
}

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
    observe: ((inout DRAMTraceRunner, Int) throws -> Bool)? = nil
  ) throws -> DRAMTraceResult {
    var observe = observe
    var head = Self.head(try next(), mapping)
    var cycle = 0
    while let due = nextCycle(from: cycle, head, isObserved: observe != nil) {
      let isTaken = offer(head, at: due)
      evaluate(at: due)
      if commands != nil || options.checks { try watch(due, commands) }
      if let look = observe {
        show(head?.request, isTaken: isTaken, at: due)
        if try !look(&self, due) { observe = nil }
      }
      progress.commit(&channels, at: due)
      if isTaken {
        requests += 1
        head = Self.head(try next(), mapping)
      }
      cycle = due + 1
    }
    return result()
  }

  /// A request at the head of the trace, and where it goes.
  private typealias Head = (request: TraceRequest, place: DRAMLocation)

  @inline(__always)
  private static func head(_ request: TraceRequest?, _ mapping: borrowing AddressMapping) -> Head? {
    guard let request else { return nil }
    return (request, mapping.location(of: request.address))
  }

  /// The first cycle from `cycle` on in which anything happens; nil at the end.
  @inline(__always)
  private func nextCycle(from cycle: Int, _ head: Head?, isObserved: Bool) -> Int? {
    var first = nextAction(from: cycle, head)
    if isObserved { first = min(first, nextSignalChange(after: cycle &- 1, head?.request, ends: first == Int.max)) }
    return first == Int.max ? nil : first
  }

  /// The first cycle from `cycle` on in which a channel acts or the head of the trace is accepted; `Int.max` at the end.
  @inline(__always)
  private func nextAction(from cycle: Int, _ head: Head?) -> Int {
    var first = Int.max
    if let head {
      if channels[head.place.channel].canAccept(isWrite: head.request.isWrite) {
        first = max(cycle, head.request.cycle)
      }
    } else if !channels.contains(where: { $0.pendingRequests > 0 }) {
      return Int.max
    }
    if ticks { return cycle }
    for index in channels.indices { first = min(first, max(channels[index].wake, cycle)) }
    return first
  }

  /// Offers the head of the trace if its cycle has come and its queue has room.
  @inline(__always)
  private mutating func offer(_ head: Head?, at cycle: Int) -> Bool {
    guard let head, head.request.cycle <= cycle,
      channels[head.place.channel].canAccept(isWrite: head.request.isWrite)
    else { return false }
    channels[head.place.channel].offer(head.place, isWrite: head.request.isWrite, tag: head.request.cycle)
    return true
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

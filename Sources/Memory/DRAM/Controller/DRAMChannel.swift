/// One channel's controller: queues, policies, refresh, and the device behind its command bus.
///
/// Two phases a DRAM cycle. `evaluate(at:)` reads committed state and decides this cycle's commands; `offer` latches a request
/// beside it; `commit(at:)` makes both true. A request accepted in cycle t can get its first command in t + 1.
/// The decision of cycle t depends only on state that events change, so that cycles between events need not be evaluated:
/// `nextActivity` says when something can happen, and skipping to it gives the same commands and counters as ticking.
///
/// Data is no concern of this type: `DRAMMemory` moves the bytes when commands are issued, trace mode moves none.
public struct DRAMChannel: Sendable, Codable {
  /// The device's rules, timing and organisation.
  public let specification: DRAMSpecification
  /// Queues and policies.
  public let options: ControllerOptions
  /// The banks.
  public internal(set) var device: DRAMDevice
  /// What was counted.
  public internal(set) var counters = ControllerCounters()

  var reads: RequestQueue
  var writes: RequestQueue
  /// Whether writes are served.
  var draining = false
  var refreshes: [RefreshState]
  /// Until this cycle no rank owes a refresh.
  var refreshDue: Int
  var banks: BankRecords
  var bursts = DataBus()
  var hasMovedData = false
  var lastColumnIsWrite = false
  /// No command can be issued before this cycle unless a request is accepted.
  var wake = 0
  /// The cycle evaluated last: what observers see.
  var now = 0

  /// The last search for a command, kept while it holds.
  var search = Search(cycle: 0)
  /// Looks for commands in every cycle, for the test that skipping changes nothing.
  var ignoresWake = false

  // Next state: decided in `evaluate`, true from `commit` on.
  var choice = Choice()
  var rowChoice = Choice()
  var nextDraining = false
  var nextWake = 0
  var offered: Offer?
  /// What `commit` did in its cycle with a request that a data path must follow.
  public internal(set) var completion = Completion()

  let places: RegisterPlaces
  let timing: StateTimes
  let readLatency: Int
  let writeLatency: Int
  let burstCycles: Int
  let hasRowBus: Bool

  /// A channel of a device, all banks closed, queues empty.
  public init(_ specification: DRAMSpecification, _ options: ControllerOptions, rules: [TimingRule]? = nil)
    throws(DRAMError)
  {
    try options.validate(for: specification)
    self.init(legal: specification, options, rules: rules)
  }

  /// A channel of a memory whose parts fit each other.
  init(_ spec: DRAMMemory.Spec) { self.init(legal: spec.device, spec.controller, rules: nil) }

  private init(legal specification: DRAMSpecification, _ options: ControllerOptions, rules: [TimingRule]?) {
    self.specification = specification
    self.options = options
    device = DRAMDevice(specification, rules: rules)
    places = RegisterPlaces(device)
    let count = specification.organisation.banks
    reads = RequestQueue(capacity: options.readQueue, banks: count)
    writes = RequestQueue(capacity: options.writeQueue, banks: count)
    banks = BankRecords(count: count)
    refreshes = (0..<specification.organisation.ranks).map { RefreshState(rank: $0, specification, options) }
    refreshDue = refreshes.reduce(Int.max) { min($0, $1.due) }
    timing = StateTimes(specification.timing)
    readLatency = specification.timing.readLatency
    writeLatency = specification.timing.writeLatency
    burstCycles = specification.timing.count(.BLc)
    hasRowBus = specification.organisation.hasRowBus
  }

  /// How long banks pass from state to state, in cycles: what observers see, nothing that decides.
  struct StateTimes: Sendable, Codable {
    let activate: Int
    let precharge: Int
    let prechargeAll: Int
    let refresh: Int
    let refreshBank: Int

    init(_ timing: DRAMTiming) {
      activate = timing.count(.tRCD)
      precharge = timing.count(.tRP)
      prechargeAll = timing.count(.tRPab)
      refresh = timing.count(.tRFC)
      refreshBank = timing.count(.tRFCpb)
    }
  }

  /// A command decided for this cycle.
  struct Choice: Sendable, Codable {
    var kind = DRAMCommandKind.none
    var bank = 0
    /// Queue position of the request it serves, -1 if none.
    var position = -1
  }

  /// A request latched for acceptance.
  struct Offer: Sendable, Codable {
    var isWrite: Bool
    var bank: Int
    var row: Int
    var column: Int
    var tag: Int
    var isPartial: Bool
    /// Cycle of acceptance.
    var accepted = 0
  }

  /// What became of requests in the committed cycle.
  public struct Completion: Sendable, Codable {
    /// Kind of the column command issued, `.none` if none.
    public var kind = DRAMCommandKind.none
    /// The request's tag.
    public var tag = 0
    /// The request's data slot in its queue.
    public var slot = 0
    /// Bank, row and column of the burst.
    public var bank = 0
    /// Row of the burst.
    public var row = 0
    /// Column of the burst.
    public var column = 0
    /// Cycle in which the request was accepted.
    public var accepted = 0
    /// Cycle at whose start the last data has passed the bus.
    public var dataEnd = 0
    /// Slot of the write accepted in this cycle, -1 if none was.
    public var acceptedSlot = -1
    /// Slot of the write that answers a read accepted in this cycle, -1 if none does.
    public var forwardedFrom = -1
    /// Tag of the read that was forwarded.
    public var forwardedTag = 0
  }
}

// MARK: - The port

extension DRAMChannel {
  /// Whether a request offered in this cycle is accepted: its queue has room in committed state.
  @inline(__always)
  public func canAccept(isWrite: Bool) -> Bool {
    isWrite ? !writes.isFull : !reads.isFull
  }

  /// Latches a request for acceptance at this cycle's commit; `canAccept` was true and nothing else was offered.
  ///
  /// `tag` comes back with the completion. A partial write changes only some bytes of its burst.
  public mutating func offer(_ location: DRAMLocation, isWrite: Bool, tag: Int, isPartial: Bool = false) {
    offered = Offer(
      isWrite: isWrite, bank: location.bank, row: location.row, column: location.column, tag: tag, isPartial: isPartial)
  }

  /// Slot of a queued write to a burst that fills only part of it, if further bytes may join it: no read waits in between.
  func partialWrite(to location: DRAMLocation) -> Int? {
    let queued = writes.entries(bank: location.bank, row: location.row, column: location.column)
    guard queued != 0 else { return nil }
    let youngest = 63 - queued.leadingZeroBitCount
    guard writes.partial >> UInt64(youngest) & 1 == 1,
      reads.entries(bank: location.bank, row: location.row, column: location.column) == 0
    else { return nil }
    return Int(writes.waiting[youngest].slot)
  }

  /// The write of a slot fills its burst by now: reads may take its bytes.
  mutating func completeWrite(slot: Int) { writes.complete(slot: slot) }

  /// Requests that wait for their column command.
  public var pendingRequests: Int { reads.count + writes.count }

  /// The first cycle after `cycle` in which a command can be issued if no request comes; `Int.max` if never.
  @inline(__always)
  public func nextActivity(after cycle: Int) -> Int {
    max(wake, cycle &+ 1)
  }

  /// Whether a command was decided for this cycle, between `evaluate` and `commit`.
  @inline(__always)
  var issues: Bool { choice.kind != .none || rowChoice.kind != .none }

  /// The commands decided for this cycle, between `evaluate` and `commit`.
  public func decided(at cycle: Int) -> [DRAMCommand] {
    [choice, rowChoice].filter { $0.kind != .none }.map { command($0, at: cycle) }
  }

  func command(_ choice: Choice, at cycle: Int) -> DRAMCommand {
    var command = DRAMCommand(cycle: cycle, kind: choice.kind, bank: choice.bank)
    guard choice.position >= 0 else { return command }
    let queue = nextDraining ? writes : reads
    if choice.kind == .activate || choice.kind.isColumn { command.row = Int(queue.waiting[choice.position].row) }
    if choice.kind.isColumn { command.column = Int(queue.waiting[choice.position].column) }
    return command
  }
}

public import Signals
public import Simulation

/// The memory behind a machine's port: ideal, or DRAM; on the core's clock, or on one of its own.
public struct OffChipMemory: Sendable, Codable {
  /// What a machine has off chip.
  public struct Spec: Sendable, Codable, Equatable {
    /// Which memory it is.
    public enum Kind: Sendable, Codable, Equatable {
      /// Fixed latency and bandwidth.
      case ideal(IdealMemory.Spec)
      /// Channels of a device.
      case dram(DRAMMemory.Spec)
    }

    /// Which memory it is.
    public var kind: Kind
    /// The memory's clock; nil for the core's.
    public var clock: ClockDomain?
    /// Flip-flops of each pointer that crosses between core and memory; unused on the core's clock.
    public var synchroniserStages = 2

    /// An ideal memory, on the core's clock unless another is given.
    public init(_ spec: IdealMemory.Spec, clock: ClockDomain? = nil) {
      kind = .ideal(spec)
      self.clock = clock
    }

    /// A DRAM on its device's clock, or on another.
    public init(_ spec: DRAMMemory.Spec, clock: ClockPeriod? = nil) {
      kind = .dram(spec)
      self.clock = ClockDomain(name: "memory", period: clock ?? spec.device.clock)
    }

    /// What an ideal memory is built as; nil for a DRAM.
    public var ideal: IdealMemory.Spec? {
      get { if case .ideal(let spec) = kind { spec } else { nil } }
      set { if let newValue { kind = .ideal(newValue) } }
    }

    /// Bytes of one request.
    public var portBytes: Int {
      switch kind {
      case .ideal(let spec): spec.portBytes
      case .dram(let spec): spec.portBytes
      }
    }

    /// Bytes of the whole memory.
    public var capacityBytes: Int {
      switch kind {
      case .ideal(let spec): spec.capacityBytes
      case .dram(let spec): spec.device.organisation.capacity
      }
    }

    /// What reports call it: the device's name, or `ideal`.
    public var name: String {
      switch kind {
      case .ideal: "ideal"
      case .dram(let spec): spec.device.name
      }
    }

    /// The most bytes a second over its bus; `clock` is that of a memory without one of its own.
    public func bytesPerSecond(on clock: ClockDomain) -> Double {
      let hertz = (self.clock ?? clock).period.hertz
      switch kind {
      case .ideal(let spec): return Double(min(spec.bytesPerCycle, spec.portBytes)) * hertz
      case .dram(let spec):
        let organisation = spec.device.organisation
        let buses = organisation.channels * (organisation.ranksOwnTheirBus ? organisation.ranks : 1)
        return Double(buses * organisation.burstBytes) / Double(spec.device.timing.count(.BLc)) * hertz
      }
    }

    /// Places of the port's links: two within a domain; between two, enough to hide the synchronisers' round trip.
    public var linkCapacity: Int { clock == nil ? 2 : 4 + 4 * synchroniserStages }
    /// Flip-flops of the port's links.
    public var linkStages: Int { clock == nil ? 0 : synchroniserStages }
  }

  /// The memory if it is ideal.
  public internal(set) var ideal: IdealMemory?
  /// The memory if it is a DRAM.
  public internal(set) var dram: DRAMMemory?

  /// An empty memory.
  public init(_ spec: Spec) {
    switch spec.kind {
    case .ideal(let spec): ideal = IdealMemory(spec)
    case .dram(let spec): dram = DRAMMemory(spec)
    }
  }

  /// The bytes.
  public var contents: PagedMemory {
    get { ideal?.contents ?? dram?.contents ?? PagedMemory(capacity: 0) }
    _modify {
      // In place: a copy would share its pages and have them copied at the first write.
      if ideal != nil {
        yield &ideal!.contents
      } else {
        yield &dram!.contents
      }
    }
  }

  /// What passed the port.
  public var counters: MemoryCounters { ideal?.counters ?? dram?.counters ?? MemoryCounters() }

  /// Its bytes by tensor.
  public var traffic: OffChipTraffic { ideal?.traffic ?? dram?.traffic ?? OffChipTraffic() }

  /// A layer begins: what earlier ones moved is no refetch.
  public mutating func beginLayer() {
    ideal?.traffic.beginLayer()
    dram?.traffic.beginLayer()
  }

  /// Takes at most one request and gives at most one answer.
  @inline(__always)
  public mutating func evaluate(
    requests: inout Link<MemoryRequest>, responses: inout Link<MemoryBeat>, cycle: Int
  ) {
    ideal?.evaluate(requests: &requests, responses: &responses, cycle: cycle)
    dram?.evaluate(requests: &requests, responses: &responses, cycle: cycle)
  }

  /// The clock edge.
  @inline(__always)
  public mutating func commit() {
    ideal?.commit()
    dram?.commit()
  }

  /// When it next has something to do. `mutating`, so that it is asked in place and not copied.
  public mutating func activity(
    requests: Link<MemoryRequest>, responses: Link<MemoryBeat>, after cycle: Int
  ) -> Activity {
    ideal?.activity(requests: requests, responses: responses, after: cycle)
      ?? dram?.activity(requests: requests, responses: responses, after: cycle) ?? .waiting
  }

  /// No request under way; a DRAM's refreshes go on.
  public var isQuiescent: Bool {
    mutating get { ideal?.isQuiescent ?? dram?.isQuiescent ?? true }
  }

  /// Makes the data of the DRAM's next RD come late, or never (`.max`): a fault that tests and studies inject.
  public mutating func delayNextRead(by cycles: Int) { dram?.nextReadDelay = cycles }

  /// Its line of a deadlock report: the oldest read and what that waits for; nil if there is none.
  public var pendingWait: Wait? {
    var memory = self
    guard memory.readsInFlight > 0 else { return nil }
    let place = dram?.answers.oldestState.map { " at byte \($0.address)" } ?? ""
    return Wait(block: "memory", cause: "the \(memory.wait == .none ? .data : memory.wait) of its oldest read\(place)")
  }

  /// What the oldest request waits for. Its getter is `mutating`, so that it is asked in place and not copied.
  public var wait: MemoryWait {
    mutating get { ideal?.wait ?? dram?.wait ?? .none }
  }

  /// What counted: at the port, by tensor, and at the channels of a DRAM.
  public var allCounters: [CounterValue] {
    counters.values(scope: "memory") + traffic.values(scope: "memory") + (dram?.channelCounters ?? [])
  }

  /// Reads on their way.
  public var readsInFlight: Int {
    mutating get { ideal?.readsInFlight ?? dram?.readsInFlight ?? 0 }
  }
}

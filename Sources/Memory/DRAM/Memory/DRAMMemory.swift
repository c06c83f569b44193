public import Simulation

/// A DRAM behind the memory port: channels with their controllers, and the bytes that they hold.
///
/// ```
///   requests -> split into bursts -> channel 0..n: queues, policies, device
///                                         | RD, WR move bytes
///   responses <- in order of requests <- reorder buffer
/// ```
/// A request of the port's width becomes the bursts that it touches. Bytes move when commands do: WR puts the queued bytes
/// into the array of cells, RD takes them out, a read that finds its burst in the write queue gets it from there. Answers
/// leave in the order of requests, no earlier than their data has passed the data bus. Where a burst is wider than the port,
/// reads of the last bursts share one RD, and neighbouring writes are put together in the write queue.
public struct DRAMMemory: Sendable, Codable {
  /// What is fixed when the memory is built: a device, a mapping and policies that fit each other.
  public struct Spec: Sendable, Hashable {
    /// Rules, timing, organisation.
    public let device: DRAMSpecification
    /// Where an address lies.
    public let mapping: AddressMapping
    /// Queues and policies.
    public let controller: ControllerOptions
    /// Bytes of one request: 1 to 64, a power of two.
    public let portBytes: Int

    /// A device with policies. `mapping` is a mapping string or the name of one that comes with the device.
    public init(
      _ device: DRAMSpecification, mapping: String? = nil, controller: ControllerOptions = ControllerOptions(),
      portBytes: Int = 64
    ) throws(DRAMError) {
      guard (1...64).contains(portBytes), portBytes.nonzeroBitCount == 1 else {
        throw DRAMError(
          "\(portBytes) bytes are not a power of two from 1 to 64; nearest legal value "
            + "\(nearestPower(to: portBytes, limit: 64))", at: "port width")
      }
      try controller.validate(for: device)
      self.device = device
      self.mapping = try AddressMapping(
        mapping.map { device.mappings[$0] ?? $0 } ?? device.defaultMapping, for: device.organisation)
      self.controller = controller
      self.portBytes = portBytes
    }

    /// The same with other policies.
    public func with(_ change: (inout ControllerOptions) -> Void) throws(DRAMError) -> Spec {
      var options = controller
      change(&options)
      return try Spec(device, mapping: mapping.text, controller: options, portBytes: portBytes)
    }
  }

  /// What is fixed when the memory is built.
  public let spec: Spec
  /// The cells.
  public var contents: PagedMemory
  /// The channels' controllers.
  public internal(set) var channels: [DRAMChannel]
  /// What passed the port.
  public internal(set) var counters = MemoryCounters()
  /// Its bytes by tensor.
  var traffic = OffChipTraffic()
  /// Requests that shared the burst of another, because a burst is wider than the port.
  public internal(set) var sharedBursts = 0
  /// What the oldest request waits for.
  public private(set) var wait = MemoryWait.none
  /// Cycles added to the data of the next read that is served, `.max` if they get lost: a fault that tests inject.
  public var nextReadDelay = 0

  var answers: ReorderBuffer
  var writeData: [WriteBuffer]
  /// Bursts of the request at the port that its channels have taken already.
  var splitBursts = 0

  let burstBytes: Int
  let burstsPerRequest: Int

  /// Where an address lies.
  public var mapping: AddressMapping { spec.mapping }

  // What changes at a commit only, and is asked in every cycle.
  /// No request is under way: what is left to do are refreshes.
  public private(set) var isQuiescent = true
  /// Whether a channel has several reads that wait for their RD.
  private(set) var isBacklogged = false
  private var hasPendingRequests = false
  /// The first cycle in which a channel can act or show something new.
  private var channelsWake = 0

  // Next state: latched by `evaluate`, applied by `commit`.
  var cycle = 0
  var offers: [BurstOffer] = []
  var taken: MemoryRequest?
  var isAnswering = false

  /// A burst that a channel takes in a cycle, or that joins one which it has.
  struct BurstOffer: Sendable, Codable {
    enum Kind: UInt8, Sendable, Codable {
      /// A new entry of the read queue, or of the write queue.
      case read, write
      /// A read that another one's RD serves; a write that joins a queued one.
      case sharedRead, mergedWrite
    }
    var kind: Kind
    var channel: Int
    /// Which of the request's bursts it is.
    var part: Int
    /// Address of the burst's first byte.
    var address: Int
    /// Slot of the write that a merged write joins.
    var slot = 0
  }

  /// An empty memory.
  public init(_ spec: Spec) {
    self.spec = spec
    let device = spec.device
    contents = PagedMemory(capacity: device.organisation.capacity)
    channels = Array(repeating: DRAMChannel(spec), count: device.organisation.channels)
    burstBytes = device.organisation.burstBytes
    burstsPerRequest = max(1, spec.portBytes / burstBytes)
    answers = ReorderBuffer(
      capacity: 64 * device.organisation.channels, portBytes: spec.portBytes, burstBytes: burstBytes)
    writeData = Array(repeating: WriteBuffer(), count: channels.count)
    offers.reserveCapacity(burstsPerRequest)
  }
}

// MARK: - First phase

extension DRAMMemory {
  /// Takes at most one request, gives at most one answer, and lets every channel decide its commands.
  public mutating func evaluate(
    requests: inout Link<MemoryRequest>, responses: inout Link<MemoryBeat>, cycle: Int
  ) {
    self.cycle = cycle
    isAnswering = answers.isReady(at: cycle) && responses.canSend
    if isAnswering { responses.send(answers.front) }
    if requests.hasFront { split(&requests) }
    for index in channels.indices { channels[index].evaluate(at: cycle) }
  }

  /// Offers the bursts of the request at the port, in order, each to its channel: at most one a channel in a cycle.
  private mutating func split(_ requests: inout Link<MemoryRequest>) {
    guard let request = requests.front, request.isWrite || splitBursts > 0 || !answers.isFull else { return }
    var next = splitBursts
    var used: UInt64 = 0
    while next < burstsPerRequest {
      let burst = (request.address &+ next &* burstBytes) & ~(burstBytes &- 1)
      let location = mapping.location(of: burst)
      let bit: UInt64 = 1 &<< UInt64(location.channel)
      guard used & bit == 0, offer(request, burst, location, part: next) else { break }
      used |= bit
      next &+= 1
    }
    guard next > splitBursts else { return }
    taken = request
    splitBursts = next == burstsPerRequest ? 0 : next
    if splitBursts == 0 { requests.receive() }
  }

  /// Has a channel take a burst in this cycle; false if it has to wait.
  private mutating func offer(
    _ request: MemoryRequest, _ burst: Int, _ location: DRAMLocation, part: Int
  ) -> Bool {
    let channel = location.channel
    var offer = BurstOffer(
      kind: request.isWrite ? .write : .read, channel: channel, part: part, address: burst)
    if burstBytes > spec.portBytes {
      if request.isWrite, let slot = channels[channel].partialWrite(to: location) {
        offer.kind = .mergedWrite
        offer.slot = slot
      } else if !request.isWrite, answers.canShare(burst) {
        offer.kind = .sharedRead
      }
    }
    if offer.kind == .read || offer.kind == .write {
      guard channels[channel].canAccept(isWrite: request.isWrite) else { return false }
      let isPartial = request.isWrite && !bytes(of: request, for: offer).isComplete(burstBytes)
      let tag = request.isWrite ? burst : (splitBursts == 0 ? answers.next : answers.last) &<< 8 | part
      channels[channel].offer(location, isWrite: request.isWrite, tag: tag, isPartial: isPartial)
    }
    offers.append(offer)
    return true
  }

  /// The bytes of a write that fall into one of its bursts.
  private func bytes(of request: MemoryRequest, for offer: BurstOffer) -> BurstBytes {
    BurstBytes(
      request, from: offer.part &* burstBytes, count: min(burstBytes, spec.portBytes),
      at: (request.address &+ offer.part &* burstBytes) &- offer.address)
  }
}

// MARK: - Second phase

extension DRAMMemory {
  /// The clock edge.
  public mutating func commit() {
    if isAnswering {
      answers.removeFront()
      isAnswering = false
    }
    for offer in offers { enter(offer) }
    for index in channels.indices { commitChannel(index) }
    if !offers.isEmpty { count() }
    offers.removeAll(keepingCapacity: true)
    taken = nil
    wait = wait(in: cycle)
    noteRequests()
    channelsWake = nextWake()
  }

  /// Notes whether requests are under way, and whether reads pile up.
  private mutating func noteRequests() {
    (hasPendingRequests, isBacklogged) = (false, false)
    for index in channels.indices {
      if channels[index].pendingRequests > 0 { hasPendingRequests = true }
      if channels[index].reads.count > 1 { isBacklogged = true }
    }
    isQuiescent = answers.isEmpty && splitBursts == 0 && !hasPendingRequests
  }

  /// The first cycle after this one in which a channel can act or show something new.
  private mutating func nextWake() -> Int {
    var first = Int.max
    for index in channels.indices { first = min(first, channels[index].nextActivity(after: cycle)) }
    if first <= cycle &+ 1 { return first }
    for index in channels.indices { first = min(first, channels[index].nextSignalChange(after: cycle)) }
    return first
  }

  /// Makes room for the answer of a read; puts bytes of a merged write to those it joins, before WR may take them out.
  private mutating func enter(_ offer: BurstOffer) {
    guard let request = taken else { return }
    switch offer.kind {
    case .read:
      if offer.part == 0 { answers.append(request, burst: offer.address, parts: burstsPerRequest) }
    case .sharedRead: answers.share(request, burst: offer.address, in: cycle)
    case .write: answers.written(offer.address)
    case .mergedWrite:
      answers.written(offer.address)
      writeData[offer.channel].merge(bytes(of: request, for: offer), into: offer.slot)
      if writeData[offer.channel].isComplete(offer.slot, burstBytes) {
        channels[offer.channel].completeWrite(slot: offer.slot)
      }
    }
  }

  /// Moves the bytes of the commands that a channel issued.
  private mutating func commitChannel(_ index: Int) {
    channels[index].commit(at: cycle)
    let completion = channels[index].completion
    if completion.kind == .read {
      let place = answers.address(of: completion.tag &>> 8) &+ (completion.tag & 255) &* burstBytes
      let burst = place & ~(burstBytes &- 1)
      answers.deliver(
        completion.tag, BurstBytes(contents, at: burst, count: burstBytes),
        ready: nextReadDelay == .max ? .max : completion.dataEnd &+ nextReadDelay)
      nextReadDelay = 0
    } else if completion.kind == .write {
      writeData[index].store(completion.slot, into: &contents, at: completion.tag)
    }
    if completion.forwardedFrom >= 0 {
      answers.deliver(
        completion.forwardedTag, writeData[index].bytes(completion.forwardedFrom), ready: cycle &+ 1)
    }
    guard completion.acceptedSlot >= 0, let request = taken else { return }
    for offer in offers where offer.kind == .write && offer.channel == index {
      writeData[index].fill(completion.acceptedSlot, bytes(of: request, for: offer), request.tensor)
    }
  }

  /// Counts a request when its last burst is taken, and the bursts that were made of it.
  private mutating func count() {
    guard let request = taken else { return }
    for offer in offers {
      switch offer.kind {
      case .read, .write: traffic.countBurst(request, bytes: burstBytes)
      case .sharedRead, .mergedWrite: sharedBursts &+= 1
      }
    }
    guard splitBursts == 0 else { return }
    counters.count(request, portBytes: spec.portBytes)
    traffic.count(request)
  }
}

// MARK: - Time

extension DRAMMemory {
  /// When it next has something to do, or to show. `mutating`, so that it is asked in place and not copied.
  public mutating func activity(
    requests: Link<MemoryRequest>, responses: Link<MemoryBeat>, after cycle: Int
  ) -> Activity {
    if answers.firstReady == .max, !hasPendingRequests,
      !(requests.hasFront && canTake(requests))
    {
      // The oldest answer got lost: refreshes go on, but nothing that anybody waits for.
      return .waiting
    }
    var first = channelsWake
    if first <= cycle &+ 1 { return .busy }
    if requests.hasFront, canTake(requests) { return .busy }
    if let ready = answers.firstReady {
      // In the cycle in which data are complete the wait changes, whether they can leave or not.
      if ready > cycle {
        first = min(first, ready)
      } else if responses.canSend {
        return .busy
      }
    }
    if first <= cycle &+ 1 { return .busy }
    return first == Int.max ? .waiting : .asleep(until: first)
  }

  /// Whether a burst of the request at the port would be taken.
  private mutating func canTake(_ requests: Link<MemoryRequest>) -> Bool {
    guard let request = requests.front, request.isWrite || splitBursts > 0 || !answers.isFull else { return false }
    let burst = (request.address &+ splitBursts &* burstBytes) & ~(burstBytes &- 1)
    let location = mapping.location(of: burst)
    if channels[location.channel].canAccept(isWrite: request.isWrite) { return true }
    guard burstBytes > spec.portBytes else { return false }
    return request.isWrite
      ? channels[location.channel].partialWrite(to: location) != nil : answers.canShare(burst)
  }

  /// Reads on their way, for observers.
  public var readsInFlight: Int { answers.count }
}

extension DRAMMemory.Spec: Codable {
  private enum CodingKeys: CodingKey { case device, mapping, controller, portBytes }

  /// Reads a saved spec; throws `DRAMError` if its parts do not fit each other.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      values.decode(DRAMSpecification.self, forKey: .device), mapping: values.decode(String.self, forKey: .mapping),
      controller: values.decode(ControllerOptions.self, forKey: .controller),
      portBytes: values.decode(Int.self, forKey: .portBytes))
  }

  /// Saves the spec; its mapping is its text.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(device, forKey: .device)
    try values.encode(mapping.text, forKey: .mapping)
    try values.encode(controller, forKey: .controller)
    try values.encode(portBytes, forKey: .portBytes)
  }
}

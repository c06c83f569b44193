public import Signals
public import Simulation

/// Moves tiles between off-chip memory and the chip's buffers: one request a cycle, answers in order.
///
/// Loads and stores have a queue each; where both can go, they take turns. A store is done when its last request has left:
/// the memory takes requests in order, so nobody can read past it.
public struct TransferEngine: Sendable, Codable {
  /// Transfers that either queue holds.
  @inlinable
  public static var queueDepth: Int { 4 }

  /// What the engine counted.
  public struct Counters: Sendable, Codable, Equatable, CounterSet {
    /// Bytes delivered to scratchpads.
    public var loadedBytes = 0
    /// Bytes taken from the accumulator.
    public var storedBytes = 0
    /// Read requests sent.
    public var loadRequests = 0
    /// Write requests sent.
    public var storeRequests = 0
    /// Cycles in which a request was ready and the port was not.
    public var stalledCycles = 0

    /// What each of them counts.
    public static let definitions: [CounterDefinition<Counters>] = [
      .init("loaded_bytes", unit: "bytes", "Bytes that loads delivered to scratchpads.") { $0.loadedBytes },
      .init("stored_bytes", unit: "bytes", "Bytes that stores took from the accumulator or from the vector unit.") {
        $0.storedBytes
      },
      .init("load_requests", unit: "accesses", "Read requests sent; each moves one port width.") { $0.loadRequests },
      .init("store_requests", unit: "accesses", "Write requests sent; each moves one port width.") { $0.storeRequests },
      .init("request_stall_cycles", unit: "cycles", "Cycles in which a request was ready and the port was not.") {
        $0.stalledCycles
      },
    ]
  }

  /// A load with the buffer it fills.
  public struct Load: Sendable, Codable, Equatable {
    /// The move.
    public var transfer: Transfer
    /// Number of the destination among the machine's buffers.
    public var buffer: Int
    /// Whose bytes they are.
    public var tensor: OffChipTensor

    /// A load of `transfer` into `buffer`.
    public init(_ transfer: Transfer, into buffer: Int, of tensor: OffChipTensor) {
      self.transfer = transfer
      self.buffer = buffer
      self.tensor = tensor
    }
  }

  /// Bytes of a load that arrive in this cycle.
  public struct Delivery: Sendable, Codable, Equatable {
    /// The memory's answer, of which `count` bytes from `first` on are wanted.
    public let beat: MemoryBeat
    /// First wanted byte of the answer.
    public let first: Int
    /// Wanted bytes.
    public let count: Int
    /// Number of the buffer and address in it.
    public let buffer: Int
    /// Address in the buffer.
    public let address: Int
  }

  /// Bytes of one request.
  public let portBytes: Int
  /// What the engine counted.
  public private(set) var counters = Counters()

  /// Loads whose requests or answers are outstanding; `issuing` counts those whose requests have all left.
  @usableFromInline var loads: [Load] = []
  var issued = 0
  private var issueCursor = TransferCursor()
  private var receiveCursor = TransferCursor()
  @usableFromInline var stores: [Transfer] = []
  private var storeCursor = TransferCursor()
  private var storesWentLast = false
  /// Whether a clock edge may change anything: a load or a store is under way, or something was evaluated.
  public private(set) var isAwake = false

  /// Tiles completed by each buffer's loads, and by stores.
  public private(set) var loadedTiles: [Int]
  /// Tiles completed by stores.
  public private(set) var storedTiles = 0

  // Next state, latched by evaluate.
  private var newLoads: [Load] = []
  private var newStores: [Transfer] = []
  private var issueEnds = false
  private var receiveEnds = false
  private var storeEnds = false
  private var packedTileEnds = false
  private var isDelivering = false
  private(set) var isStalled = false

  /// An idle engine for a machine with `buffers` scratchpads.
  public init(portBytes: Int, buffers: Int) {
    self.portBytes = portBytes
    loadedTiles = [Int](repeating: 0, count: buffers)
    loads.reserveCapacity(Self.queueDepth)
    stores.reserveCapacity(Self.queueDepth)
  }

  /// Forgets how many tiles were moved for the last layer; the engine must be quiescent.
  public mutating func beginLayer() {
    for buffer in loadedTiles.indices { loadedTiles[buffer] = 0 }
    storedTiles = 0
  }

  /// Whether a load or a store can be queued in this cycle.
  @inlinable
  public var canQueueLoad: Bool { loads.count < Self.queueDepth }
  /// Whether a store can be queued in this cycle.
  @inlinable
  public var canQueueStore: Bool { stores.count < Self.queueDepth }

  /// Queues a load, at most one a cycle. A load of no bytes completes in its turn.
  public mutating func queue(_ load: Load) {
    precondition(canQueueLoad && newLoads.isEmpty, "one load a cycle, while there is room")
    newLoads.append(load)
    isAwake = true
  }

  /// Queues a store, at most one a cycle.
  public mutating func queue(store: Transfer) {
    precondition(canQueueStore && newStores.isEmpty && store.bytes > 0, "one store a cycle, while there is room")
    newStores.append(store)
    isAwake = true
  }

  /// Sends at most one request and takes at most one answer.
  ///
  /// `packed` brings stores that are ready for the port; other stores read the accumulator's `psums`. Returns the bytes to be
  /// written into a scratchpad.
  public mutating func evaluate(
    requests: inout Link<MemoryRequest>, responses: inout Link<MemoryBeat>, packed: inout Link<PackedStore>,
    psums: [Int32]
  ) -> Delivery? {
    guard !loads.isEmpty || !stores.isEmpty || packed.hasFront else { return nil }
    isAwake = true
    sendRequest(to: &requests, &packed, psums)
    return takeAnswer(from: &responses)
  }

  /// The clock edge.
  public mutating func commit() {
    guard isAwake else { return }
    if receiveEnds {
      if loads[0].transfer.completesTile { loadedTiles[loads[0].buffer] += 1 }
      loads.removeFirst()
      issued -= 1
      receiveCursor = TransferCursor()
    }
    if issueEnds {
      issued += 1
      issueCursor = TransferCursor()
    }
    if storeEnds {
      if stores[0].completesTile { storedTiles += 1 }
      stores.removeFirst()
      storeCursor = TransferCursor()
    }
    if packedTileEnds { storedTiles += 1 }
    packedTileEnds = false
    if !newLoads.isEmpty { loads.append(newLoads.removeLast()) }
    if !newStores.isEmpty { stores.append(newStores.removeLast()) }
    (issueEnds, receiveEnds, storeEnds, isDelivering, isStalled) = (false, false, false, false, false)
    isAwake = !loads.isEmpty || !stores.isEmpty
  }

  /// No transfer queued or under way.
  public var isQuiescent: Bool { loads.isEmpty && stores.isEmpty && newLoads.isEmpty && newStores.isEmpty }

  /// When it next has something to do.
  public func activity(
    requests: Link<MemoryRequest>, responses: Link<MemoryBeat>, packed: Link<PackedStore>
  ) -> Activity {
    if loads.first?.transfer.bytes == 0 { return .busy }
    return (wantsToSend(packed) && requests.canSend) || responses.hasFront ? .busy : .waiting
  }

  private func wantsToSend(_ packed: Link<PackedStore>) -> Bool {
    issued < loads.count || !stores.isEmpty || packed.hasFront
  }

  /// Books cycles in which nothing could move.
  public mutating func credit(skipped cycles: Int, requests: Link<MemoryRequest>, packed: Link<PackedStore>) {
    if wantsToSend(packed), !requests.canSend { counters.stalledCycles += cycles }
  }

  /// Its line of a deadlock report; nil if nothing is under way.
  public var pendingWait: Wait? {
    if let load = loads.first {
      return Wait(
        block: "transfer_engine", cause: "answers from memory to its load of \(load.tensor) tile \(load.transfer.tile)")
    }
    return stores.isEmpty ? nil : Wait(block: "transfer_engine", cause: "room for requests of a store")
  }

  /// Whether requests of a queued load have still to be sent.
  public var isIssuing: Bool { issued < loads.count }
  /// Loads and stores in the queues, for observers.
  public var queuedLoads: Int { loads.count }
  var queuedStores: Int { stores.count }
  /// The load whose answers arrive and the store whose requests leave, for observers.
  var receivingLoad: Load? { loads.first }
  var leavingStore: Transfer? { stores.first }
  /// Whether bytes are delivered in this cycle (after `evaluate`).
  var deliversInCycle: Bool { isDelivering }
}

// MARK: - One cycle, part by part

extension TransferEngine {
  private mutating func sendRequest(
    to requests: inout Link<MemoryRequest>, _ packed: inout Link<PackedStore>, _ psums: [Int32]
  ) {
    if issued < loads.count, loads[issued].transfer.bytes == 0 { issueEnds = true }
    let hasLoad = issued < loads.count && !issueEnds
    let hasStore = !stores.isEmpty || packed.hasFront
    guard hasLoad || hasStore else { return }
    guard requests.canSend else {
      counters.stalledCycles += 1
      isStalled = true
      return
    }
    if hasStore, !hasLoad || !storesWentLast {
      requests.send(stores.isEmpty ? packedRequest(&packed) : storeRequest(psums))
      counters.storeRequests += 1
      storesWentLast = true
    } else {
      let transfer = loads[issued].transfer
      let block = issueCursor.block(of: transfer, portBytes: portBytes)
      requests.send(
        MemoryRequest(address: block.address, isWrite: false, enables: block.enables, of: loads[issued].tensor))
      issueEnds = issueCursor.advance(past: block, of: transfer)
      counters.loadRequests += 1
      storesWentLast = false
    }
  }

  private mutating func packedRequest(_ packed: inout Link<PackedStore>) -> MemoryRequest {
    let store = packed.receive()
    counters.storedBytes += store.request.enables.nonzeroBitCount
    packedTileEnds = store.completesTile
    return store.request
  }

  private mutating func storeRequest(_ psums: [Int32]) -> MemoryRequest {
    let store = stores[0]
    let block = storeCursor.block(of: store, portBytes: portBytes)
    let run =
      store.bufferAddress + block.outer * store.bufferOuterStride + block.inner * store.bufferInnerStride
    let data = Self.gather(block, psums, from: run, stride: store.bufferRunStride)
    counters.storedBytes += block.count
    storeEnds = storeCursor.advance(past: block, of: store)
    return MemoryRequest(address: block.address, isWrite: true, enables: block.enables, of: .psum, data: data)
  }

  /// The bytes of a block of a run of psums, little-endian.
  private static func gather(_ block: TransferCursor.Block, _ psums: [Int32], from run: Int, stride: Int) -> MemoryBeat
  {
    guard (block.first | block.runOffset | block.count) & 3 == 0 else {
      return gatherBytes(block, psums, from: run, stride: stride)
    }
    // Whole psums, as ever where the port is as wide as one.
    var words = SIMD16<UInt32>(repeating: 0)
    var source = run + block.runOffset / 4 * stride
    for word in block.first / 4..<(block.first + block.count) / 4 {
      words[word] = UInt32(bitPattern: psums[source]).littleEndian
      source += stride
    }
    return unsafe unsafeBitCast(words, to: MemoryBeat.self)
  }

  private static func gatherBytes(
    _ block: TransferCursor.Block, _ psums: [Int32], from run: Int, stride: Int
  ) -> MemoryBeat {
    var data = MemoryBeat(repeating: 0)
    for byte in 0..<block.count {
      let (word, part) = (block.runOffset + byte).quotientAndRemainder(dividingBy: 4)
      let value = UInt32(bitPattern: psums[run + word * stride])
      data[block.first + byte] = UInt8(truncatingIfNeeded: value >> UInt32(8 * part))
    }
    return data
  }

  private mutating func takeAnswer(from responses: inout Link<MemoryBeat>) -> Delivery? {
    guard let load = loads.first else { return nil }
    if load.transfer.bytes == 0 { receiveEnds = issued > 0 }
    guard responses.hasFront, load.transfer.bytes > 0 else { return nil }
    let beat = responses.receive()
    let block = receiveCursor.block(of: load.transfer, portBytes: portBytes)
    let address = load.transfer.bufferAddress + receiveCursor.passed
    receiveEnds = receiveCursor.advance(past: block, of: load.transfer)
    counters.loadedBytes += block.count
    isDelivering = true
    return Delivery(beat: beat, first: block.first, count: block.count, buffer: load.buffer, address: address)
  }
}

public import Signals
public import Simulation

/// The far end of a 64-bit bidirectional link: one word a link cycle, in or out.
///
/// ```
///   chip: orders --------> [ ifmap  ] \
///                          [ filter ]  \
///         words out -----> [ ofmap  ]   > one request a cycle -> memory
///         vector unit's -> [ requests ] /
///         words in <------ ifmap, filter and vector FIFOs <----- answers, in order
/// ```
/// Reads are asked for only when their FIFO has a place for the answer, so answers never wait. Ifmaps come first, because the
/// chip stands still until they are there; then ofmaps and the vector unit; filters of the next pass take what is left.
public struct LinkPort: Sendable, Codable {
  /// What the port counted.
  public struct Counters: Sendable, Codable, Equatable, CounterSet {
    /// Ifmap bytes read.
    public var ifmapBytes = 0
    /// Filter bytes read.
    public var filterBytes = 0
    /// Ofmap bytes written.
    public var ofmapBytes = 0
    /// Bias bytes read.
    public var biasBytes = 0
    /// Bytes that the vector unit read: operands, factors, tables.
    public var operandBytes = 0
    /// Bytes that the vector unit stored.
    public var resultBytes = 0
    /// Link words of ifmaps.
    public var ifmapWords = 0
    /// Link words of filters.
    public var filterWords = 0
    /// Link words of ofmaps.
    public var ofmapWords = 0
    /// Link words of biases.
    public var biasWords = 0
    /// Link words from and to the vector unit.
    public var vectorWords = 0
    /// Cycles of its clock.
    public var cycles = 0

    /// What each counter counts.
    public static let definitions: [CounterDefinition<Counters>] = [
      .init("ifmap_bytes", unit: "bytes", "Ifmap bytes read off chip, as they are stored there: coded or raw.") {
        $0.ifmapBytes
      },
      .init("filter_bytes", unit: "bytes", "Filter bytes read off chip.") { $0.filterBytes },
      .init("ofmap_bytes", unit: "bytes", "Ofmap bytes written off chip, coded or raw.") { $0.ofmapBytes },
      .init("bias_bytes", unit: "bytes", "Bias bytes read with the layer's configuration.") { $0.biasBytes },
      .init("operand_bytes", unit: "bytes", "Bytes that the vector unit read: operands, factors and tables.") {
        $0.operandBytes
      },
      .init("result_bytes", unit: "bytes", "Bytes that the vector unit stored: ofmaps that it requantised, too.") {
        $0.resultBytes
      },
      .init("words", unit: "words", "64-bit words over the link: 8 bytes each, the last of a stream partly used.") {
        $0.ifmapWords + $0.filterWords + $0.ofmapWords + $0.biasWords + $0.vectorWords
      },
      .init("cycles", unit: "cycles", "Cycles of the link's clock.") { $0.cycles },
    ]

    /// Bytes that counted, biases left out.
    public var fmapAndFilterBytes: Int { ifmapBytes + filterBytes + ofmapBytes }
  }

  enum Stream: UInt8, CaseIterable, Sendable, Codable { case ifmap, filter, bias, vector }

  fileprivate struct Read: Sendable, Codable, Equatable {
    var transfer = LinkCommand.empty.transfer
    var cursor = TransferCursor()
    var left = 0
    var waiting = 0
  }

  /// What it counted.
  public private(set) var counters = Counters()
  private var ifmapRead = Read()
  private var filterRead = Read()
  private var ifmapTensor = OffChipTensor.ifmap
  private var writeAddress = -1
  private var writeTensor = OffChipTensor.ofmap
  /// Answers to the vector unit that are on their way.
  private var vectorReads = 0
  /// Streams of the answers on their way, oldest first.
  private var order: [Stream] = []
  /// What was done in this cycle: next state.
  private var action = Action.none
  private var answered = false
  private var loads = Loads()

  private struct Loads: Sendable, Codable, Equatable {
    var ifmap: LinkCommand?
    var filter: LinkCommand?
    var write: LinkCommand?
  }

  private enum Action: Sendable, Codable, Equatable {
    case none
    case read(Stream)
    case write(bytes: Int, isLast: Bool)
    /// The vector unit's request as it is.
    case pass(bytes: Int, isWrite: Bool)
  }

  /// A port at rest.
  public init() {}

  /// One cycle of the link's clock.
  public mutating func evaluate(
    _ channels: inout Channels, requests: inout Link<MemoryRequest>, responses: inout Link<MemoryBeat>
  ) {
    takeCommands(&channels)
    takeAnswer(&channels, &responses)
    action = nextAction(channels)
    guard requests.canSend else {
      action = .none
      return
    }
    switch action {
    case .none: break
    case .read(.filter): requests.send(request(filterRead, .filter))
    case .read: requests.send(request(ifmapRead, ifmapTensor))
    case .write:
      let word = channels.ofmapWords.receive()
      var data = MemoryBeat(repeating: 0)
      for byte in 0..<8 { data[byte] = UInt8(truncatingIfNeeded: word.bits >> UInt64(8 * byte)) }
      let enables = (UInt64(1) << UInt64(word.bytes)) - 1
      requests.send(
        MemoryRequest(address: writeAddress, isWrite: true, enables: enables, of: writeTensor, data: data))
    case .pass: requests.send(channels.vectorRequests.receive())
    }
  }

  private mutating func takeCommands(_ channels: inout Channels) {
    loads = Loads()
    if ifmapRead.left == 0, channels.ifmapCommands.hasFront { loads.ifmap = channels.ifmapCommands.receive() }
    if filterRead.left == 0, channels.filterCommands.hasFront { loads.filter = channels.filterCommands.receive() }
    if writeAddress < 0, channels.writeCommands.hasFront { loads.write = channels.writeCommands.receive() }
  }

  private mutating func takeAnswer(_ channels: inout Channels, _ responses: inout Link<MemoryBeat>) {
    answered = responses.hasFront
    guard answered, let stream = order.first else { return }
    let beat = responses.receive()
    switch stream {
    case .vector: channels.vectorAnswers.send(beat)
    case .filter: channels.filterWords.send(beat.word(0))
    case .ifmap, .bias: channels.ifmapWords.send(beat.word(0))
    }
  }

  private func nextAction(_ channels: borrowing Channels) -> Action {
    if isIssuing(filters: false, to: channels) { return .read(ifmapTensor == .bias ? .bias : .ifmap) }
    if writeAddress >= 0, channels.ofmapWords.hasFront, let word = channels.ofmapWords.front {
      return .write(bytes: word.bytes, isLast: word.isLast)
    }
    // Asked first whether there is one: Swift would copy it.
    if channels.vectorRequests.hasFront, let request = channels.vectorRequests.front,
      request.isWrite || channels.vectorAnswers.freePlaces > vectorReads
    {
      return .pass(bytes: request.enables.nonzeroBitCount, isWrite: request.isWrite)
    }
    return isIssuing(filters: true, to: channels) ? .read(.filter) : .none
  }

  private func request(_ read: Read, _ tensor: OffChipTensor) -> MemoryRequest {
    let block = read.block
    return MemoryRequest(address: block.address, isWrite: false, enables: block.enables, of: tensor)
  }

  /// The clock edge.
  public mutating func commit() {
    counters.cycles += 1
    if answered {
      answered = false
      switch order.removeFirst() {
      case .ifmap, .bias: ifmapRead.waiting -= 1
      case .filter: filterRead.waiting -= 1
      case .vector: vectorReads -= 1
      }
    }
    commitAction()
    action = .none
    if let command = loads.ifmap {
      ifmapRead.begin(command.transfer)
      ifmapTensor = command.tensor
    }
    if let command = loads.filter { filterRead.begin(command.transfer) }
    if let command = loads.write { (writeAddress, writeTensor) = (command.address, command.tensor) }
    loads = Loads()
  }

  private mutating func commitAction() {
    switch action {
    case .none: break
    case .read(.filter):
      counters.filterBytes += filterRead.advance()
      counters.filterWords += 1
      order.append(.filter)
    case .read(let stream):
      let bytes = ifmapRead.advance()
      if stream == .bias {
        counters.biasBytes += bytes
        counters.biasWords += 1
      } else {
        counters.ifmapBytes += bytes
        counters.ifmapWords += 1
      }
      order.append(stream)
    case .write(let bytes, let isLast):
      counters.ofmapBytes += bytes
      counters.ofmapWords += 1
      writeAddress = isLast ? -1 : writeAddress + 8
    case .pass(let bytes, let isWrite):
      counters.vectorWords += 1
      if isWrite {
        counters.resultBytes += bytes
      } else {
        counters.operandBytes += bytes
        vectorReads += 1
        order.append(.vector)
      }
    }
  }

  /// Books link cycles that were skipped.
  public mutating func credit(skipped cycles: Int) { counters.cycles += cycles }

  /// When it next has something to do.
  public func activity(
    _ channels: borrowing Channels, requests: borrowing Link<MemoryRequest>, responses: borrowing Link<MemoryBeat>
  ) -> Activity {
    if !channels.isPortSettled || responses.hasFront { return .busy }
    if ifmapRead.left == 0, channels.ifmapCommands.hasFront { return .busy }
    if filterRead.left == 0, channels.filterCommands.hasFront { return .busy }
    if writeAddress < 0, channels.writeCommands.hasFront { return .busy }
    return nextAction(channels) != .none && requests.canSend ? .busy : .waiting
  }

  /// Nothing asked for and nothing on its way.
  public var isQuiescent: Bool { ifmapRead.left == 0 && filterRead.left == 0 && order.isEmpty && writeAddress < 0 }

  /// Whether it has words to ask for, of filters or of ifmaps and biases, and places for them.
  public func isIssuing(filters: Bool, to channels: borrowing Channels) -> Bool {
    filters
      ? filterRead.left > 0 && channels.filterWords.freePlaces > filterRead.waiting
      : ifmapRead.left > 0 && channels.ifmapWords.freePlaces > ifmapRead.waiting
  }

  /// Whether filters were ordered that have not reached the chip's banks.
  public func isReadingFilters(_ channels: borrowing Channels) -> Bool {
    filterRead.left > 0 || filterRead.waiting > 0 || channels.filterCommands.count > 0 || channels.filterWords.count > 0
  }

  /// Read answers on their way, for observers.
  public var readsInFlight: Int { order.count }
}

extension LinkPort.Read {
  /// The part of the read that lies in the next word.
  var block: TransferCursor.Block { cursor.block(of: transfer, portBytes: 8) }

  fileprivate mutating func begin(_ transfer: Transfer) {
    self.transfer = transfer
    cursor = TransferCursor()
    left = transfer.bytes
  }

  /// Goes on to the next word; returns the bytes of the one that was asked for.
  fileprivate mutating func advance() -> Int {
    let block = block
    _ = cursor.advance(past: block, of: transfer)
    left -= block.count
    waiting += 1
    return block.count
  }
}

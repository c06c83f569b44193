public import Signals
public import Simulation

/// The far end of a 64-bit bidirectional link: one word a link cycle, in or out.
///
/// Off chip it asks for blocks of the memory port's width, so that a DRAM's bursts are used whole: words of a block come in one
/// after another, and words that leave are gathered until their block is complete or their stream ends.
///
/// ```
///   chip: orders ------> [ ifmap  ] \
///                        [ filter ]  > one request a cycle -> memory
///         words out ---> [ ofmap  ] /
///         words in <---- ifmap and filter FIFOs <------------ answers, in order
/// ```
/// Reads are asked for only when their FIFO has a place for the answer, so answers never wait. Ifmaps come first, because the
/// chip stands still until they are there; then ofmaps; filters of the next pass take what is left.
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
    /// Link words of ifmaps.
    public var ifmapWords = 0
    /// Link words of filters.
    public var filterWords = 0
    /// Link words of ofmaps.
    public var ofmapWords = 0
    /// Link words of biases.
    public var biasWords = 0
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
      .init("words", unit: "words", "64-bit words over the link: 8 bytes each, the last of a stream partly used.") {
        $0.ifmapWords + $0.filterWords + $0.ofmapWords + $0.biasWords
      },
      .init("cycles", unit: "cycles", "Cycles of the link's clock.") { $0.cycles },
    ]

    /// Bytes that counted, biases left out.
    public var fmapAndFilterBytes: Int { ifmapBytes + filterBytes + ofmapBytes }
  }

  enum Stream: UInt8, CaseIterable, Sendable, Codable { case ifmap, filter, bias }

  fileprivate struct Read: Sendable, Codable, Equatable {
    var next = 0
    var left = 0
    var waiting = 0
  }

  /// A block whose answer is on its way, and which words of it are wanted.
  private struct Block: Sendable, Codable, Equatable {
    var stream: Stream
    var firstWord: Int
    var words: Int
  }

  /// Words that leave in one block, as far as they have come.
  private struct Gathered: Sendable, Codable, Equatable {
    var data = MemoryBeat(repeating: 0)
    var enables: UInt64 = 0
  }

  /// Bytes of one request: 8 to 64.
  public let portBytes: Int
  /// What it counted.
  public private(set) var counters = Counters()
  private var ifmapRead = Read()
  private var filterRead = Read()
  private var ifmapTensor = OffChipTensor.ifmap
  private var writeAddress = -1
  private var writeTensor = OffChipTensor.ofmap
  /// Blocks on their way, oldest first, and words of the oldest one that were handed over.
  private var order: [Block] = []
  private var unpacked = 0
  private var gathered = Gathered()
  /// Cycles for which the link is taken by the words of the last block that was asked for.
  private var reserved = 0
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
    case read(Block)
    case write(bytes: Int, isLast: Bool)
  }

  /// A port at rest.
  public init(portBytes: Int) { self.portBytes = portBytes }

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
    case .read(let block):
      requests.send(
        block.stream == .filter ? request(block, filterRead, .filter) : request(block, ifmapRead, ifmapTensor))
    case .write: gather(channels.ofmapWords.receive(), &requests)
    }
  }

  /// Puts a word to those of its block, and sends the block if it is complete.
  private mutating func gather(_ word: OutgoingWord, _ requests: inout Link<MemoryRequest>) {
    let first = writeAddress & (portBytes - 1)
    for byte in 0..<8 { gathered.data[first + byte] = UInt8(truncatingIfNeeded: word.bits >> UInt64(8 * byte)) }
    gathered.enables |= ((UInt64(1) << UInt64(word.bytes)) - 1) << UInt64(first)
    guard word.isLast || first + 8 == portBytes else { return }
    requests.send(
      MemoryRequest(
        address: writeAddress - first, isWrite: true, enables: gathered.enables, of: writeTensor, data: gathered.data))
    gathered = Gathered()
  }

  private mutating func takeCommands(_ channels: inout Channels) {
    loads = Loads()
    if ifmapRead.left == 0, channels.ifmapCommands.hasFront { loads.ifmap = channels.ifmapCommands.receive() }
    if filterRead.left == 0, channels.filterCommands.hasFront { loads.filter = channels.filterCommands.receive() }
    if writeAddress < 0, channels.writeCommands.hasFront { loads.write = channels.writeCommands.receive() }
  }

  private mutating func takeAnswer(_ channels: inout Channels, _ responses: inout Link<MemoryBeat>) {
    answered = responses.hasFront
    guard let beat = responses.front, let block = order.first else { return }
    let word = beat.word(block.firstWord + unpacked)
    if block.stream == .filter { channels.filterWords.send(word) } else { channels.ifmapWords.send(word) }
    if unpacked + 1 == block.words { responses.receive() }
  }

  private func nextAction(_ channels: borrowing Channels) -> Action {
    guard reserved == 0 else { return .none }
    if let block = block(ifmapRead, ifmapTensor == .bias ? .bias : .ifmap, freePlaces: channels.ifmapWords.freePlaces) {
      return .read(block)
    }
    if writeAddress >= 0, let word = channels.ofmapWords.front { return .write(bytes: word.bytes, isLast: word.isLast) }
    return block(filterRead, .filter, freePlaces: channels.filterWords.freePlaces).map { .read($0) } ?? .none
  }

  /// The next block of a stream, if there is one and its FIFO has places for all its words.
  private func block(_ read: Read, _ stream: Stream, freePlaces: Int) -> Block? {
    guard read.left > 0 else { return nil }
    let first = read.next & (portBytes - 1)
    let words = min(portBytes - first, read.left + 7) / 8
    guard freePlaces >= read.waiting + words else { return nil }
    return Block(stream: stream, firstWord: first / 8, words: words)
  }

  private func request(_ block: Block, _ read: Read, _ tensor: OffChipTensor) -> MemoryRequest {
    let bytes = min(8 * block.words, read.left)
    let enables: UInt64 = bytes == 64 ? .max : (1 << UInt64(bytes)) - 1
    return MemoryRequest(
      address: read.next & ~(portBytes - 1), isWrite: false, enables: enables << UInt64(8 * block.firstWord), of: tensor
    )
  }

  /// The clock edge.
  public mutating func commit() {
    counters.cycles += 1
    reserved = max(0, reserved - 1)
    if answered { passWord() }
    switch action {
    case .none: break
    case .read(let block): book(block)
    case .write(let bytes, let isLast):
      counters.ofmapBytes += bytes
      counters.ofmapWords += 1
      writeAddress = isLast ? -1 : writeAddress + 8
    }
    action = .none
    if let command = loads.ifmap {
      (ifmapRead.next, ifmapRead.left, ifmapTensor) = (command.address, command.bytes, command.tensor)
    }
    if let command = loads.filter { (filterRead.next, filterRead.left) = (command.address, command.bytes) }
    if let command = loads.write { (writeAddress, writeTensor) = (command.address, command.tensor) }
    loads = Loads()
  }

  /// A word of the oldest block has gone into its FIFO.
  private mutating func passWord() {
    answered = false
    if order[0].stream == .filter { filterRead.waiting -= 1 } else { ifmapRead.waiting -= 1 }
    unpacked += 1
    guard unpacked == order[0].words else { return }
    order.removeFirst()
    unpacked = 0
  }

  /// A block was asked for: its words have the link for as many cycles.
  private mutating func book(_ block: Block) {
    switch block.stream {
    case .filter:
      counters.filterBytes += min(8 * block.words, filterRead.left)
      counters.filterWords += block.words
      filterRead.advance(block.words)
    case .ifmap:
      counters.ifmapBytes += min(8 * block.words, ifmapRead.left)
      counters.ifmapWords += block.words
      ifmapRead.advance(block.words)
    case .bias:
      counters.biasBytes += min(8 * block.words, ifmapRead.left)
      counters.biasWords += block.words
      ifmapRead.advance(block.words)
    }
    order.append(block)
    reserved = block.words - 1
  }

  /// Books link cycles that were skipped.
  public mutating func credit(skipped cycles: Int) { counters.cycles += cycles }

  /// When it next has something to do.
  public func activity(
    _ channels: borrowing Channels, requests: borrowing Link<MemoryRequest>, responses: borrowing Link<MemoryBeat>
  ) -> Activity {
    if !channels.isPortSettled || responses.hasFront || reserved > 0 { return .busy }
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
      ? block(filterRead, .filter, freePlaces: channels.filterWords.freePlaces) != nil
      : block(ifmapRead, .ifmap, freePlaces: channels.ifmapWords.freePlaces) != nil
  }

  /// Words asked for and not handed over yet, for observers.
  public var wordsInFlight: Int { ifmapRead.waiting + filterRead.waiting }
}

extension LinkPort.Read {
  fileprivate mutating func advance(_ words: Int) {
    next += 8 * words
    left = max(0, left - 8 * words)
    waiting += words
  }
}

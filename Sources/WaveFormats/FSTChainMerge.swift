/// The chains of a block's signals, merged by time: hands over the changes of one instant after the other.
///
/// Each signal waits in the list of the instant of its next change, so that nothing is sorted and memory stays that of the chains.
struct FSTChainMerge {
  private enum Kind: UInt8 {
    case bit, vector, wide, real, text
  }

  /// Where the chain of a signal is read, and its next change.
  private struct Chain {
    let kind: Kind
    /// Bits of a vector of up to 64.
    let bits: UInt8
    /// The signal behind this one in its list; -1 at the end.
    var next: Int32 = -1
    /// Next byte and end in `data`.
    var cursor = 0
    var end = 0
    /// The number that was read ahead: time difference and kind of the next change.
    var head: UInt64 = 0

    init(_ shape: SignalShape) {
      switch shape {
      case .bits(1), .event: kind = .bit
      case .bits(let bits): kind = bits > 64 ? .wide : .vector
      case .real: kind = .real
      case .text: kind = .text
      }
      bits = UInt8(clamping: shape.bitCount)
    }

    /// Instants from the last change to the next.
    @inline(__always)
    var delta: UInt64 { head >> (kind != .bit ? 1 : head & 1 == 1 ? 4 : 2) }
  }

  /// Loads of a vector may reach so far beyond the last chain.
  private static let margin = 8

  private let shapes: [SignalShape]
  private let realsAreSwapped: Bool
  private var data: [UInt8] = []
  private var chains: [Chain]
  /// The first signal that changes at each instant; -1 for none.
  private var lists: [Int32] = []

  /// No changes of signals of the given shapes.
  init(_ shapes: [SignalShape], realsAreSwapped: Bool) {
    self.shapes = shapes
    self.realsAreSwapped = realsAreSwapped
    chains = shapes.map(Chain.init)
  }

  /// Bytes of all chains.
  var byteCount: Int { data.count }

  /// Adds the chain of a signal; false if the chains grow too long.
  mutating func add(_ chain: ArraySlice<UInt8>, of signal: Int) -> Bool {
    chains[signal].cursor = data.count
    data += chain
    chains[signal].end = data.count
    return data.count <= FSTValueBlock.largest
  }

  /// Gives a signal the same chain as another.
  mutating func share(_ signal: Int, _ other: Int) {
    (chains[signal].cursor, chains[signal].end) = (chains[other].cursor, chains[other].end)
  }

  /// Reads the first change of every signal; returns what is wrong.
  mutating func begin(instants: Int) -> String? {
    data.append(contentsOf: repeatElement(0, count: Self.margin))
    lists = Array(repeating: -1, count: instants)
    for signal in chains.indices.reversed() {
      if let problem = wait(signal, from: 0) { return problem }
    }
    return nil
  }

  /// Appends the changes of one instant to a step; returns what is wrong.
  mutating func take(instant: Int, into step: inout WaveStep) -> String? {
    while true {
      Self.takeKnown(instant, &chains, &lists, data, &step.changes)
      guard lists[instant] >= 0 else { return nil }
      let signal = Int(lists[instant])
      lists[instant] = chains[signal].next
      guard takeAny(signal, &step) else { return "a change of signal \(signal) is cut short" }
      if let problem = wait(signal, from: instant) { return problem }
    }
  }
}

// MARK: - The fast path

extension FSTChainMerge {
  /// Takes the changes of an instant as long as they are two-state values of up to 64 bits with a valid change behind them.
  private static func takeKnown(
    _ instant: Int, _ allChains: inout [Chain], _ allLists: inout [Int32], _ data: [UInt8],
    _ changes: inout [WaveChange]
  ) {
    var chains = allChains.mutableSpan
    var lists = allLists.mutableSpan
    let bytes = unsafe data.span.bytes
    while lists[instant] >= 0 {
      let signal = Int(lists[instant])
      var chain = chains[signal]
      guard chain.head & 1 == 0, chain.kind == .bit || chain.kind == .vector else { return }
      let value = chain.kind == .bit ? chain.head >> 1 & 1 : takeVector(&chain, bytes)
      let following = chain.next
      if chain.cursor < chain.end {
        guard readHead(&chain, bytes), chain.delta < UInt64(lists.count &- instant) else { return }
        lists[instant] = following
        let target = instant &+ Int(truncatingIfNeeded: chain.delta)
        chain.next = lists[target]
        lists[target] = Int32(truncatingIfNeeded: signal)
      } else {
        guard chain.cursor == chain.end else { return }
        lists[instant] = following
      }
      chains[signal] = chain
      changes.append(WaveChange(signal: UInt32(truncatingIfNeeded: signal), value: value))
    }
  }

  /// A vector in whole bytes, most significant first, its bits at their top.
  @inline(__always)
  private static func takeVector(_ chain: inout Chain, _ bytes: RawSpan) -> UInt64 {
    let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: chain.cursor, as: UInt64.self)
    chain.cursor &+= (Int(chain.bits) &+ 7) &>> 3
    return UInt64(bigEndian: word) &>> UInt64(64 &- chain.bits)
  }

  /// Reads the number that begins the next change; false if the chain ends within it.
  @inline(__always)
  private static func readHead(_ chain: inout Chain, _ bytes: RawSpan) -> Bool {
    var (head, shift) = (UInt64(0), UInt64(0))
    while chain.cursor < chain.end, shift < 64 {
      let byte = bytes.byte(chain.cursor)
      chain.cursor &+= 1
      head |= UInt64(byte & 0x7f) &<< shift
      if byte < 0x80 {
        chain.head = head
        return true
      }
      shift &+= 7
    }
    return false
  }
}

// MARK: - Any change

extension FSTChainMerge {
  /// Puts a signal into the list of the instant of its next change, if it has one; returns what is wrong.
  private mutating func wait(_ signal: Int, from instant: Int) -> String? {
    guard chains[signal].cursor < chains[signal].end else { return nil }
    guard Self.readHead(&chains[signal], data) else {
      return "a change of signal \(signal) is cut short"
    }
    let delta = chains[signal].delta
    guard delta < UInt64(lists.count - instant) else {
      return "a change of signal \(signal) lies at instant \(UInt64(instant) + delta) of \(lists.count)"
    }
    let target = instant + Int(delta)
    chains[signal].next = lists[target]
    lists[target] = Int32(signal)
    return nil
  }

  private static func readHead(_ chain: inout Chain, _ data: [UInt8]) -> Bool {
    unsafe readHead(&chain, data.span.bytes)
  }

  /// Takes the change of a signal that was read ahead; false if its chain ends within it.
  private mutating func takeAny(_ signal: Int, _ step: inout WaveStep) -> Bool {
    let head = chains[signal].head
    switch shapes[signal] {
    case .event: step.changes.append(WaveChange(signal: UInt32(signal), value: head & 1 == 0 ? head >> 1 & 1 : 0))
    case .bits(1):
      let state = head & 1 == 0 ? 0x30 | UInt8(head >> 1 & 1) : FSTFormat.unknownStates[Int(head >> 1 & 7)]
      step.append(signal: signal, states: CollectionOfOne(BitState.orUnknown(state)), bits: 1)
    case .bits(let bits):
      guard let content = content(of: signal, head & 1 == 0 ? (bits + 7) / 8 : bits) else { return false }
      let states = head & 1 == 0 ? Self.digits(content, bits) : content.map(BitState.orUnknown)
      step.append(signal: signal, states: states, bits: bits)
    case .real:
      guard head & 1 == 1, let content = content(of: signal, 8) else { return false }
      let pattern = UInt64(real: content, isSwapped: realsAreSwapped)
      step.changes.append(WaveChange(signal: UInt32(signal), value: pattern))
    case .text:
      var length = chains[signal]
      guard Self.readHead(&length, data) else { return false }
      chains[signal].cursor = length.cursor
      guard let content = content(of: signal, Int(clamping: length.head)) else { return false }
      step.append(signal: signal, content: content)
    }
    return true
  }

  /// The next `count` bytes of a chain; nil if it ends before.
  private mutating func content(of signal: Int, _ count: Int) -> ArraySlice<UInt8>? {
    let start = chains[signal].cursor
    guard count <= chains[signal].end - start else { return nil }
    chains[signal].cursor += count
    return data[start..<start + count]
  }

  /// The first `count` bits of whole bytes as digits, most significant first.
  private static func digits(_ bytes: ArraySlice<UInt8>, _ count: Int) -> [UInt8] {
    (0..<count).map { 0x30 | (bytes[bytes.startIndex + $0 / 8] >> UInt8(7 - $0 & 7) & 1) }
  }
}

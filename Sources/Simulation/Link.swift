/// A point-to-point channel with ready and valid: a small FIFO whose back-pressure is registered.
///
/// Both ends see committed state only, so it does not matter which end is evaluated first. A word sent in cycle n can be
/// received in cycle n + 1; a place freed in cycle n can be used in cycle n + 1: full rate needs a capacity of 2.
///
/// A link may join two clock domains. Then it is the classic asynchronous FIFO: each end sees the other's pointer through
/// `synchroniserStages` flip-flops of its own clock, so a word is visible to the receiver that many receiver edges after the
/// edge that stored it, and a free place likewise to the sender (C. E. Cummings, SNUG 2002, "Simulation and Synthesis
/// Techniques for Asynchronous FIFO Design").
public struct Link<Payload: Sendable>: Sendable {
  /// Places in the FIFO.
  public let capacity: Int
  /// Flip-flops between the domains; 0 within one domain.
  public let synchroniserStages: Int

  @usableFromInline var places: [Payload]
  /// Words ever stored and words ever taken: the two pointers, never wrapping.
  @usableFromInline var written = 0
  @usableFromInline var taken = 0
  /// The other end's pointer as it emerges from each end's synchroniser; the last stage is what the end sees.
  @usableFromInline var writtenSeen: [Int]
  @usableFromInline var takenSeen: [Int]
  /// Next state: latched by `evaluate`, applied by `commit`.
  @usableFromInline var sends = false
  @usableFromInline var receives = false
  /// A word moves, or a pointer is on its way through a synchroniser: otherwise a clock edge changes nothing.
  @usableFromInline var isSettling = false

  /// A link of `capacity` places; `filler` occupies them until words arrive.
  public init(capacity: Int, synchroniserStages: Int = 0, filler: Payload) {
    precondition(capacity > 0 && synchroniserStages >= 0, "a link has at least one place")
    self.capacity = capacity
    self.synchroniserStages = synchroniserStages
    places = [Payload](repeating: filler, count: capacity)
    writtenSeen = [Int](repeating: 0, count: synchroniserStages)
    takenSeen = [Int](repeating: 0, count: synchroniserStages)
  }

  // MARK: The sender's end

  /// Ready: whether the sender may send in this cycle.
  @inlinable
  public var canSend: Bool {
    written &- (takenSeen.last ?? taken) < capacity
  }

  /// Valid: sends one word, at most once a cycle and only when `canSend`.
  @inlinable
  public mutating func send(_ word: Payload) {
    precondition(canSend && !sends, "a link takes one word a cycle while it is ready")
    // The place is free in committed state, so nobody reads it before `commit` moves the pointer.
    places[written % capacity] = word
    sends = true
    isSettling = true
  }

  /// Places that the sender knows to be free.
  @inlinable
  public var freePlaces: Int {
    capacity - (written &- (takenSeen.last ?? taken))
  }

  /// Whether further edges of the sender's clock would show it nothing new.
  @inlinable
  public var isSenderSettled: Bool { !isSettling || !sends && !senderIsSettling }

  /// Whether further edges of the receiver's clock would show it nothing new.
  @inlinable
  public var isReceiverSettled: Bool { !isSettling || !receives && !receiverIsSettling }

  // MARK: The receiver's end

  /// Whether a word is there for the receiver.
  @inlinable
  public var hasFront: Bool {
    (writtenSeen.last ?? written) > taken
  }

  /// The word that the receiver sees, if any.
  @inlinable
  public var front: Payload? {
    hasFront ? places[taken % capacity] : nil
  }

  /// Takes the front word, at most once a cycle and only when there is one.
  @inlinable
  @discardableResult
  public mutating func receive() -> Payload {
    precondition(hasFront && !receives, "a link gives one word a cycle while it has one")
    receives = true
    isSettling = true
    return places[taken % capacity]
  }

  // MARK: Both

  /// Whether a word moves over the sender's side in this cycle (after `evaluate`).
  @inlinable
  public var isSending: Bool { sends }

  /// Whether a word moves over the receiver's side in this cycle (after `evaluate`).
  @inlinable
  public var isReceiving: Bool { receives }

  /// Words inside, in committed state, whoever can see them yet.
  @inlinable
  public var count: Int { written &- taken }

  /// No word inside and no pointer on its way through a synchroniser.
  @inlinable
  public var isQuiescent: Bool {
    written == taken && !sends && !senderIsSettling && !receiverIsSettling
  }

  /// Whether the receiver's clock has to tick, because the sender's pointer is on its way through the synchroniser.
  @inlinable
  public var receiverIsSettling: Bool { isSettling && !Self.isSettled(writtenSeen, written) }

  /// Whether the sender's clock has to tick, because the receiver's pointer is on its way through the synchroniser.
  @inlinable
  public var senderIsSettling: Bool { isSettling && !Self.isSettled(takenSeen, taken) }

  /// Words ever sent over the link.
  public var wordsSent: Int { written }
  /// Words ever received from the link.
  public var wordsReceived: Int { taken }

  /// A clock edge common to both ends.
  @inlinable
  public mutating func commit() {
    commit(sender: true, receiver: true)
  }

  /// A clock edge at either end, or at both in the same instant: flip-flops capture what stood before it.
  @inlinable
  public mutating func commit(sender: Bool, receiver: Bool) {
    guard isSettling else { return }
    if synchroniserStages > 0 {
      if receiver { Self.shift(&writtenSeen, written) }
      if sender { Self.shift(&takenSeen, taken) }
    }
    if sender, sends {
      written &+= 1
      sends = false
    }
    if receiver, receives {
      taken &+= 1
      receives = false
    }
    isSettling = sends || receives || senderIsSettling || receiverIsSettling
  }

  @inlinable
  static func isSettled(_ stages: [Int], _ input: Int) -> Bool {
    for stage in stages where stage != input { return false }
    return true
  }

  @inlinable
  static func shift(_ stages: inout [Int], _ input: Int) {
    for stage in stride(from: stages.count - 1, to: 0, by: -1) {
      stages[stage] = stages[stage - 1]
    }
    stages[0] = input
  }
}

extension Link: Equatable where Payload: Equatable {}
extension Link: Codable where Payload: Codable {}

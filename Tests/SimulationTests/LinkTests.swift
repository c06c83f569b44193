import Simulation
import Testing

@Suite("Link: ready and valid with registered back-pressure")
struct LinkTests {
  @Test("A word sent in cycle n is there in cycle n + 1; a place freed in cycle n can be used in cycle n + 1")
  func latency() {
    var link = Link(capacity: 1, filler: 0)
    #expect(link.canSend && !link.hasFront && link.front == nil)
    link.send(7)
    #expect(!link.hasFront, "the receiver sees committed state only")
    link.commit()
    #expect(link.front == 7 && !link.canSend && link.count == 1)
    #expect(link.receive() == 7)
    #expect(!link.canSend, "the sender sees committed state only")
    link.commit()
    #expect(link.canSend && !link.hasFront && link.isQuiescent)
  }

  @Test("Throughput over 1000 cycles: capacity 1 gives half the rate, 2 and more give the full rate", arguments: 1...5)
  func rate(capacity: Int) {
    var link = Link(capacity: capacity, filler: 0)
    var received = 0
    for cycle in 0..<1000 {
      if link.hasFront { received += link.receive() == received ? 1 : 0 }
      if link.canSend { link.send(link.wordsSent) }
      link.commit()
      #expect(link.count <= capacity && link.wordsSent - link.wordsReceived == link.count, "cycle \(cycle)")
    }
    // The first word is received in cycle 1.
    #expect(received == (capacity == 1 ? 500 : 999))
  }

  @Test("A receiver that stands still stops the sender after exactly `capacity` words", arguments: 1...4)
  func backPressure(capacity: Int) {
    var link = Link(capacity: capacity, filler: 0)
    for cycle in 0..<10 {
      #expect(link.canSend == (cycle < capacity))
      if link.canSend { link.send(cycle) }
      link.commit()
    }
    // One word a cycle leaves again; ready comes back one cycle behind the first.
    for word in 0..<capacity {
      #expect(link.canSend == (word > 0))
      #expect(link.receive() == word)
      link.commit()
    }
    #expect(link.isQuiescent && link.wordsSent == capacity && link.wordsReceived == capacity)
  }

  @Test("Whichever end is evaluated first, every cycle is the same")
  func orderOfEnds() {
    var senderFirst = Link(capacity: 2, filler: 0)
    var receiverFirst = senderFirst
    var random = XorShift(seed: 5)
    for _ in 0..<2000 {
      let (wantsToSend, wantsToReceive) = (random.chance(2, of: 3), random.chance(2, of: 3))
      func send(_ link: inout Link<Int>) { if wantsToSend, link.canSend { link.send(link.wordsSent) } }
      func receive(_ link: inout Link<Int>) { if wantsToReceive, link.hasFront { link.receive() } }
      send(&senderFirst)
      receive(&senderFirst)
      receive(&receiverFirst)
      send(&receiverFirst)
      #expect(senderFirst.isSending == receiverFirst.isSending)
      #expect(senderFirst.isReceiving == receiverFirst.isReceiving)
      senderFirst.commit()
      receiverFirst.commit()
      #expect(senderFirst.front == receiverFirst.front && senderFirst.count == receiverFirst.count)
    }
  }

  @Test("Over a crossing a word is visible that many receiver edges after the edge that stored it", arguments: 0...4)
  func synchroniser(stages: Int) {
    var link = Link(capacity: 2, synchroniserStages: stages, filler: 0)
    link.send(9)
    link.commit(sender: true, receiver: true)
    for _ in 0..<stages {
      #expect(!link.hasFront)
      #expect(link.receiverIsSettling)
      // The sender's own clock does not move the receiver's synchroniser.
      link.commit(sender: true, receiver: false)
      #expect(!link.hasFront)
      link.commit(sender: false, receiver: true)
    }
    #expect(link.front == 9 && !link.receiverIsSettling)
    // The place comes back to the sender over as many edges of its own.
    link.receive()
    link.commit(sender: true, receiver: true)
    #expect(link.senderIsSettling == (stages > 0))
    for _ in 0..<stages {
      #expect(!link.isQuiescent)
      link.commit(sender: false, receiver: true)
      link.commit(sender: true, receiver: false)
    }
    #expect(link.isQuiescent)
  }

  @Test("A sender that cannot see places freed yet does not overfill", arguments: 1...3)
  func staleReady(stages: Int) {
    var link = Link(capacity: 1, synchroniserStages: stages, filler: 0)
    link.send(1)
    for _ in 0...stages { link.commit() }
    link.receive()
    link.commit()
    for _ in 0..<stages {
      #expect(!link.canSend)
      link.commit()
    }
    #expect(link.canSend)
  }
}

/// Pseudorandom numbers for stimuli (G. Marsaglia, "Xorshift RNGs", 2003).
struct XorShift: Sendable, Codable {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  }

  mutating func next(below limit: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int((state >> 33) % UInt64(limit))
  }

  mutating func chance(_ count: Int, of limit: Int) -> Bool { next(below: limit) < count }
}

import Signals
import Simulation

/// Two blocks in two clock domains and a link between them: a producer that works in bursts and sleeps between them, and a
/// consumer with four lanes.
struct ToyMachine: Machine, ObservableMachine {
  enum Step: CaseIterable {
    case produce, consume
  }

  enum State: UInt8, CaseIterable {
    case sleep, burst, done
  }

  static let stateTable = EnumTable(State.self, name: "state_t")

  let clockDomains: [ClockDomain]
  let bursts: Int
  let burstLength: Int
  let sleepCycles: Int

  private(set) var state = State.sleep
  private(set) var wakesAt: Int
  private(set) var burst = 0
  private(set) var sent = 0
  private(set) var cycles = 0
  private(set) var lanes: [Int32] = [0, 0, 0, 0]
  private(set) var received = 0
  private(set) var link: Link<Int32>
  private var next: (state: State, wakesAt: Int, burst: Int, sent: Int)?
  private var nextLanes: [Int32]?

  init(bursts: Int = 3, burstLength: Int = 5, sleepCycles: Int = 20, clocks: [ClockDomain] = Self.twoClocks) {
    clockDomains = clocks
    self.bursts = bursts
    self.burstLength = burstLength
    self.sleepCycles = sleepCycles
    wakesAt = sleepCycles
    link = Link(capacity: 4, synchroniserStages: clocks.count > 1 ? 2 : 0, filler: 0)
  }

  static let twoClocks = [
    ClockDomain(name: "core", period: ClockPeriod(femtoseconds: 2_000_000)),
    ClockDomain(name: "memory", period: ClockPeriod(femtoseconds: 10_000_000, dividedBy: 3)),
  ]
  static let oneClock = [ClockDomain(name: "core", period: ClockPeriod(femtoseconds: 1_000_000))]

  static func clockDomain(of step: Step) -> Int { step == .produce ? 0 : 1 }

  mutating func evaluate(_ step: Step, cycle: Int) {
    switch step {
    case .produce: produce(cycle)
    case .consume:
      guard let word = link.front else { return }
      link.receive()
      var lanes = lanes
      lanes[received % 4] &+= word
      nextLanes = lanes
    }
  }

  private mutating func produce(_ cycle: Int) {
    switch state {
    case .done: return
    case .sleep:
      if cycle >= wakesAt { next = (.burst, wakesAt, burst, sent) }
    case .burst:
      guard link.canSend else { return }
      link.send(Int32(truncatingIfNeeded: sent * sent - 7))
      let isLast = sent % burstLength == burstLength - 1
      let state: State = isLast ? (burst + 1 == bursts ? .done : .sleep) : .burst
      next = (state, isLast ? cycle + sleepCycles : wakesAt, isLast ? burst + 1 : burst, sent + 1)
    }
  }

  mutating func commit(_ edges: ClockEdges) {
    let (core, memory) = (edges.contains(domain: 0), edges.contains(domain: 1))
    if core {
      cycles += 1
      if let next { (state, wakesAt, burst, sent) = next }
      next = nil
    }
    if memory, let nextLanes {
      (lanes, received) = (nextLanes, received + 1)
      self.nextLanes = nil
    }
    link.commit(sender: core, receiver: memory)
  }

  func activity(of domain: Int, after cycle: Int) -> Activity {
    guard domain == 0 else { return link.isQuiescent && (state != .burst) ? .waiting : .busy }
    switch state {
    case .sleep: return link.isQuiescent ? .asleep(until: wakesAt) : .busy
    case .burst: return .busy
    case .done: return link.isQuiescent ? .waiting : .busy
    }
  }

  mutating func credit(skipped cycles: Int, domain: Int) {
    if domain == 0 { self.cycles += cycles }
  }

  var isQuiescent: Bool { state == .done && link.isQuiescent }
  var waits: [Wait] { [] }

  // MARK: Signals

  var blocks: [BlockDeclaration] {
    func declare(_ name: String, _ format: SignalFormat, _ kind: SignalKind = .register, _ extent: Extent = .single)
      -> SignalDeclaration
    {
      SignalDeclaration(name: name, meaning: "The \(name) of a toy.", kind: kind, format: format, extent: extent)
    }
    return [
      BlockDeclaration(
        scope: "producer",
        columns: [
          declare("state", .enumeration(Self.stateTable)), declare("sent", .unsigned(bits: 12)),
          declare("send", .bit, .wire), declare("fire", .event, .wire), declare("item", .text),
        ]),
      BlockDeclaration(
        scope: "consumer",
        columns: [
          declare("sum", .signed(bits: 32), .register, .grid(prefix: "pe", rows: 2, columns: 2)),
          declare("ratio", .real), declare("active", .mask(bits: 4), .wire), declare("valid", .bit, .wire),
        ], clockDomain: 1),
    ]
  }

  var aliases: [SignalAlias] {
    [SignalAlias(name: "consumer.port_sent", target: SignalHandle(block: 0, column: 1, element: 0))]
  }

  func read(block: Int, column: Int, into sampler: inout SignalSampler) {
    switch (block, column) {
    case (0, 0): sampler.take(state)
    case (0, 1): sampler.take(sent)
    case (0, 2): sampler.take(link.isSending)
    case (0, 3): sampler.take(link.isSending)
    case (0, 4): sampler.take(count: 1, key: { _ in UInt64(sent) }, text: { _ in item })
    case (1, 0): sampler.take(lanes.span)
    case (1, 1): sampler.take(Double(received) / 4)
    case (1, 2): sampler.take(count: 1) { _ in link.isReceiving ? 1 << UInt64(received % 4) : 0 }
    default: sampler.take(link.hasFront)
    }
  }

  var item: String { "item \(sent)" }
}

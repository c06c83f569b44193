import Signals
import Simulation

/// A toy with a clock at each end: a client sends numbered requests at uneven intervals, a server thinks about each and answers.
///
/// Each end labels every one of its cycles, from what it sees in committed state.
struct ClientServer: Machine, Sendable, Codable, Equatable {
  enum Step: CaseIterable, Hashable, Sendable { case client, server }

  enum Label: UInt8, CaseIterable, Sendable, Codable { case work, rest, waitReady, waitWord, done }

  struct Spec: Sendable, Codable, Equatable {
    var client = ClockPeriod(hertz: 200_000_000)
    var server = ClockPeriod(hertz: 60_000_000)
    var capacity = 4
    var stages = 2
    var words = 50
    /// Cycles of rest and of thought: below these, different for every word.
    var rest = 1
    var thought = 1
  }

  let spec: Spec
  var requests: Link<Int>
  var answers: Link<Int>

  // The client.
  var sent = 0
  var restsUntil = 0
  var received: [Int] = []
  var clientCycles = 0
  var clientLabels = [Int](repeating: 0, count: Label.allCases.count)
  // The server.
  var word = -1
  var thinksUntil = 0
  var served: [Int] = []
  var serverCycles = 0
  var serverLabels = [Int](repeating: 0, count: Label.allCases.count)
  /// In which cycle of its own clock each end sent and took each word.
  var sentAt: [Int] = []
  var servedAt: [Int] = []

  // Next state.
  private var sendsIn: Int?
  private var takenAnswer: Int?
  private var takenRequest: Int?
  private var takenIn = 0
  private var answered = false

  init(_ spec: Spec) {
    self.spec = spec
    requests = Link(capacity: spec.capacity, synchroniserStages: spec.stages, filler: -1)
    answers = Link(capacity: spec.capacity, synchroniserStages: spec.stages, filler: -1)
  }

  /// An uneven number below `limit` that belongs to a word.
  static func uneven(_ word: Int, below limit: Int) -> Int {
    var random = XorShift(seed: UInt64(word) &+ 77)
    return random.next(below: limit)
  }

  // MARK: Machine

  var clockDomains: [ClockDomain] {
    [ClockDomain(name: "client", period: spec.client), ClockDomain(name: "server", period: spec.server)]
  }

  static func clockDomain(of step: Step) -> Int { step == .client ? 0 : 1 }

  mutating func evaluate(_ step: Step, cycle: Int) {
    switch step {
    case .client: evaluateClient(cycle)
    case .server: evaluateServer(cycle)
    }
  }

  private mutating func evaluateClient(_ cycle: Int) {
    clientLabels[Int(clientLabel(cycle).rawValue)] += 1
    clientCycles += 1
    if answers.hasFront { takenAnswer = answers.receive() }
    if clientWantsToSend(cycle), requests.canSend {
      requests.send(sent)
      sendsIn = cycle
    }
  }

  private mutating func evaluateServer(_ cycle: Int) {
    serverLabels[Int(serverLabel(cycle).rawValue)] += 1
    serverCycles += 1
    if word < 0 {
      guard requests.hasFront else { return }
      takenRequest = requests.receive()
      takenIn = cycle
    } else if cycle >= thinksUntil, answers.canSend {
      answers.send(3 * word + 1)
      answered = true
    }
  }

  mutating func commit(_ edges: ClockEdges) {
    let (client, server) = (edges.contains(domain: 0), edges.contains(domain: 1))
    requests.commit(sender: client, receiver: server)
    answers.commit(sender: server, receiver: client)
    if client { commitClient() }
    if server { commitServer() }
  }

  private mutating func commitClient() {
    if let answer = takenAnswer { received.append(answer) }
    takenAnswer = nil
    guard let cycle = sendsIn else { return }
    sendsIn = nil
    sentAt.append(cycle)
    restsUntil = cycle + 1 + Self.uneven(sent, below: spec.rest)
    sent += 1
  }

  private mutating func commitServer() {
    if answered { word = -1 }
    answered = false
    guard let request = takenRequest else { return }
    takenRequest = nil
    word = request
    served.append(request)
    servedAt.append(takenIn)
    thinksUntil = takenIn + 1 + Self.uneven(request, below: spec.thought)
  }

  private func clientWantsToSend(_ cycle: Int) -> Bool { sent < spec.words && cycle >= restsUntil }

  private func clientLabel(_ cycle: Int) -> Label {
    if answers.hasFront || (clientWantsToSend(cycle) && requests.canSend) { return .work }
    if sent < spec.words { return cycle < restsUntil ? .rest : .waitReady }
    return received.count < spec.words ? .waitWord : .done
  }

  private func serverLabel(_ cycle: Int) -> Label {
    if word >= 0 { return cycle < thinksUntil ? .rest : answers.canSend ? .work : .waitReady }
    if requests.hasFront { return .work }
    return served.count < spec.words ? .waitWord : .done
  }

  func activity(of domain: Int, after cycle: Int) -> Activity {
    if domain == 0 {
      if answers.hasFront || answers.receiverIsSettling || requests.senderIsSettling { return .busy }
      guard sent < spec.words else { return .waiting }
      if cycle + 1 < restsUntil { return .asleep(until: restsUntil) }
      return requests.canSend ? .busy : .waiting
    }
    if requests.receiverIsSettling || answers.senderIsSettling { return .busy }
    if word < 0 { return requests.hasFront ? .busy : .waiting }
    if cycle + 1 < thinksUntil { return .asleep(until: thinksUntil) }
    return answers.canSend ? .busy : .waiting
  }

  mutating func credit(skipped cycles: Int, domain: Int) {
    if domain == 0 {
      clientLabels[Int(clientLabel(clientCycles).rawValue)] += cycles
      clientCycles += cycles
    } else {
      serverLabels[Int(serverLabel(serverCycles).rawValue)] += cycles
      serverCycles += cycles
    }
  }

  var isQuiescent: Bool { received.count == spec.words && requests.isQuiescent && answers.isQuiescent }

  var waits: [Wait] {
    var waits: [Wait] = []
    if received.count < spec.words {
      waits.append(Wait(block: "client", cause: sent < spec.words ? "requests" : "answers"))
    }
    if served.count < spec.words { waits.append(Wait(block: "server", cause: word < 0 ? "requests" : "answers")) }
    return waits
  }
}

// MARK: - Signals

extension ClientServer: ObservableMachine {
  private static let declarations: [[SignalDeclaration]] = [
    ["sent", "received", "request_fire", "request_ready", "answer_fire"],
    ["word", "served", "request_fire", "request_valid", "answer_fire"],
  ].map { names in
    names.map {
      SignalDeclaration(
        name: $0, meaning: "Toy.", kind: $0.contains("_") ? .wire : .register, format: .signed(bits: 32),
        extent: .single)
    }
  }

  var blocks: [BlockDeclaration] {
    [
      BlockDeclaration(scope: "client", columns: Self.declarations[0], clockDomain: 0),
      BlockDeclaration(scope: "server", columns: Self.declarations[1], clockDomain: 1),
    ]
  }

  func read(block: Int, column: Int, into sampler: inout SignalSampler) {
    func bit(_ value: Bool) -> Int { value ? 1 : 0 }
    let client = [
      sent, received.count, bit(requests.isSending), bit(requests.canSend), bit(answers.isReceiving),
    ]
    let server = [word, served.count, bit(requests.isReceiving), bit(requests.hasFront), bit(answers.isSending)]
    sampler.take(block == 0 ? client[column] : server[column])
  }
}

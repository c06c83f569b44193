public import Simulation

/// An off-chip memory that answers every read after a fixed latency, at a fixed bandwidth, in order.
public struct IdealMemory: Sendable, Codable {
  /// What is fixed when the memory is built.
  public struct Spec: Sendable, Codable, Equatable {
    /// Bytes of one request: 1 to 64, a power of two.
    public var portBytes: Int
    /// Bytes a cycle, reads and writes together.
    public var bytesPerCycle: Int
    /// Cycles from taking a request to its data on the response link.
    public var latencyCycles: Int
    /// Capacity in bytes.
    public var capacityBytes: Int

    /// A spec by its parts.
    public init(portBytes: Int, bytesPerCycle: Int, latencyCycles: Int, capacityBytes: Int) {
      self.portBytes = portBytes
      self.bytesPerCycle = bytesPerCycle
      self.latencyCycles = latencyCycles
      self.capacityBytes = capacityBytes
    }
  }

  /// What is fixed when the memory is built.
  public let spec: Spec
  /// The bytes.
  public var contents: PagedMemory
  /// What it counted.
  public private(set) var counters = MemoryCounters()
  /// Its bytes by tensor.
  var traffic = OffChipTraffic()

  /// Reads on their way: when their data are due, oldest first, and the data.
  private var dueCycles: [Int]
  private var dueBeats: [MemoryBeat]
  private var oldest = 0
  private var inFlight = 0
  /// First cycle in which the next request may be taken, in units of 1 / bytesPerCycle cycles.
  private var portFree = 0
  // Next state, latched by evaluate.
  private var taken: MemoryRequest?
  private var takenCycle = 0
  private var answers = false

  /// An empty memory.
  public init(_ spec: Spec) {
    precondition(
      (1...64).contains(spec.portBytes) && spec.portBytes.nonzeroBitCount == 1 && spec.bytesPerCycle > 0
        && spec.latencyCycles >= 1, "a memory has a port, a bandwidth and a latency")
    self.spec = spec
    contents = PagedMemory(capacity: spec.capacityBytes)
    // As many reads as the latency can hide, at one request a cycle at most.
    let depth = spec.latencyCycles + 2
    dueCycles = [Int](repeating: 0, count: depth)
    dueBeats = [MemoryBeat](repeating: MemoryBeat(repeating: 0), count: depth)
  }

  /// Takes at most one request and gives at most one answer.
  public mutating func evaluate(
    requests: inout Link<MemoryRequest>, responses: inout Link<MemoryBeat>, cycle: Int
  ) {
    guard inFlight > 0 || requests.hasFront else { return }
    answers = inFlight > 0 && dueCycles[oldest] <= cycle && responses.canSend
    if answers { responses.send(dueBeats[oldest]) }
    takenCycle = cycle
    guard isPortFree(cycle), let request = requests.front, request.isWrite || inFlight < dueCycles.count else { return }
    taken = requests.receive()
  }

  /// The clock edge.
  public mutating func commit() {
    if answers {
      answers = false
      oldest = (oldest + 1) % dueCycles.count
      inFlight -= 1
    }
    guard let request = taken else { return }
    taken = nil
    portFree = max(portFree, takenCycle * spec.bytesPerCycle) + spec.portBytes
    counters.count(request, portBytes: spec.portBytes)
    traffic.count(request)
    traffic.countBurst(request, bytes: spec.portBytes)
    if request.isWrite {
      contents.write(request.address, request.data, enables: request.enables)
    } else {
      let place = (oldest + inFlight) % dueCycles.count
      dueCycles[place] = takenCycle + spec.latencyCycles
      dueBeats[place] = contents.read(request.address, count: spec.portBytes)
      inFlight += 1
    }
  }

  /// Whether the port has moved the bytes of earlier requests.
  private func isPortFree(_ cycle: Int) -> Bool {
    portFree < (cycle + 1) * spec.bytesPerCycle
  }

  /// When it next has something to do. `mutating`, so that it is asked in place and not copied.
  public mutating func activity(requests: Link<MemoryRequest>, responses: Link<MemoryBeat>, after cycle: Int)
    -> Activity
  {
    var activity = Activity.waiting
    if inFlight > 0 {
      activity =
        dueCycles[oldest] <= cycle + 1 ? (responses.canSend ? .busy : .waiting) : .asleep(until: dueCycles[oldest])
    }
    if requests.hasFront, requests.front?.isWrite == true || inFlight < dueCycles.count {
      let free = portFree / spec.bytesPerCycle
      activity = activity.sooner(free <= cycle + 1 ? .busy : .asleep(until: free))
    }
    return activity
  }

  /// No read on its way.
  public var isQuiescent: Bool { inFlight == 0 }

  /// Reads on their way, for observers.
  var readsInFlight: Int { inFlight }
  /// The request taken in this cycle, for observers (after `evaluate`).
  var takenRequest: MemoryRequest? { taken }
  /// Whether an answer leaves in this cycle, for observers (after `evaluate`).
  var isAnswering: Bool { answers }
}

public import Signals
public import Simulation
import Tensors

/// The vector unit behind the array: psums to bytes, pooling, element-wise addition, tables.
///
/// ```
/// operands -> [ input queue ] -> reduce | divide | scale | store -> results
/// ```
///
/// One operand vector a cycle: `lanes` operands. A result that needs t operand vectors (2 of an addition, R x S of a
/// pooling window, else 1) takes t cycles. All stages move together, and stand still while the results have no room.
public struct VectorUnit: Sendable, Codable {
  /// What is fixed when the unit is built.
  public struct Spec: Sendable, Codable, Equatable {
    /// Elements a cycle: 1 to 64.
    public var lanes: Int
    /// Operand vectors that the input queue holds, and result vectors behind the last stage: 2 or more.
    public var queueDepth: Int
    /// Bytes of the parameter memory: 8 a channel for requantisation factors, 256 for a table.
    public var parameterBytes: Int

    /// A spec by its parts.
    public init(lanes: Int, queueDepth: Int, parameterBytes: Int) {
      self.lanes = lanes
      self.queueDepth = queueDepth
      self.parameterBytes = parameterBytes
    }
  }

  /// What the unit counted.
  public struct Counters: Sendable, Codable, Equatable, CounterSet {
    /// Cycles in which the first stage took an operand vector.
    public var operandVectors = 0
    /// Operands that these vectors held.
    public var operands = 0
    /// Results that left the unit.
    public var results = 0
    /// Cycles in which the unit stood still for want of room behind it.
    public var stalledCycles = 0
    /// Bytes of parameters that were loaded.
    public var parameterBytes = 0

    /// Every counter, in the order of reports.
    public static let definitions: [CounterDefinition<Counters>] = [
      .init(
        "operand_vectors", unit: "cycles",
        "Cycles in which the first stage took an operand vector: the sum of ceil(results / lanes) x vectors a result."
      ) { $0.operandVectors },
      .init("operands", unit: "operations", "Operands that these vectors held; lanes beyond a tensor's end hold none.")
      {
        $0.operands
      },
      .init("results", unit: "operations", "Bytes that left the last stage.") { $0.results },
      .init(
        "vector_stall_cycles", unit: "cycles",
        "Cycles in which an operand vector was ready and the stages stood still, because results had no room."
      ) { $0.stalledCycles },
      .init("parameter_bytes", unit: "bytes", "Bytes of factors and tables written by transfers from off chip.") {
        $0.parameterBytes
      },
    ]
  }

  /// What is fixed when the unit is built.
  public let spec: Spec
  /// What it counted.
  public private(set) var counters = Counters()
  /// What it computes in this layer.
  public private(set) var operation = VectorOperation.move(VectorRescaling())
  var parameters: VectorParameters

  /// The vector that arrives in this cycle; `send` queues it.
  public var arriving: VectorOperands
  private var queue: [VectorOperands]
  private var oldest = 0
  private(set) var queued = 0

  // Registers behind reduce, divide and scale; a count of 0 says that a stage is empty.
  var reduced: [Int32]
  var reducedCounts: [Int32]
  var reducedChannels: [Int32]
  private(set) var reducedLanes = 0
  var divided: [Int32]
  var dividedChannels: [Int32]
  private(set) var dividedLanes = 0
  var scaled: [Int32]
  private(set) var scaledLanes = 0

  // Next state, latched by evaluate.
  private(set) var moves = false
  private var sends = false

  /// A unit at rest.
  public init(_ spec: Spec) {
    precondition(
      (1...64).contains(spec.lanes) && spec.queueDepth >= 2 && spec.parameterBytes >= 0,
      "a vector unit has 1 to 64 lanes and queues of 2 or more")
    self.spec = spec
    parameters = VectorParameters(bytes: spec.parameterBytes)
    arriving = VectorOperands(lanes: spec.lanes)
    queue = [VectorOperands](repeating: arriving, count: spec.queueDepth)
    let zeros = [Int32](repeating: 0, count: spec.lanes)
    (reduced, reducedCounts, reducedChannels) = (zeros, zeros, zeros)
    (divided, dividedChannels, scaled) = (zeros, zeros, zeros)
  }

  /// Sets the operation of the next layer; the unit must be quiescent.
  public mutating func begin(_ operation: VectorOperation) {
    precondition(isQuiescent, "a vector unit runs one operation at a time")
    self.operation = operation
  }

  /// A byte of the parameter memory, as it arrives from off chip.
  public mutating func writeParameter(_ byte: UInt8, at address: Int) {
    parameters.write(byte, at: address)
    counters.parameterBytes += 1
  }

  // MARK: One cycle

  /// Whether an operand vector can be sent in this cycle.
  public var canSend: Bool { queued < spec.queueDepth }

  /// Sends `arriving`, at most once a cycle and only when `canSend`.
  public mutating func send() {
    precondition(canSend && !sends, "an input queue takes one vector a cycle while it has room")
    sends = true
  }

  /// Gives at most one result vector.
  public mutating func evaluate(results: inout Link<VectorResult>) {
    moves = scaledLanes == 0 || results.canSend
    guard moves, scaledLanes > 0 else { return }
    results.send(storeStage())
  }

  /// The clock edge.
  public mutating func commit() {
    if moves { moveStages() } else if queued > 0 { counters.stalledCycles += 1 }
    moves = false
    guard sends else { return }
    sends = false
    queue[(oldest + queued) % spec.queueDepth] = arriving
    queued += 1
  }

  private mutating func moveStages() {
    counters.results += scaledLanes
    scaledLanes = dividedLanes
    if scaledLanes > 0 { scaleStage() }
    dividedLanes = reducedLanes
    if dividedLanes > 0 { divideStage() }
    reducedLanes = 0
    guard queued > 0 else { return }
    reduceStage(queue[oldest])
    if queue[oldest].isLast { reducedLanes = queue[oldest].count }
    counters.operandVectors += 1
    oldest = (oldest + 1) % spec.queueDepth
    queued -= 1
  }

  /// Books cycles in which nothing could move.
  public mutating func credit(skipped cycles: Int) {
    if queued > 0 { counters.stalledCycles += cycles }
  }

  /// Whether something moves at the next edge.
  public func canMove(results: Link<VectorResult>) -> Bool {
    !isQuiescent && (scaledLanes == 0 || results.canSend)
  }

  /// The oldest operand vector; what it held last when the queue is empty.
  var front: VectorOperands { queue[oldest] }

  /// No vector anywhere.
  public var isQuiescent: Bool { queued == 0 && reducedLanes == 0 && dividedLanes == 0 && scaledLanes == 0 && !sends }

  mutating func countOperands(_ count: Int) { counters.operands += count }
}

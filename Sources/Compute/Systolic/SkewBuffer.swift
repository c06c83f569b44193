/// The path from a scratchpad to one edge of an array: read pipeline, then one more register for each further lane.
///
/// Lane l is delayed by `latency + l` steps, so that operands of one vector enter the array as a diagonal wave. The registers
/// form a parallelogram of `latency + lanes` rows; they are kept as a ring of vectors, which moves no data: the register that
/// lane l reads at step t is the word written at step t - latency - l.
public struct SkewBuffer: Sendable, Codable {
  /// Lanes: rows of the array on its west edge, columns on its north edge.
  public let lanes: Int
  /// Steps between the read and lane 0 at the edge.
  public let latency: Int

  let depth: Int
  var words: [Int16]
  var flags: [UInt8]
  var usedLanes: [Int32]
  /// Slot that the current step writes.
  var head = 0
  let registerPlaces: [RegisterPlace]

  /// A buffer whose registers are all empty.
  public init(lanes: Int, latency: Int) {
    precondition(lanes > 0 && latency >= 0, "an edge has lanes")
    self.lanes = lanes
    self.latency = latency
    depth = latency + lanes + 1
    words = [Int16](repeating: 0, count: depth * lanes)
    flags = [UInt8](repeating: 0, count: depth)
    usedLanes = [Int32](repeating: 0, count: depth)
    registerPlaces = (0..<lanes).flatMap { lane in
      (0..<latency + lane).map { RegisterPlace(lane: Int32(lane), stage: Int32($0)) }
    }
  }

  /// Writes this step's vector, of which lanes beyond `used` must be 0.
  public mutating func push(_ vector: [Int16], flags newFlags: UInt8, used: Int) {
    precondition(vector.count == lanes, "a vector is as wide as its edge")
    flags[head] = newFlags
    usedLanes[head] = Int32(used)
    let first = head * lanes
    let lanes = lanes
    let source = vector.span
    var words = words.mutableSpan
    for lane in 0..<lanes { words[first + lane] = source[lane] }
  }

  /// Writes a slot of zeros: no operand enters in this step.
  public mutating func pushEmpty(flags newFlags: UInt8 = 0) {
    flags[head] = newFlags
    usedLanes[head] = 0
    for index in head * lanes..<(head + 1) * lanes { words[index] = 0 }
  }

  /// The words and flags that stand at the array's edge in this step, lane by lane.
  ///
  /// Flags in `perLane` are cleared on lanes that the vector does not use; the others travel on every lane.
  public func readEdge(words edge: inout [Int16], flags edgeFlags: inout [UInt8], perLane: UInt8) {
    precondition(edge.count == lanes && edgeFlags.count == lanes, "an edge is as wide as its buffer")
    var edge = edge.mutableSpan
    var edgeFlags = edgeFlags.mutableSpan
    let words = words.span
    let flags = flags.span
    let usedLanes = usedLanes.span
    var slot = head - latency
    if slot < 0 { slot += depth }
    for lane in 0..<lanes {
      edge[lane] = words[slot * lanes + lane]
      let mask = lane < Int(usedLanes[slot]) ? 0xFF : ~perLane
      edgeFlags[lane] = flags[slot] & mask
      slot = slot == 0 ? depth - 1 : slot - 1
    }
  }

  /// The clock edge of an enabled step.
  public mutating func advance() {
    head = head + 1 == depth ? 0 : head + 1
  }

  // MARK: For observers

  /// Lane and stage of every register, lane by lane.
  struct RegisterPlace: Sendable, Codable {
    let lane: Int32
    let stage: Int32
  }

  /// First word of the vector whose registers are `stagesBehind` the scratchpad: 0 is the vector read in the last step.
  func slot(stagesBehind: Int) -> Int {
    let slot = head - 1 - stagesBehind
    return (slot < 0 ? slot + depth : slot) * lanes
  }

  /// The word at the array's edge in this step.
  public func edgeWord(lane: Int) -> Int16 { words[slot(stagesBehind: latency + lane - 1) + lane] }

  /// Whether an operand stands at the array's edge in this step.
  public func isEdgeValid(lane: Int) -> Bool {
    let slot = slot(stagesBehind: latency + lane - 1) / lanes
    return flags[slot] & OperandFlags.valid != 0 && lane < Int(usedLanes[slot])
  }
}

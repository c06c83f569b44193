import Tensors

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
  /// Slot that the current step writes.
  var head = 0
  /// Steps until every register is empty: an empty buffer costs nothing.
  private var stepsToEmpty = 0
  let registerPlaces: [RegisterPlace]

  /// What stands at the array's edge in this step, lane by lane.
  var edgeWords: [Int16]
  var edgeFlags: [UInt8]

  /// A buffer whose registers are all empty.
  public init(lanes: Int, latency: Int) {
    precondition(lanes > 0 && latency >= 0, "an edge has lanes")
    self.lanes = lanes
    self.latency = latency
    depth = latency + lanes + 1
    words = [Int16](repeating: 0, count: depth * lanes)
    flags = [UInt8](repeating: 0, count: depth * lanes)
    edgeWords = [Int16](repeating: 0, count: lanes)
    edgeFlags = [UInt8](repeating: 0, count: lanes)
    registerPlaces = (0..<lanes).flatMap { lane in
      (0..<latency + lane).map { RegisterPlace(lane: Int32(lane), stage: Int32($0)) }
    }
  }

  /// Writes this step's vector, of which lanes beyond `used` must be 0, and drives the edge.
  ///
  /// Lanes beyond `used` carry no valid bit; the other flags travel on every lane. `OperandFlags.nonzero` is set here.
  public mutating func push(_ vector: [Int16], flags newFlags: UInt8, used: Int) {
    precondition(vector.count == lanes && used <= lanes, "a vector is as wide as its edge")
    writeSlot(vector, newFlags, used: used, first: head * lanes, words: &words, flags: &flags)
    stepsToEmpty = depth + 1
    driveEdge()
  }

  /// Writes a slot of zeros, because no operand enters in this step, and drives the edge.
  public mutating func pushEmpty(flags newFlags: UInt8 = 0) {
    if newFlags != 0 { stepsToEmpty = depth + 1 }
    guard stepsToEmpty > 0 else { return }
    for index in head * lanes..<(head + 1) * lanes {
      words[index] = 0
      flags[index] = newFlags
    }
    driveEdge()
  }

  /// The clock edge of an enabled step.
  public mutating func advance() {
    head = head + 1 == depth ? 0 : head + 1
    if stepsToEmpty > 0 { stepsToEmpty -= 1 }
  }
}

// MARK: - One step

extension SkewBuffer {
  /// Lane l sees the word that was pushed `latency + l` steps ago: a diagonal through the ring, in two straight pieces.
  private mutating func driveEdge() {
    let newest = head - latency
    let start = newest < 0 ? newest + depth : newest
    let turn = min(start + 1, lanes)
    copyDiagonal(words, from: start * lanes, into: &edgeWords, lanes: 0..<turn)
    copyDiagonal(flags, from: start * lanes, into: &edgeFlags, lanes: 0..<turn)
    guard turn < lanes else { return }
    let behindTurn = (depth - 1) * lanes + turn
    copyDiagonal(words, from: behindTurn, into: &edgeWords, lanes: turn..<lanes)
    copyDiagonal(flags, from: behindTurn, into: &edgeFlags, lanes: turn..<lanes)
  }
}

/// Writes a vector and its flags into the slot that begins at `first`.
private func writeSlot(
  _ vector: [Int16], _ newFlags: UInt8, used: Int, first: Int, words: inout [Int16], flags: inout [UInt8]
) {
  let vector = vector.span
  var words = words.mutableSpan
  var flags = flags.mutableSpan
  precondition(first >= 0 && first + vector.count <= words.count && words.count == flags.count, "a slot is a vector")
  for lane in 0..<vector.count {
    let word = unsafe vector[unchecked: lane]
    unsafe words[unchecked: first &+ lane] = word
    // The sign bit is masked, so that bfloat16's negative zero counts as zero.
    unsafe flags[unchecked: first &+ lane] = newFlags | (word & 0x7FFF == 0 ? 0 : OperandFlags.nonzero)
  }
  for lane in used..<vector.count { flags[first + lane] &= ~OperandFlags.valid }
}

/// Copies one register a lane: each further lane's lies one slot earlier and one place further on.
private func copyDiagonal<Word: BitwiseCopyable>(
  _ ring: [Word], from first: Int, into edge: inout [Word], lanes: Range<Int>
) {
  let ring = ring.span
  var edge = edge.mutableSpan
  let step = edge.count - 1
  precondition(
    lanes.upperBound <= edge.count && first < ring.count && first - (lanes.count - 1) * step >= 0,
    "a diagonal lies in the ring")
  var index = first
  for lane in lanes {
    unsafe edge[unchecked: lane] = ring[unchecked: index]
    index &-= step
  }
}

// MARK: - For observers

extension SkewBuffer {
  /// Lane and stage of a register.
  struct RegisterPlace: Sendable, Codable {
    let lane: Int32
    let stage: Int32
  }

  /// First word of the vector whose registers are `stagesBehind` the scratchpad: 0 is the vector read in the last step.
  func slot(stagesBehind: Int) -> Int {
    let slot = head - 1 - stagesBehind
    return (slot < 0 ? slot + depth : slot) * lanes
  }

  /// The word at the array's edge, whether or not the array takes it in this cycle.
  func edgeWord(lane: Int) -> Int16 { words[slot(stagesBehind: latency + lane - 1) + lane] }

  /// Whether an operand stands at the array's edge.
  func isEdgeValid(lane: Int) -> Bool {
    flags[slot(stagesBehind: latency + lane - 1) + lane] & OperandFlags.valid != 0
  }
}

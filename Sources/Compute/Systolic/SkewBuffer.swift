import Tensors

/// The path from a scratchpad to one edge of an array: read pipeline, then one more register for each further lane.
///
/// Lane l is delayed by `latency + l` steps, so that operands of one vector enter the array as a diagonal wave. The registers
/// form a parallelogram of `latency + lanes` rows. They are kept as a ring of the edge's vectors to come, which moves no data:
/// the word of lane l that is pushed at step t lies in the row that stands at the edge at step t + latency + l.
public struct SkewBuffer: Sendable, Codable {
  /// Lanes: rows of the array on its west edge, columns on its north edge.
  public let lanes: Int
  /// Steps between the read and lane 0 at the edge.
  public let latency: Int

  let depth: Int
  var words: [Int16]
  var flags: [UInt8]
  /// The row that stands at the edge in the current step.
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
    stepsToEmpty = depth + 1
    let turn = min(depth - firstRow, lanes)
    writeDiagonal(vector, newFlags, lanes: 0..<turn, used: used, at: firstRow * lanes, words: &words, flags: &flags)
    writeDiagonal(vector, newFlags, lanes: turn..<lanes, used: used, at: turn, words: &words, flags: &flags)
    driveEdge()
  }

  /// Writes zeros, because no operand enters in this step, and drives the edge.
  public mutating func pushEmpty(flags newFlags: UInt8 = 0) {
    if newFlags != 0 { stepsToEmpty = depth + 1 }
    guard stepsToEmpty > 0 else { return }
    var row = firstRow
    for lane in 0..<lanes {
      words[row * lanes + lane] = 0
      flags[row * lanes + lane] = newFlags
      row = row + 1 == depth ? 0 : row + 1
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
  /// Where lane 0's word goes in this step; each further lane's goes one row further on, round the end of the ring.
  private var firstRow: Int {
    let row = head + latency
    return row < depth ? row : row - depth
  }

  private mutating func driveEdge() {
    copyRow(words, from: head * lanes, into: &edgeWords)
    copyRow(flags, from: head * lanes, into: &edgeFlags)
  }
}

/// Writes some lanes of a vector, and their flags, along a diagonal of the ring that begins at index `first`.
private func writeDiagonal(
  _ vector: [Int16], _ newFlags: UInt8, lanes: Range<Int>, used: Int, at first: Int, words: inout [Int16],
  flags: inout [UInt8]
) {
  let vector = vector.span
  var words = words.mutableSpan
  var flags = flags.mutableSpan
  let step = vector.count + 1
  precondition(
    lanes.upperBound <= vector.count && words.count == flags.count && first >= 0
      && first + max(0, lanes.count - 1) * step < words.count, "a diagonal lies in the ring")
  var index = first
  for lane in lanes {
    let word = unsafe vector[unchecked: lane]
    unsafe words[unchecked: index] = word
    // The sign bit is masked, so that bfloat16's negative zero counts as zero.
    let nonzero = word & 0x7FFF == 0 ? 0 : OperandFlags.nonzero
    unsafe flags[unchecked: index] = (lane < used ? newFlags : newFlags & ~OperandFlags.valid) | nonzero
    index &+= step
  }
}

/// Copies the row of the ring that begins at `first`.
private func copyRow<Word: BitwiseCopyable>(_ ring: [Word], from first: Int, into edge: inout [Word]) {
  let ring = ring.span
  var edge = edge.mutableSpan
  precondition(first >= 0 && first + edge.count <= ring.count, "a row lies in the ring")
  for lane in 0..<edge.count { unsafe edge[unchecked: lane] = ring[unchecked: first &+ lane] }
}

// MARK: - For observers

extension SkewBuffer {
  /// Lane and stage of a register.
  struct RegisterPlace: Sendable, Codable {
    let lane: Int32
    let stage: Int32
  }

  /// Index of the register of a lane that lies `stage` registers behind the scratchpad: 0 holds the word read in the last step.
  func index(lane: Int, stage: Int) -> Int {
    let row = head &+ latency &+ lane &- stage &- 1
    return (row < depth ? row : row &- depth) &* lanes &+ lane
  }

  /// The registers at the array's edge, lane by lane, whether or not the array takes them in this cycle.
  var edge: Range<Int> { head * lanes..<(head + 1) * lanes }
}

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
  /// The vector of a step in which no operand enters.
  private let zeros: [Int16]
  /// Flags of the vector that is pushed, lane by lane: a wire.
  private var vectorFlags: [UInt8]

  /// A buffer whose registers are all empty.
  public init(lanes: Int, latency: Int) {
    precondition(lanes > 0 && latency >= 0, "an edge has lanes")
    self.lanes = lanes
    self.latency = latency
    depth = latency + lanes + 1
    words = [Int16](repeating: 0, count: depth * lanes)
    flags = [UInt8](repeating: 0, count: depth * lanes)
    zeros = [Int16](repeating: 0, count: lanes)
    vectorFlags = [UInt8](repeating: 0, count: lanes)
    registerPlaces = (0..<lanes).flatMap { lane in
      (0..<latency + lane).map { RegisterPlace(lane: Int32(lane), stage: Int32($0)) }
    }
  }

  /// Whether every register holds zeros without flags.
  var isEmpty: Bool { stepsToEmpty == 0 }

  /// Writes this step's vector, of which lanes beyond `used` must be 0.
  ///
  /// Lanes beyond `used` carry no valid bit; the other flags travel on every lane. `OperandFlags.nonzero` is set here.
  public mutating func push(_ vector: [Int16], flags newFlags: UInt8, used: Int) {
    precondition(vector.count == lanes && used <= lanes, "a vector is as wide as its edge")
    stepsToEmpty = depth + 1
    flagLanes(of: vector, newFlags, used: used, into: &vectorFlags)
    writeDiagonal(vector, vectorFlags, into: &words, &flags, from: firstRow, turningAt: depth)
  }

  /// Writes zeros, because no operand enters in this step.
  public mutating func pushEmpty(flags newFlags: UInt8 = 0) {
    if newFlags != 0 { stepsToEmpty = depth + 1 }
    guard stepsToEmpty > 0 else { return }
    flagLanes(of: zeros, newFlags, used: lanes, into: &vectorFlags)
    writeDiagonal(zeros, vectorFlags, into: &words, &flags, from: firstRow, turningAt: depth)
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
}

/// The flags of a vector's lanes.
private func flagLanes(of vector: [Int16], _ newFlags: UInt8, used: Int, into flags: inout [UInt8]) {
  let vector = vector.span
  var flags = flags.mutableSpan
  precondition((0...vector.count).contains(used) && flags.count == vector.count, "every lane has its flags")
  for lane in 0..<used {
    // The sign bit is masked, so that bfloat16's negative zero counts as zero.
    let nonzero = unsafe vector[unchecked: lane] & 0x7FFF == 0 ? 0 : OperandFlags.nonzero
    unsafe flags[unchecked: lane] = newFlags | nonzero
  }
  for lane in used..<vector.count { unsafe flags[unchecked: lane] = newFlags & ~OperandFlags.valid }
}

/// Writes a vector and its flags along a diagonal of the ring that begins in `firstRow` and goes on in row 0 behind `depth`.
private func writeDiagonal(
  _ vector: [Int16], _ vectorFlags: [UInt8], into words: inout [Int16], _ flags: inout [UInt8], from firstRow: Int,
  turningAt depth: Int
) {
  let vector = vector.span
  let vectorFlags = vectorFlags.span
  var words = words.mutableSpan
  var flags = flags.mutableSpan
  let lanes = vector.count
  precondition(
    vectorFlags.count == lanes && words.count == depth * lanes && flags.count == words.count && lanes < depth
      && (0..<depth).contains(firstRow), "a diagonal lies in the ring")
  let turn = min(depth &- firstRow, lanes)
  var index = firstRow &* lanes
  for lane in 0..<turn {
    unsafe words[unchecked: index] = vector[unchecked: lane]
    unsafe flags[unchecked: index] = vectorFlags[unchecked: lane]
    index &+= lanes &+ 1
  }
  index = turn
  for lane in turn..<lanes {
    unsafe words[unchecked: index] = vector[unchecked: lane]
    unsafe flags[unchecked: index] = vectorFlags[unchecked: lane]
    index &+= lanes &+ 1
  }
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

/// When the parts of a fold may start, in steps of the array: the rules of the machine's schedule in one place.
///
/// R, C: rows and columns; T: vectors streamed; P: pipeline stages of a MAC. Counted from array edge to array edge; scratchpad
/// latency comes once, in front of everything.
public struct FoldTiming: Sendable, Codable, Equatable {
  /// PE rows R and columns C.
  public let rows: Int
  /// The signals, in data-path order.
  public let columns: Int
  /// Pipeline stages P of a MAC.
  public let macStages: Int
  /// What stays in the PEs.
  public let dataflow: Dataflow
  /// A second stationary register (WS, IS) or a drain register (OS) in each PE.
  public let isDoubleBuffered: Bool

  /// The rules for an array.
  public init(rows: Int, columns: Int, macStages: Int, dataflow: Dataflow, isDoubleBuffered: Bool) {
    self.rows = rows
    self.columns = columns
    self.macStages = macStages
    self.dataflow = dataflow
    self.isDoubleBuffered = isDoubleBuffered
  }

  /// Steps that shift a stationary operand in: R.
  @inlinable
  public var loadSteps: Int { dataflow == .outputStationary ? 0 : rows }

  /// Steps from the first vector at the edge until a psum stands at the foot of column 0.
  ///
  /// WS, IS: R + P - 1 after its vector. OS: R + P - 1 after the *last* vector, because every PE sums to the end.
  @inlinable
  public var stepsToFoot: Int { rows + macStages - 1 }

  /// Steps from the first vector at the edge to the last product's psum: T + R + C - 2 + P - 1.
  @inlinable
  public func computeSteps(vectors: Int) -> Int { vectors + rows + columns - 2 + macStages - 1 }

  /// Steps from the first vector to the end of the fold: `computeSteps`, and on OS the R steps that drain the results.
  @inlinable
  public func streamSteps(vectors: Int) -> Int {
    computeSteps(vectors: vectors) + (dataflow == .outputStationary ? rows : 0)
  }

  /// Steps of a whole fold without overlap: 2R + C + T - 2 (+ P - 1) on all three dataflows.
  @inlinable
  public func foldSteps(vectors: Int) -> Int { loadSteps + streamSteps(vectors: vectors) }

  /// The first step in which the next fold may stream `next` vectors, after one that streamed `vectors` from `start` on.
  ///
  /// Single-buffered: when the fold has left the array. Double-buffered: WS and IS right behind the last vector; OS likewise,
  /// but a PE's drain register must have been emptied when the next psum is finished: R steps after this one was.
  @inlinable
  public func nextStream(start: Int, vectors: Int, next: Int) -> Int {
    guard isDoubleBuffered else { return start + streamSteps(vectors: vectors) }
    let behind = start + vectors
    return dataflow == .outputStationary ? max(behind, behind + rows - next) : behind
  }
}

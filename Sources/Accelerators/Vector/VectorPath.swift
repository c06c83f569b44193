public import Compute
import Mappings
public import Memory
import Simulation
import Workloads

/// The vector unit with everything around it: what lies between accumulator, vector buffer and transfer engine.
///
/// ```
///  accumulator ----+
///                  v
///  vector buffer -> sequencer -> [ vector unit ] -> packer -> transfer engine
///        ^                                                        |
///        +------------------ operands of streaming layers --------+
/// ```
public struct VectorPath: Sendable, Codable {
  /// What is fixed when it is built.
  public struct Spec: Sendable, Codable, Equatable {
    /// The unit itself.
    public var unit: VectorUnit.Spec
    /// Bytes of the vector buffer, both halves.
    public var bufferBytes: Int

    /// A spec by its parts.
    public init(unit: VectorUnit.Spec, bufferBytes: Int) {
      self.unit = unit
      self.bufferBytes = bufferBytes
    }

    /// Throws `ScheduleError` unless the parameter memory holds the factors of a layer's filters.
    func checkParameters(of layer: ConvolutionLayer) throws(ScheduleError) {
      let needed = layer.filters * VectorParameters.factorBytes
      guard needed > unit.parameterBytes else { return }
      throw ScheduleError(
        layer: layer.name, key: "machine.vector.parameter_bytes", what: "the factors of \(layer.filters) filters",
        neededBytes: needed, availableBytes: unit.parameterBytes, leastLegalBytes: needed)
    }

    /// 16 elements a cycle, 16 KiB of operands, factors of 4096 channels.
    public static let standard = Spec(
      unit: VectorUnit.Spec(lanes: 16, queueDepth: 4, parameterBytes: 1 << 15), bufferBytes: 1 << 14)
  }

  /// The unit itself.
  public internal(set) var unit: VectorUnit
  /// Holds operands of layers that the unit executes alone.
  public internal(set) var buffer: VectorBuffer
  var sequencer: VectorSequencer
  var streams = StreamPrefetcher()
  var packer: StorePacker
  var results: Link<VectorResult>
  var packed: Link<PackedStore>
  /// No layer of its own and nothing anywhere: until a job is queued, a clock edge changes nothing.
  private(set) var isAsleep = true

  init(_ spec: Spec, portBytes: Int) {
    unit = VectorUnit(spec.unit)
    buffer = VectorBuffer(bytes: spec.bufferBytes)
    sequencer = VectorSequencer(lanes: spec.unit.lanes)
    packer = StorePacker(portBytes: portBytes, lanes: spec.unit.lanes)
    results = Link(capacity: spec.unit.queueDepth, filler: .empty)
    packed = Link(capacity: 2, filler: .empty)
  }

  /// Starts a layer: its operation, and its tiles if the unit executes it alone.
  mutating func begin(_ operation: VectorOperation?, streaming layer: PlacedVectorLayer?) {
    if let operation { unit.begin(operation) }
    sequencer.beginLayer()
    streams.begin(layer)
    isAsleep = layer == nil
  }

  var canQueue: Bool { sequencer.canQueue && packer.canQueue }

  /// Queues a job, at most one a cycle.
  mutating func queue(_ job: VectorJob) {
    sequencer.queue(job)
    queue(store: job.store)
  }

  /// Queues the store of results whose operands come from elsewhere than the sequencer, at most one a cycle.
  mutating func queue(store: Transfer) {
    packer.queue(store)
    isAsleep = false
  }

  // MARK: One cycle

  mutating func evaluate(psums: [Int32], transfers: inout TransferEngine) {
    if streams.layer != nil {
      let (load, job) = streams.evaluate(view(transfers))
      if let load { transfers.queue(load) }
      if let job { queue(job) }
    }
    sequencer.evaluate(psums: psums, buffer: &buffer, unit: &unit)
    unit.evaluate(results: &results)
    packer.evaluate(results: &results, packed: &packed)
  }

  mutating func commit() {
    guard !isAsleep else { return }
    sequencer.commit()
    unit.commit()
    packer.commit()
    results.commit()
    packed.commit()
    isAsleep = streams.layer == nil && isQuiescent
  }

  /// Whether an operand vector enters the unit at the next edge.
  var takesOperands: Bool { sequencer.canRead(unit) }

  /// What a unit that takes no operands of a streaming layer waits for.
  enum StreamWait { case none, operands, results }

  /// What it waits for in this cycle, from committed state.
  func streamWait(_ transfers: borrowing TransferEngine) -> StreamWait {
    if !sequencer.jobs.isEmpty || streams.isFinished { return .results }
    return streams.canStart(view(transfers)) ? .none : .operands
  }

  /// Whether anything moves at the next edge.
  func isBusy(_ transfers: borrowing TransferEngine) -> Bool {
    streams.canAct(view(transfers)) || sequencer.canRead(unit) || unit.canMove(results: results)
      || packer.canAct(results: results, packed: packed)
  }

  mutating func credit(skipped cycles: Int) { unit.credit(skipped: cycles) }

  var isQuiescent: Bool {
    streams.isFinished && sequencer.isQuiescent && unit.isQuiescent && results.isQuiescent && packer.isQuiescent
      && packed.isQuiescent
  }

  private func view(_ transfers: borrowing TransferEngine) -> StreamPrefetcher.View {
    StreamPrefetcher.View(
      loadedTiles: transfers.loadedTiles[LoadBuffer.vectorOperands.rawValue],
      readTiles: sequencer.finishedJobs, canQueueLoad: transfers.canQueueLoad, canQueueJob: canQueue)
  }
}

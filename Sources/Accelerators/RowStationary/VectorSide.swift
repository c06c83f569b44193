import Compute
import Memory
import Simulation
import Tensors

/// The vector unit of a row-stationary machine with all that joins it to psum banks and link: what networks need.
///
/// ```
///   psum banks -> psum feed -> [ vector path ] -> packed stores -> transfer engine <-> link port
///                                    ^------ operands, factors, tables ------+
/// ```
struct VectorSide: Sendable, Codable {
  /// The vector unit, its buffer and its control.
  var path: VectorPath
  /// Moves operands and results through the port of the link.
  var transfers: TransferEngine
  /// Brings psums of finished tiles.
  var feed: PsumFeed
  /// Whether anything was begun that is not done: a side at rest is not looked at.
  private(set) var isAwake = false
  /// The load of a layer's factors, until it is queued.
  private var factors: Transfer?
  // Next state.
  private var delivery: TransferEngine.Delivery?
  private var queuesFactors = false

  init(_ spec: VectorPath.Spec, glb: GlobalBuffer.Spec, portBytes: Int) {
    path = VectorPath(spec, portBytes: portBytes)
    transfers = TransferEngine(portBytes: portBytes, buffers: LoadBuffer.allCases.count)
    feed = PsumFeed(lanes: spec.unit.lanes, linesPerCycle: glb.linesPerCycle)
  }

  /// Begins a layer for the vector unit alone.
  mutating func begin(_ layer: PlacedVectorLayer) {
    transfers.beginLayer()
    path.begin(layer.operation, streaming: layer)
    isAwake = true
  }

  /// Begins a layer of the array, with or without requantisation, whose factors it loads at once.
  mutating func begin(_ requantisation: PlacedRequantisation?) {
    transfers.beginLayer()
    path.begin(requantisation?.operation, streaming: nil)
    factors = requantisation?.load
    isAwake = factors != nil
  }

  /// Begins to requantise a finished tile.
  mutating func requantise(_ places: PsumPlaces, firstFilter: Int, store: Transfer) {
    feed.begin(places, firstFilter: firstFilter)
    path.queue(store: store)
    isAwake = true
  }

  mutating func evaluate(_ channels: inout LinkPort.Channels) {
    if let factors, transfers.canQueueLoad {
      transfers.queue(.init(factors, into: .vectorParameters))
      queuesFactors = true
    }
    path.evaluate(psums: [], transfers: &transfers)
    delivery = transfers.evaluate(
      requests: &channels.vectorRequests, responses: &channels.vectorAnswers, packed: &path.packed, psums: [])
  }

  mutating func commit() {
    guard isAwake else { return }
    if queuesFactors { (factors, queuesFactors) = (nil, false) }
    commitDelivery()
    feed.commit()
    transfers.commit()
    path.commit()
    isAwake = !isQuiescent
  }

  private mutating func commitDelivery() {
    guard let delivery else { return }
    self.delivery = nil
    switch LoadBuffer(rawValue: delivery.buffer) {
    case .vectorParameters:
      for byte in 0..<delivery.count {
        path.unit.writeParameter(delivery.beat[delivery.first + byte], at: delivery.address + byte)
      }
    case .vectorOperands:
      path.buffer.commitWrite(delivery.beat, first: delivery.first, count: delivery.count, at: delivery.address)
    case .ifmap, .filter, .bias, nil: preconditionFailure("the array's operands come over streams of their own")
    }
  }

  /// Whether something moves at the next edge.
  func isBusy(_ channels: borrowing LinkPort.Channels) -> Bool {
    guard isAwake else { return false }
    return factors != nil || feed.canAct(path.unit) || path.isBusy(transfers)
      || transfers.activity(
        requests: channels.vectorRequests, responses: channels.vectorAnswers, packed: path.packed) == .busy
  }

  /// Everything that was begun is stored, as far as the chip knows.
  var isQuiescent: Bool { factors == nil && feed.isIdle && path.isQuiescent && transfers.isQuiescent }

  /// Books cycles in which nothing could move.
  mutating func credit(skipped cycles: Int, _ channels: borrowing LinkPort.Channels) {
    path.credit(skipped: cycles)
    transfers.credit(skipped: cycles, requests: channels.vectorRequests, packed: path.packed)
  }
}

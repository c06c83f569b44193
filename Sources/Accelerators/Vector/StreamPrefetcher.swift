import Memory

/// Brings the operands of a vector layer into the vector buffer, tile after tile, and hands its jobs to the sequencer.
///
/// A tile is loaded as soon as the tile two before it was read; its job starts when its last byte has arrived.
struct StreamPrefetcher: Sendable, Codable {
  private(set) var layer: PlacedVectorLayer?
  private var needsParameters = false
  private var tile = 0
  private var part = 0
  private var job = 0

  mutating func begin(_ layer: PlacedVectorLayer?) {
    self = StreamPrefetcher()
    self.layer = layer
    needsParameters = layer?.parameterLoad != nil
  }

  var isFinished: Bool {
    guard let layer else { return true }
    return tile == layer.tiles.count && job == layer.tiles.count && !needsParameters
  }

  /// What it sees of the rest of the machine, in committed state.
  struct View {
    let loadedTiles: Int
    let readTiles: Int
    let canQueueLoad: Bool
    let canQueueJob: Bool
  }

  private func canLoad(_ layer: PlacedVectorLayer, _ view: View) -> Bool {
    view.canQueueLoad && (needsParameters || (tile < layer.tiles.count && tile < view.readTiles + 2))
  }

  private func canStart(_ view: View) -> Bool { view.canQueueJob && job < view.loadedTiles }

  func canAct(_ view: View) -> Bool {
    guard let layer else { return false }
    return canLoad(layer, view) || canStart(view)
  }

  /// What it queues in this cycle: at most one load and one job.
  mutating func evaluate(_ view: View) -> (load: TransferEngine.Load?, job: VectorJob?) {
    guard let layer else { return (nil, nil) }
    let load = canLoad(layer, view) ? nextLoad(layer) : nil
    guard canStart(view) else { return (load, nil) }
    job += 1
    return (load, layer.tiles[job - 1].job)
  }

  private mutating func nextLoad(_ layer: PlacedVectorLayer) -> TransferEngine.Load {
    if needsParameters, let load = layer.parameterLoad {
      needsParameters = false
      return .init(load, into: .vectorParameters)
    }
    let load = layer.tiles[tile].loads[part]
    part += 1
    if part == layer.tiles[tile].loads.count { (tile, part) = (tile + 1, 0) }
    return .init(load, into: .vectorOperands)
  }
}

import Mappings
import Memory

/// Brings tiles into the scratchpads in the order in which folds need them, and stores finished psums.
///
/// It walks the folds ahead of the array. A tile is loaded as soon as a half of its scratchpad holds nothing that is still
/// needed; because loads go in the order of first use, they can never block each other for ever.
struct TilePrefetcher: Sendable, Codable {
  /// What it is about.
  enum State: UInt8, CaseIterable, Sendable, Codable {
    case idle, loadingParameters, loadingBias, loadingIfmap, loadingFilter, waitingForHalf, waitingForQueue, finished
  }

  private var cursor: FoldCursor?
  /// Why there is no fold under the cursor; nil if there is one.
  private var end: State? = .idle
  /// Tiles of that fold, looked at in every cycle.
  private var nextIfmapTile = 0
  private var nextFilterTile = 0
  var state = State.idle
  private(set) var requestedIfmapTiles = 0
  private(set) var requestedFilterTiles = 0
  private var areParametersRequested = true
  private var isBiasRequested = true

  private var storeCursor: FoldCursor?
  private var storedTiles = 0
  private var storeParts: [Transfer] = []
  private var storeFilter = 0

  mutating func begin(_ layer: PlacedLayer) {
    self = TilePrefetcher()
    cursor = FoldCursor(layer.schedule)
    readTiles(layer.schedule)
    storeCursor = FoldCursor(layer.schedule)
    areParametersRequested = !layer.requantises
    isBiasRequested = layer.biasAddress == nil
  }

  /// Every load was requested and every store queued.
  var isFinished: Bool { (cursor?.isAtEnd ?? true) && (storeCursor?.isAtEnd ?? true) && storeParts.isEmpty }

  /// What the prefetcher can see of the rest of the machine, in committed state.
  struct View {
    /// Oldest tiles that folds to come still read.
    let inUse: FoldSequencer.TilesInUse
    /// Halves of the scratchpads.
    let halves: FoldSequencer.TilesInUse
    /// Complete sets of psums in the accumulator.
    let completedPsumTiles: Int
    /// Whether a load can be queued, and whether a finished set of psums can be handed on: to the port, or to the vector unit.
    let canQueueLoad: Bool
    let canQueueStore: Bool
  }

  /// What the load side does next.
  private enum LoadStep {
    case wait(State)
    case parameters
    case bias
    case ifmap
    case filter
    case nextFold
  }

  private mutating func nextLoad(_ view: View) -> LoadStep {
    if let end { return .wait(end) }
    guard view.canQueueLoad else { return .wait(.waitingForQueue) }
    if !areParametersRequested { return .parameters }
    if !isBiasRequested { return .bias }
    if nextIfmapTile == requestedIfmapTiles {
      return nextIfmapTile < view.inUse.ifmap + view.halves.ifmap ? .ifmap : .wait(.waitingForHalf)
    }
    if nextFilterTile == requestedFilterTiles {
      return nextFilterTile < view.inUse.filter + view.halves.filter ? .filter : .wait(.waitingForHalf)
    }
    return .nextFold
  }

  private mutating func readTiles(_ schedule: SystolicSchedule) {
    guard let cursor, !cursor.isAtEnd else {
      end = .finished
      return
    }
    end = nil
    let fold = cursor.fold(in: schedule)
    (nextIfmapTile, nextFilterTile) = (fold.ifmapTile, fold.filterTile)
  }

  /// What it waits for if it can do nothing in this cycle, as in most; nil if `evaluate` would do something.
  ///
  /// `mutating`, so that it is asked in place and not copied.
  mutating func wait(_ view: View) -> State? {
    guard storeParts.isEmpty ? storedTiles >= view.completedPsumTiles : !view.canQueueStore else { return nil }
    guard case .wait(let reason) = nextLoad(view) else { return nil }
    return reason
  }

  /// Queues at most one load and one store.
  mutating func evaluate(
    _ layer: PlacedLayer, _ view: View, engine: inout TransferEngine, vector: inout VectorPath
  ) {
    switch nextLoad(view) {
    case .wait(let reason):
      state = reason
    case .parameters:
      state = .loadingParameters
      areParametersRequested = true
      if let requantisation = layer.requantisation {
        engine.queue(.init(requantisation.load, into: .vectorParameters))
      }
    case .bias:
      state = .loadingBias
      isBiasRequested = true
      engine.queue(.init(layer.biasLoad, into: .bias))
    case .ifmap:
      state = .loadingIfmap
      requestedIfmapTiles += 1
      guard let fold = cursor?.fold(in: layer.schedule) else { break }
      engine.queue(.init(layer.ifmapLoad(fold, half: fold.ifmapTile % view.halves.ifmap), into: .ifmap))
    case .filter:
      state = .loadingFilter
      requestedFilterTiles += 1
      guard let fold = cursor?.fold(in: layer.schedule) else { break }
      engine.queue(
        .init(layer.filterLoad(fold, half: fold.filterTile % view.halves.filter), into: .filter))
    case .nextFold:
      cursor?.advance(in: layer.schedule)
      readTiles(layer.schedule)
    }
    nextStore(layer, view.completedPsumTiles)
    guard !storeParts.isEmpty, view.canQueueStore else { return }
    if layer.requantises {
      vector.queue(layer.vectorJob(storeParts.removeFirst(), firstFilter: storeFilter))
    } else {
      engine.queue(store: storeParts.removeFirst())
    }
  }

  /// Works out the stores of the next complete set of psums.
  private mutating func nextStore(_ layer: PlacedLayer, _ completedTiles: Int) {
    guard storeParts.isEmpty, storedTiles < completedTiles, let cursor = storeCursor else { return }
    let fold = cursor.fold(in: layer.schedule)
    storeParts = layer.psumStores(fold)
    storeFilter = layer.firstFilter(of: fold)
    storedTiles += 1
    for _ in 0..<layer.schedule.reductionFolds { storeCursor?.advance(in: layer.schedule) }
  }
}

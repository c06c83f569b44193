import Compute
import Mappings
import Memory

/// Why no further fold enters the array.
enum FoldHold: UInt8, CaseIterable, Sendable, Codable {
  /// Nothing holds it.
  case none
  /// The ifmap tile is not in its scratchpad yet.
  case ifmapTile
  /// The filter tile is not in its scratchpad yet.
  case filterTile
  /// Every half of the accumulator still holds psums that must be stored.
  case accumulator
  /// The array is not free, by the rules of `FoldTiming`.
  case array
  /// Every fold of the layer has entered.
  case finished
}

/// The control of the array: two counters that walk the folds, one loading stationary operands, one streaming.
///
/// In every enabled step it says which vector each edge reads and what the columns' feet do. All its rules are in
/// `FoldTiming`; what it waits for is in `hold`.
struct FoldSequencer: Sendable, Codable {
  /// What one step asks of the edges; -1 where nothing enters.
  struct Issue: Sendable, Codable, Equatable {
    /// Array row of the stationary operand that enters at the north edge, for `loadingFold`.
    var loadRow = -1
    /// Vector of `currentFold` that enters at the west edge, and on OS at the north edge too.
    var vector = -1
    /// Vectors of that fold.
    var vectors = 0
    /// Why no vector enters.
    var hold = FoldHold.none

    var loads: Bool { loadRow >= 0 }
    var streams: Bool { vector >= 0 }
    var isEmpty: Bool { !loads && !streams }
    var isFirst: Bool { vector == 0 }
    var isLast: Bool { vector == vectors - 1 }
  }

  /// The oldest tiles that folds to come still read.
  struct TilesInUse: Sendable, Codable, Equatable {
    var ifmap = 0
    var filter = 0
  }

  /// What the rest of the machine has ready, in committed state.
  struct Readiness {
    /// Tiles loaded so far.
    let ifmapTiles: Int
    let filterTiles: Int
    /// Sets of psums stored so far.
    let storedPsumTiles: Int
  }

  let timing: FoldTiming
  let accumulatorHalves: Int
  let halfWords: Int

  private(set) var schedule: SystolicSchedule?
  /// Steps issued since the machine was built.
  private(set) var step = 0
  /// The last step that still has something of an issued fold in edge registers, array or feet.
  private(set) var busyUntil = Int.min >> 1

  // The loader: WS and IS.
  private var loadCursor: FoldCursor?
  /// The fold being loaded, or the next one.
  private(set) var loadingFold: Fold?
  private var loadRow = -1
  private var loadedFolds = 0
  private var loadedAt = 0

  // The streamer.
  private var streamCursor: FoldCursor?
  /// The fold in whose stream the machine is, or the next one.
  private(set) var currentFold: Fold?
  private var streamVector = -1
  private var streamVectors = 0
  private var streamStart = 0
  private var streamedFolds = 0
  private var previousStart = Int.min >> 1
  private var previousVectors = 0

  init(_ spec: SystolicSpec) {
    timing = spec.timing
    accumulatorHalves = spec.accumulatorHalves
    halfWords = spec.accumulatorBytes / spec.accumulatorHalves / 4
  }

  /// Starts a layer.
  mutating func begin(_ schedule: SystolicSchedule) {
    self.schedule = schedule
    streamCursor = FoldCursor(schedule)
    loadCursor = timing.loadSteps > 0 ? FoldCursor(schedule) : nil
    currentFold = schedule.firstFold
    streamVectors = schedule.firstFold[schedule.spatial.streamed].count
    loadingFold = loadCursor == nil ? nil : schedule.firstFold
    (loadRow, loadedFolds, loadedAt) = (-1, 0, 0)
    (streamVector, streamedFolds) = (-1, 0)
    (previousStart, previousVectors) = (Int.min >> 1, 0)
    updateTilesInUse()
  }

  /// Whether the current step still moves something that was issued before.
  func isDraining(edgeLatency: Int) -> Bool { step <= busyUntil + edgeLatency }

  /// Whether every fold has entered.
  var isFinished: Bool { currentFold == nil }

  /// The oldest tiles that folds to come still read; earlier halves may be overwritten.
  private(set) var tilesInUse = TilesInUse()

  private mutating func updateTilesInUse() {
    guard let schedule else { return }
    let stream = currentFold
    let load = timing.loadSteps > 0 ? loadingFold : stream
    let ifmapReader = schedule.dataflow == .inputStationary ? load : stream
    let filterReader = schedule.dataflow == .weightStationary ? load : stream
    tilesInUse = TilesInUse(
      ifmap: ifmapReader?.ifmapTile ?? schedule.ifmapTileCount,
      filter: filterReader?.filterTile ?? schedule.filterTileCount)
  }

  private mutating func nextStreamFold() {
    guard let schedule else { return }
    streamCursor?.advance(in: schedule)
    currentFold = streamCursor.flatMap { $0.isAtEnd ? nil : $0.fold(in: schedule) }
    streamVectors = currentFold.map { $0[schedule.spatial.streamed].count } ?? 0
    updateTilesInUse()
  }

  private mutating func nextLoadFold() {
    guard let schedule else { return }
    loadCursor?.advance(in: schedule)
    loadingFold = loadCursor.flatMap { $0.isAtEnd ? nil : $0.fold(in: schedule) }
    updateTilesInUse()
  }

  // MARK: One step

  /// Decides what enters in this step, from committed state; it changes nothing. `mutating`, so that it is asked in place.
  mutating func issue(_ ready: Readiness) -> Issue {
    var issue = Issue()
    nextVector(ready, &issue)
    nextLoadRow(ready, &issue)
    return issue
  }

  /// The clock edge of an enabled step.
  mutating func advance(_ issue: Issue) {
    if issue.streams { advanceStream(issue) }
    if issue.loads { advanceLoad(issue) }
    step += 1
  }

  private mutating func nextVector(_ ready: Readiness, _ issue: inout Issue) {
    if streamVector < 0 {
      issue.hold = holdOfStream(ready)
      guard issue.hold == .none else { return }
    }
    issue.vector = max(streamVector, 0)
    issue.vectors = streamVectors
  }

  private mutating func advanceStream(_ issue: Issue) {
    if issue.isFirst {
      streamStart = step
      busyUntil = max(busyUntil, step + timing.streamSteps(vectors: issue.vectors) + 1)
    }
    streamVector = issue.vector + 1
    guard issue.isLast else { return }
    (previousStart, previousVectors) = (streamStart, issue.vectors)
    streamVector = -1
    streamedFolds += 1
    nextStreamFold()
  }

  private mutating func holdOfStream(_ ready: Readiness) -> FoldHold {
    guard let fold = currentFold else { return .finished }
    if timing.loadSteps > 0, loadedFolds <= fold.index || step < loadedAt { return .array }
    let earliest = timing.nextStream(start: previousStart, vectors: previousVectors, next: streamVectors)
    if streamedFolds > 0, step < earliest { return .array }
    if timing.dataflow != .inputStationary, ready.ifmapTiles <= fold.ifmapTile { return .ifmapTile }
    if timing.dataflow != .weightStationary, ready.filterTiles <= fold.filterTile { return .filterTile }
    if fold.psumTile >= ready.storedPsumTiles + accumulatorHalves { return .accumulator }
    return .none
  }

  /// The bottom row's operands enter first and shift all the way down.
  private mutating func nextLoadRow(_ ready: Readiness, _ issue: inout Issue) {
    guard loadRow < 0 else {
      issue.loadRow = loadRow
      return
    }
    guard canLoad(streams: issue.streams), let fold = loadingFold else { return }
    let isFilter = timing.dataflow == .weightStationary
    if isFilter ? ready.filterTiles > fold.filterTile : ready.ifmapTiles > fold.ifmapTile {
      issue.loadRow = timing.rows - 1
    } else if !issue.streams {
      issue.hold = isFilter ? .filterTile : .ifmapTile
    }
  }

  private mutating func advanceLoad(_ issue: Issue) {
    busyUntil = max(busyUntil, step + timing.rows + timing.columns + 1)
    loadRow = issue.loadRow - 1
    guard issue.loadRow == 0 else { return }
    loadedFolds += 1
    loadedAt = step + 1
    nextLoadFold()
  }

  /// Single-buffered: when the fold before has left the array. Double-buffered: once it has begun to stream.
  private mutating func canLoad(streams: Bool) -> Bool {
    guard loadedFolds > 0 else { return true }
    if timing.isDoubleBuffered {
      return streamedFolds >= loadedFolds || (streamedFolds == loadedFolds - 1 && streams)
    }
    return streamedFolds >= loadedFolds
      && step >= timing.nextStream(start: previousStart, vectors: previousVectors, next: 0)
  }
}

// MARK: - Labels

extension FoldSequencer {
  /// What PEs do while nothing enters. `mutating`, like the next one, so that it is asked in place.
  mutating func waitLabel(_ hold: FoldHold) -> PECycleLabel {
    switch hold {
    case .ifmapTile: .waitIfmap
    case .filterTile: .waitFilter
    case .accumulator: .waitPsum
    case .none, .array: latencyLabel
    case .finished: .waitOutput
    }
  }

  /// What PEs do while operands are on their way from scratchpad to edge, and while the last psums leave the feet.
  var latencyLabel: PECycleLabel {
    mutating get {
      if isFinished { return .waitOutput }
      return timing.dataflow == .weightStationary ? .waitFilter : .waitIfmap
    }
  }
}

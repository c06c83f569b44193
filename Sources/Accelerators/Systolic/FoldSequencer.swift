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
  /// A row of a stationary operand that enters at the north edge.
  struct LoadIssue: Sendable, Codable, Equatable {
    let fold: Fold
    /// Array row it is for.
    let row: Int
  }

  /// A vector that enters: at the west edge, and on OS at the north edge too.
  struct StreamIssue: Sendable, Codable, Equatable {
    let fold: Fold
    /// Number of the vector in the fold, and of vectors.
    let vector: Int
    let vectors: Int

    var isFirst: Bool { vector == 0 }
    var isLast: Bool { vector == vectors - 1 }
  }

  /// What one step asks of the edges.
  struct Issue: Sendable, Codable, Equatable {
    var load: LoadIssue?
    var stream: StreamIssue?

    var isEmpty: Bool { load == nil && stream == nil }
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
  private(set) var hold = FoldHold.finished
  /// The last step that still has something of an issued fold in edge registers, array or feet.
  private(set) var busyUntil = Int.min >> 1

  // The loader: WS and IS.
  private var loadCursor: FoldCursor?
  private var loadRow = -1
  private var loadedFolds = 0
  private var loadedAt = 0

  // The streamer.
  private var streamCursor: FoldCursor?
  private var streamVector = -1
  private var streamStart = 0
  private var streamedFolds = 0
  private var previousStart = Int.min >> 1
  private var previousVectors = 0

  init(_ spec: SystolicSpec) {
    timing = FoldTiming(spec)
    accumulatorHalves = spec.accumulatorHalves
    halfWords = spec.accumulatorBytes / spec.accumulatorHalves / 4
  }

  /// Starts a layer.
  mutating func begin(_ schedule: SystolicSchedule) {
    self.schedule = schedule
    streamCursor = FoldCursor(schedule)
    loadCursor = timing.loadSteps > 0 ? FoldCursor(schedule) : nil
    (loadRow, loadedFolds, loadedAt) = (-1, 0, 0)
    (streamVector, streamedFolds) = (-1, 0)
    (previousStart, previousVectors) = (Int.min >> 1, 0)
    hold = .none
  }

  /// Whether the current step still moves something that was issued before.
  func isDraining(edgeLatency: Int) -> Bool { step <= busyUntil + edgeLatency }

  /// Whether every fold has entered.
  var isFinished: Bool { streamCursor?.isAtEnd ?? true }

  /// The fold in whose stream the machine is, or the next one.
  var currentFold: Fold? {
    guard let schedule, let streamCursor, !streamCursor.isAtEnd else { return nil }
    return streamCursor.fold(in: schedule)
  }

  /// The fold being loaded, or the next one.
  var loadingFold: Fold? {
    guard let schedule, let loadCursor, !loadCursor.isAtEnd else { return nil }
    return loadCursor.fold(in: schedule)
  }

  /// The oldest tiles that folds to come still read; earlier halves may be overwritten.
  var tilesInUse: TilesInUse {
    guard let schedule else { return TilesInUse() }
    let stream = currentFold
    let load = timing.loadSteps > 0 ? loadingFold : stream
    let end = (ifmap: schedule.ifmapTileCount, filter: schedule.filterTileCount)
    switch schedule.dataflow {
    case .weightStationary: return TilesInUse(ifmap: stream?.ifmapTile ?? end.ifmap, filter: load?.filterTile ?? end.filter)
    case .inputStationary: return TilesInUse(ifmap: load?.ifmapTile ?? end.ifmap, filter: stream?.filterTile ?? end.filter)
    case .outputStationary: return TilesInUse(ifmap: stream?.ifmapTile ?? end.ifmap, filter: stream?.filterTile ?? end.filter)
    }
  }

  // MARK: One step

  /// Decides what enters in this step. Must be followed by `advance` if the step is taken.
  mutating func issue(_ ready: Readiness) -> Issue {
    var issue = Issue()
    issue.stream = nextVector(ready)
    issue.load = nextLoadRow(ready)
    return issue
  }

  /// The clock edge of an enabled step.
  mutating func advance() { step += 1 }

  private mutating func nextVector(_ ready: Readiness) -> StreamIssue? {
    guard let schedule, let fold = currentFold else {
      hold = .finished
      return nil
    }
    let vectors = fold[schedule.spatial.streamed].count
    if streamVector < 0 {
      hold = holdOfStream(fold, vectors: vectors, ready)
      guard hold == .none else { return nil }
      streamVector = 0
      streamStart = step
    }
    let vector = streamVector
    let issue = StreamIssue(fold: fold, vector: vector, vectors: vectors)
    streamVector += 1
    busyUntil = max(busyUntil, streamStart + timing.streamSteps(vectors: vectors) + 1)
    if issue.isLast {
      (previousStart, previousVectors) = (streamStart, vectors)
      streamVector = -1
      streamedFolds += 1
      streamCursor?.advance(in: schedule)
    }
    return issue
  }

  private func holdOfStream(_ fold: Fold, vectors: Int, _ ready: Readiness) -> FoldHold {
    guard let schedule else { return .finished }
    if timing.loadSteps > 0, loadedFolds <= fold.index || step < loadedAt { return .array }
    let earliest = timing.nextStream(start: previousStart, vectors: previousVectors, next: vectors)
    if streamedFolds > 0, step < earliest { return .array }
    if schedule.dataflow != .inputStationary, ready.ifmapTiles <= fold.ifmapTile { return .ifmapTile }
    if schedule.dataflow != .weightStationary, ready.filterTiles <= fold.filterTile { return .filterTile }
    if fold.psumTile >= ready.storedPsumTiles + accumulatorHalves { return .accumulator }
    return .none
  }

  private mutating func nextLoadRow(_ ready: Readiness) -> LoadIssue? {
    guard let schedule, let fold = loadingFold else { return nil }
    if loadRow < 0 {
      guard canLoad(fold) else { return nil }
      let isResident =
        schedule.dataflow == .weightStationary
        ? ready.filterTiles > fold.filterTile : ready.ifmapTiles > fold.ifmapTile
      guard isResident else {
        hold = schedule.dataflow == .weightStationary ? .filterTile : .ifmapTile
        return nil
      }
      loadRow = timing.rows - 1
    }
    // The bottom row's operands enter first and shift all the way down.
    let row = loadRow
    loadRow -= 1
    busyUntil = max(busyUntil, step + timing.rows + timing.columns + 1)
    if row == 0 {
      loadedFolds += 1
      loadedAt = step + 1
      loadCursor?.advance(in: schedule)
    }
    return LoadIssue(fold: fold, row: row)
  }

  /// Single-buffered: when the fold before has left the array. Double-buffered: once it has begun to stream.
  private func canLoad(_ fold: Fold) -> Bool {
    guard fold.index > 0 else { return true }
    if timing.isDoubleBuffered {
      return streamedFolds >= fold.index || (streamedFolds == fold.index - 1 && streamVector >= 0)
    }
    return streamedFolds >= fold.index
      && step >= timing.nextStream(start: previousStart, vectors: previousVectors, next: 0)
  }
}

// MARK: - Labels

extension FoldSequencer {
  /// What PEs do while nothing enters.
  func waitLabel(_ hold: FoldHold) -> PECycleLabel {
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
    if isFinished { return .waitOutput }
    return timing.dataflow == .weightStationary ? .waitFilter : .waitIfmap
  }
}

internal import Tensors
internal import Workloads

/// What a systolic schedule will take, by closed forms over its folds: nothing is simulated.
///
/// Cycles hold while no tile, no half of the accumulator and no bank is waited for; accesses hold always.
public struct SystolicForecast: Sendable, Equatable {
  /// Uses of the array.
  public let folds: Int
  /// Cycles in which a fold occupies the array.
  ///
  /// Single-buffered: the sum over folds of 2R + C + T - 2 + P - 1. Double-buffered: folds overlap by `FoldTiming`.
  public let arrayCycles: Int
  /// Cycles of the longest fold without overlap.
  public let longestFoldCycles: Int
  /// PE-cycles in which a PE has a part of the product, from each fold's first vector to its last: the array less its
  /// ragged edges.
  public let mappedPECycles: Int
  /// PE-cycles of the streams of all folds, edges included.
  public let streamedPECycles: Int
  /// MACs of the layer.
  public let macs: Int
  /// PEs of the array.
  public let peCount: Int
  /// Words read and written at every level.
  public let accesses: AccessCounts
  /// Bytes that loads bring and stores take away.
  public let loadedBytes: Int
  /// Bytes that stores take away.
  public let storedBytes: Int

  /// MACs a PE-cycle that the array cannot exceed on this schedule: MACs / (PEs x `arrayCycles`).
  public var utilisationBound: Double { Double(macs) / (Double(peCount) * Double(arrayCycles)) }

  /// The part of the array that has work while vectors stream: 1 but for ragged folds.
  public var mappedShare: Double { Double(mappedPECycles) / Double(streamedPECycles) }

  /// The forecast of a schedule on an array with `timing`; `hasBias` says whether biases are loaded.
  public init(_ schedule: SystolicSchedule, timing: FoldTiming, hasBias: Bool) {
    let layer = schedule.layer
    folds = schedule.foldCount
    macs = layer.macs
    peCount = timing.rows * timing.columns
    let walk = FoldWalk(schedule, timing)
    arrayCycles = walk.cycles
    longestFoldCycles = walk.longestFold
    mappedPECycles = walk.mappedPECycles
    streamedPECycles = walk.streamedVectors * peCount
    let traffic = SystolicTraffic(schedule, hasBias: hasBias)
    accesses = traffic.accesses
    loadedBytes =
      (traffic.loadedIfmap + traffic.loadedFilter) * schedule.resources.operandBytes + (hasBias ? layer.filters * 4 : 0)
    storedBytes = layer.ofmapShape.count * 4
  }
}

/// A walk over all folds that adds up when they enter and leave.
private struct FoldWalk {
  var cycles = 0
  var longestFold = 0
  var mappedPECycles = 0
  var streamedVectors = 0

  init(_ schedule: SystolicSchedule, _ timing: FoldTiming) {
    var cursor = FoldCursor(schedule)
    // The first fold's stationary operand has shifted in.
    var start = timing.loadSteps
    var last = 0
    while !cursor.isAtEnd {
      let fold = cursor.fold(in: schedule)
      let vectors = fold[schedule.spatial.streamed].count
      if fold.index > 0 { start = Self.nextStart(start, vectors: last, next: vectors, timing) }
      cycles = start + timing.streamSteps(vectors: vectors)
      longestFold = max(longestFold, timing.foldSteps(vectors: vectors))
      mappedPECycles += vectors * fold[schedule.spatial.rows].count * fold[schedule.spatial.columns].count
      streamedVectors += vectors
      last = vectors
      cursor.advance(in: schedule)
    }
  }

  /// When the next fold streams: behind the rules of `FoldTiming`, and behind the load of its own operand.
  private static func nextStart(_ start: Int, vectors: Int, next: Int, _ timing: FoldTiming) -> Int {
    let free = timing.nextStream(start: start, vectors: vectors, next: next)
    // Single-buffered, the load begins when the array is free; double-buffered, when the fold before begins to stream.
    return timing.isDoubleBuffered ? max(free, start + timing.loadSteps) : free + timing.loadSteps
  }
}

/// The words that a schedule moves, level by level.
private struct SystolicTraffic {
  let loadedIfmap: Int
  let loadedFilter: Int
  let accesses: AccessCounts

  init(_ schedule: SystolicSchedule, hasBias: Bool) {
    let layer = schedule.layer
    let reuse = LayerReuse(layer)
    let positionFolds = schedule.ifmapTiles.reduce(0) { $0 + schedule.positionFolds(of: $1) }
    let ofmap = layer.ofmapShape.count
    let biases = hasBias ? layer.filters : 0
    // Every cut of the filters walks all windows again, every cut of the positions all weights.
    let windowElements = reuse.ifmapUses / layer.filtersPerGroup
    let ifmapReads = schedule.filterFolds * windowElements
    let paddingReads = schedule.filterFolds * (reuse.paddingMACs / layer.filtersPerGroup)
    let filterReads = positionFolds * layer.weights
    let sums = ofmap * schedule.reductionFolds
    loadedIfmap = schedule.ifmapTiles.reduce(0) { $0 + $1.elements(of: layer) } * layer.groups
    loadedFilter = schedule.filterResidency == .group ? layer.weights : filterReads
    var accesses = AccessCounts(operandBits: 8 * schedule.resources.operandBytes, psumBits: 32, ofmapBits: 32)
    accesses.macs = layer.macs
    accesses[.dram, .ifmap] = .init(reads: loadedIfmap)
    accesses[.dram, .filter] = .init(reads: loadedFilter)
    accesses[.dram, .psum] = .init(reads: biases, writes: ofmap)
    accesses[.globalBuffer, .ifmap] = .init(reads: ifmapReads, writes: loadedIfmap)
    accesses[.globalBuffer, .filter] = .init(reads: filterReads, writes: loadedFilter)
    accesses[.globalBuffer, .psum] = .init(reads: sums + ofmap, writes: sums + biases)
    Self.countArray(
      &accesses, schedule.dataflow, ifmapLoads: ifmapReads + paddingReads, filterLoads: filterReads, sums: sums)
    self.accesses = accesses
  }

  private static func countArray(
    _ accesses: inout AccessCounts, _ dataflow: Dataflow, ifmapLoads: Int, filterLoads: Int, sums: Int
  ) {
    let macs = accesses.macs
    for kind in TensorKind.allCases { accesses[.array, kind] = .init(writes: macs) }
    switch dataflow {
    case .weightStationary:
      accesses[.array, .filter] = .init(writes: filterLoads)
      accesses[.spad, .filter] = .init(reads: macs, writes: filterLoads)
    case .inputStationary:
      accesses[.array, .ifmap] = .init(writes: ifmapLoads)
      accesses[.spad, .ifmap] = .init(reads: macs, writes: ifmapLoads)
    case .outputStationary:
      accesses[.array, .psum] = .init(writes: sums)
      accesses[.spad, .psum] = .init(reads: macs, writes: macs)
    }
  }
}

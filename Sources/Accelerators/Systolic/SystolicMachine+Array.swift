import Compute
import Mappings
import Memory

// The array step: one clock enable for sequencer, scratchpad reads, skew registers, PEs and accumulator.

extension SystolicMachine {
  /// Step of the array, counted at its edge: what was issued `edgeLatency` steps ago stands there now.
  var edgeStep: Int { folds.step - spec.edgeLatency }

  /// Whether the array has something to do at the next edge.
  var isArrayBusy: Bool {
    if conflictCycles > 0 || folds.isDraining(edgeLatency: spec.edgeLatency) { return true }
    if folds.isFinished { return false }
    var sequencer = folds
    return !sequencer.issue(readiness).isEmpty
  }

  mutating func evaluateArray() {
    counters.cycles += 1
    guard conflictCycles == 0, let layer else {
      conflictCycles = max(0, conflictCycles - 1)
      counters.labels[layer == nil ? .idle : conflictLabel] += spec.peCount
      return
    }
    issue = folds.issue(readiness)
    isEnabled = !issue.isEmpty || folds.isDraining(edgeLatency: spec.edgeLatency)
    guard isEnabled else {
      counters.labels[folds.waitLabel(folds.hold)] += spec.peCount
      return
    }
    trackFolds()
    feedNorth(layer)
    feedWest(layer)
    schedulePsums(layer)
    stepArray()
    label()
  }

  mutating func commitArray() {
    guard isEnabled else { return }
    isEnabled = false
    stationaryArray?.commit()
    outputStationaryArray?.commit()
    accumulator.commit()
    west.advance()
    north.advance()
    psumSchedule.retire(at: edgeStep)
    folds.advance()
    waves.retire(before: edgeStep)
    tilesInUse = folds.tilesInUse
  }
}

// MARK: - Edges

extension SystolicMachine {
  /// The west edge: one vector of the operand that streams across the rows.
  private mutating func feedWest(_ layer: PlacedLayer) {
    guard let stream = issue.stream else {
      west.pushEmpty()
      return
    }
    let fold = stream.fold
    let isIfmap = spec.dataflow != .inputStationary
    let lanes = layer.schedule.spatial.rows
    if stream.isFirst {
      if isIfmap {
        ifmapSpad.begin(layer.ifmapStream(fold, lanes: lanes, half: fold.ifmapTile % spec.ifmapSpad.halves))
      } else {
        filterSpad.begin(layer.filterStream(fold, lanes: lanes, half: fold.filterTile % spec.filterSpad.halves))
      }
    }
    let conflicts = isIfmap ? ifmapSpad.read(step: stream.vector) : filterSpad.read(step: stream.vector)
    note(conflicts, isIfmap ? .waitIfmap : .waitFilter)
    let pulse = spec.dataflow == .outputStationary ? stream.isLast : stream.isFirst
    let flags = OperandFlags.valid | (pulse && spec.isDoubleBuffered ? OperandFlags.swap : 0)
    west.push(isIfmap ? ifmapSpad.vector : filterSpad.vector, flags: flags, used: fold[lanes].count)
  }

  /// The north edge: a row of the stationary operand while it loads, or the filters of an output-stationary array.
  private mutating func feedNorth(_ layer: PlacedLayer) {
    if spec.dataflow == .outputStationary {
      guard let stream = issue.stream else { return north.pushEmpty() }
      feedFilters(layer, stream)
    } else {
      guard let load = issue.load else { return north.pushEmpty() }
      feedStationary(layer, load)
    }
  }

  private mutating func feedFilters(_ layer: PlacedLayer, _ stream: FoldSequencer.StreamIssue) {
    if stream.isFirst {
      filterSpad.begin(
        layer.filterStream(stream.fold, lanes: .n, half: stream.fold.filterTile % spec.filterSpad.halves))
    }
    note(filterSpad.read(step: stream.vector), .waitFilter)
    north.push(filterSpad.vector, flags: OperandFlags.valid, used: stream.fold.n.count)
  }

  /// Rows beyond a ragged fold's reduction load zeros without a valid bit: their PEs pass psums on unchanged.
  private mutating func feedStationary(_ layer: PlacedLayer, _ load: FoldSequencer.LoadIssue) {
    let fold = load.fold
    let columns = layer.schedule.spatial.columns
    let isFilter = spec.dataflow == .weightStationary
    if load.row == spec.rows - 1 {
      if isFilter {
        filterSpad.begin(layer.filterStream(fold, lanes: columns, half: fold.filterTile % spec.filterSpad.halves))
      } else {
        ifmapSpad.begin(layer.ifmapStream(fold, lanes: columns, half: fold.ifmapTile % spec.ifmapSpad.halves))
      }
    }
    let control = OperandFlags.shift | (load.row == 0 ? OperandFlags.loadEnd : 0)
    guard load.row < fold.k.count else {
      north.pushEmpty(flags: control)
      return
    }
    let conflicts = isFilter ? filterSpad.read(step: load.row) : ifmapSpad.read(step: load.row)
    note(conflicts, isFilter ? .waitFilter : .waitIfmap)
    north.push(
      isFilter ? filterSpad.vector : ifmapSpad.vector, flags: OperandFlags.valid | control,
      used: fold[columns].count)
  }

  /// Bank conflicts freeze the array for as long as the slower edge needs.
  private mutating func note(_ conflicts: Int, _ label: PECycleLabel) {
    guard conflicts > conflictCycles else { return }
    conflictCycles = conflicts
    conflictLabel = label
  }
}

// MARK: - PEs and feet

extension SystolicMachine {
  /// Books the folds that enter in this step.
  private mutating func trackFolds() {
    if let load = issue.load, load.row == spec.rows - 1 {
      waves.addLoad(wave(load.fold, vectors: 0, end: folds.step + spec.rows))
    }
    if let stream = issue.stream, stream.isFirst {
      counters.folds += 1
      let steps = folds.timing.streamSteps(vectors: stream.vectors)
      waves.addStream(wave(stream.fold, vectors: stream.vectors, end: folds.step + steps))
    }
  }

  private func wave(_ fold: Fold, vectors: Int, end: Int) -> FoldWave {
    let spatial = SpatialMapping(spec.dataflow)
    return FoldWave(
      start: folds.step, vectors: vectors, usedRows: fold[spatial.rows].count,
      usedColumns: fold[spatial.columns].count, end: end)
  }

  /// Writes the control words that will meet the psums of what enters in this step at the feet of the columns.
  private mutating func schedulePsums(_ layer: PlacedLayer) {
    guard let stream = issue.stream else { return }
    let step = folds.step + folds.timing.stepsToFoot
    if spec.dataflow != .outputStationary {
      psumSchedule.write(layer.psumControl(stream.fold, vector: stream.vector, drainedRows: -1), at: step)
    } else if stream.isLast {
      for drained in 0..<spec.rows {
        psumSchedule.write(
          layer.psumControl(stream.fold, vector: spec.rows - 1 - drained, drainedRows: drained), at: step + drained)
      }
    }
  }

  private mutating func stepArray() {
    let speaks = psumSchedule.read(at: edgeStep, into: &psumControl, drainedRows: &drainedRows)
    if speaks {
      stationaryArray?.copyBottomPsums(into: &accumulator.arriving)
      outputStationaryArray?.copyBottomPsums(into: &accumulator.arriving)
      accumulator.step(psumControl)
    }
    stationaryArray?.step(west: west, north: north)
    outputStationaryArray?.step(west: west, north: north, drainedRows: drainedRows)
  }

  /// Gives every PE-cycle of this step its label.
  private mutating func label() {
    let fires = stationaryArray?.firesInStep ?? outputStationaryArray?.firesInStep ?? 0
    let nonzero = stationaryArray?.nonzeroInStep ?? outputStationaryArray?.nonzeroInStep ?? 0
    counters.macs += fires
    counters.zeroOperandMacs += fires - nonzero
    guard waves.isOccupied(edgeStep) else {
      counters.labels[folds.latencyLabel] += spec.peCount
      return
    }
    counters.arrayCycles += 1
    counters.labels[.mac] += spec.gatesZeros ? nonzero : fires
    counters.labels[.gated] += spec.gatesZeros ? fires - nonzero : 0
    labelSilentPEs(fires)
  }

  private mutating func labelSilentPEs(_ fires: Int) {
    let entered = waves.entered(by: edgeStep)
    if let newest = entered.last, entered.count == 1 || spec.peCount == fires,
      newest.usedRows * newest.usedColumns == fires
    {
      counters.labels[.idle] += spec.peCount - fires
    } else if entered.isEmpty, let load = waves.loads.first {
      let used = load.usedRows * load.usedColumns
      counters.labels[.fill] += used
      counters.labels[.idle] += spec.peCount - used
    } else {
      let census = WaveCensus(waves: entered, step: edgeStep, rows: spec.rows, columns: spec.columns)
      counters.labels[.fill] += census.fill
      counters.labels[.drain] += census.drain
      counters.labels[.idle] += census.idle
    }
  }
}

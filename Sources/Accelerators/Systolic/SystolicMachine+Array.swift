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
    return !folds.issue(readiness).isEmpty
  }

  mutating func evaluateArray() {
    counters.cycles += 1
    wasFrozen = conflictCycles > 0
    guard conflictCycles == 0, let layer else {
      conflictCycles = max(0, conflictCycles - 1)
      counters.labels[layer == nil ? .idle : conflictLabel] += spec.peCount
      if layer != nil { counters.stalls[.bankConflict] += spec.peCount }
      return
    }
    issue = folds.issue(readiness)
    isEnabled = !issue.isEmpty || folds.isDraining(edgeLatency: spec.edgeLatency)
    guard isEnabled else {
      bookWait(issue.hold, cycles: 1)
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
    ifmapSpad.commitRead()
    filterSpad.commitRead()
    west.advance()
    north.advance()
    psumSchedule.retire(at: edgeStep)
    folds.advance(issue)
    waves.retire(before: edgeStep, reach: spec.rows + spec.columns)
  }
}

// MARK: - Edges

extension SystolicMachine {
  /// The west edge: one vector of the operand that streams across the rows.
  private mutating func feedWest(_ layer: PlacedLayer) {
    guard issue.streams, let fold = folds.currentFold else { return west.pushEmpty() }
    let isIfmap = spec.dataflow != .inputStationary
    let lanes = layer.spatial.rows
    if issue.isFirst {
      if isIfmap {
        ifmapSpad.begin(layer.ifmapStream(fold, lanes: lanes, half: fold.ifmapTile % spec.ifmapSpad.halves))
      } else {
        filterSpad.begin(layer.filterStream(fold, lanes: lanes, half: fold.filterTile % spec.filterSpad.halves))
      }
    }
    let conflicts = isIfmap ? ifmapSpad.read(step: issue.vector) : filterSpad.read(step: issue.vector)
    note(conflicts, isIfmap ? .waitIfmap : .waitFilter)
    let pulse = spec.dataflow == .outputStationary ? issue.isLast : issue.isFirst
    let flags = OperandFlags.valid | (pulse && spec.isDoubleBuffered ? OperandFlags.swap : 0)
    west.push(isIfmap ? ifmapSpad.vector : filterSpad.vector, flags: flags, used: fold[lanes].count)
  }

  /// The north edge: a row of the stationary operand while it loads, or the filters of an output-stationary array.
  private mutating func feedNorth(_ layer: PlacedLayer) {
    if spec.dataflow == .outputStationary {
      guard issue.streams, let fold = folds.currentFold else { return north.pushEmpty() }
      feedFilters(layer, fold)
    } else {
      guard issue.loads, let fold = folds.loadingFold else { return north.pushEmpty() }
      feedStationary(layer, fold)
    }
  }

  private mutating func feedFilters(_ layer: PlacedLayer, _ fold: Fold) {
    if issue.isFirst {
      filterSpad.begin(
        layer.filterStream(fold, lanes: .n, half: fold.filterTile % spec.filterSpad.halves))
    }
    note(filterSpad.read(step: issue.vector), .waitFilter)
    north.push(filterSpad.vector, flags: OperandFlags.valid, used: fold.n.count)
  }

  /// Rows beyond a ragged fold's reduction load zeros without a valid bit: their PEs pass psums on unchanged.
  private mutating func feedStationary(_ layer: PlacedLayer, _ fold: Fold) {
    let columns = layer.spatial.columns
    let isFilter = spec.dataflow == .weightStationary
    if issue.loadRow == spec.rows - 1 {
      if isFilter {
        filterSpad.begin(layer.filterStream(fold, lanes: columns, half: fold.filterTile % spec.filterSpad.halves))
      } else {
        ifmapSpad.begin(layer.ifmapStream(fold, lanes: columns, half: fold.ifmapTile % spec.ifmapSpad.halves))
      }
    }
    let control = OperandFlags.shift | (issue.loadRow == 0 ? OperandFlags.loadEnd : 0)
    guard issue.loadRow < fold.k.count else {
      north.pushEmpty(flags: control)
      return
    }
    let conflicts = isFilter ? filterSpad.read(step: issue.loadRow) : ifmapSpad.read(step: issue.loadRow)
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
    if issue.loadRow == spec.rows - 1, let fold = folds.loadingFold {
      waves.addLoad(wave(fold, vectors: 0, end: folds.step + spec.rows))
    }
    if issue.isFirst, let fold = folds.currentFold {
      counters.folds += 1
      let steps = folds.timing.streamSteps(vectors: issue.vectors)
      waves.addStream(wave(fold, vectors: issue.vectors, end: folds.step + steps))
    }
  }

  private func wave(_ fold: Fold, vectors: Int, end: Int) -> FoldWave {
    let spatial = SpatialMapping(spec.dataflow)
    return FoldWave(
      fold: fold, start: folds.step, vectors: vectors, usedRows: fold[spatial.rows].count,
      usedColumns: fold[spatial.columns].count, end: end)
  }

  /// Writes the control words that will meet the psums of what enters in this step at the feet of the columns.
  private mutating func schedulePsums(_ layer: PlacedLayer) {
    guard issue.streams, let fold = folds.currentFold else { return }
    let step = folds.step + folds.timing.stepsToFoot
    if spec.dataflow != .outputStationary {
      psumSchedule.write(layer.psumControl(fold, vector: issue.vector, drainedRows: -1), at: step)
    } else if issue.isLast {
      for drained in 0..<spec.rows {
        psumSchedule.write(
          layer.psumControl(fold, vector: spec.rows - 1 - drained, drainedRows: drained), at: step + drained)
      }
    }
  }

  private mutating func stepArray() {
    let slot = psumSchedule.speaks(at: edgeStep) ? psumSchedule.slot(at: edgeStep) : -1
    if slot >= 0 {
      stationaryArray?.copyBottomPsums(into: &accumulator.arriving)
      outputStationaryArray?.copyBottomPsums(into: &accumulator.arriving)
      accumulator.step(psumSchedule.ring, slot: slot)
    }
    if let macs = stationaryArray?.step(west: west, north: north) { (fires, nonzeroFires) = macs }
    if let macs = outputStationaryArray?.step(west: west, north: north, control: psumSchedule.ring, slot: slot) {
      (fires, nonzeroFires) = macs
    }
  }

  /// Gives every PE-cycle of this step its label.
  private mutating func label() {
    counters.macs += fires
    counters.zeroOperandMacs += fires - nonzeroFires
    guard waves.isOccupied(edgeStep) else {
      counters.labels[folds.latencyLabel] += spec.peCount
      counters.stalls[.latency] += spec.peCount
      return
    }
    counters.arrayCycles += 1
    counters.labels[.mac] += spec.gatesZeros ? nonzeroFires : fires
    counters.labels[.gated] += spec.gatesZeros ? fires - nonzeroFires : 0
    labelSilentPEs()
  }

  private mutating func labelSilentPEs() {
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

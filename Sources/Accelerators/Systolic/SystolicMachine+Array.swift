import Compute
import Mappings
import Memory

// The array step: one clock enable for sequencer, scratchpad reads, skew registers, PEs and accumulator.

extension SystolicMachine {
  /// Step of the array, counted at its edge: what was issued `edgeLatency` steps ago stands there now.
  var edgeStep: Int { folds.step &- edgeLatency }

  /// Whether the array has something to do at the next edge.
  var isArrayBusy: Bool {
    mutating get {
      if conflictCycles > 0 || folds.isDraining(edgeLatency: edgeLatency) { return true }
      return !folds.issue(readiness).isEmpty
    }
  }

  mutating func evaluateArray() {
    counters.cycles += 1
    wasFrozen = conflictCycles > 0
    guard !wasFrozen, layer != nil else {
      conflictCycles = max(0, conflictCycles - 1)
      counters.labels[layer == nil ? .idle : conflictLabel] += spec.peCount
      if layer != nil { counters.stalls[.bankConflict] += spec.peCount }
      return
    }
    issue = folds.issue(readiness)
    isEnabled = !issue.isEmpty || folds.isDraining(edgeLatency: edgeLatency)
    guard isEnabled else {
      bookWait(issue.hold, cycles: 1)
      return
    }
    if issue.loadRow == spec.rows - 1 { beginLoad() }
    if issue.isFirst { beginStream() }
    feedNorth()
    feedWest()
    schedulePsums()
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
    psumSchedule.advance()
    folds.advance(issue)
    waves.retire(before: edgeStep, reach: spec.rows + spec.columns)
  }
}

// MARK: - Folds that begin

extension SystolicMachine {
  /// A fold's first vector enters: its walks, and what stays as it is while it streams.
  private mutating func beginStream() {
    guard let layer, let fold = folds.currentFold else { return }
    let spatial = layer.spatial
    let steps = folds.timing.streamSteps(vectors: issue.vectors)
    counters.folds += 1
    waves.addStream(wave(fold, spatial, vectors: issue.vectors, end: folds.step + steps))
    streamed = StreamedFold(
      westLanes: fold[spatial.rows].count, northLanes: fold[spatial.columns].count, psums: FoldPsums(fold, of: layer))
    if spec.dataflow != .inputStationary { beginIfmap(layer, fold, lanes: spatial.rows) }
    if spec.dataflow == .inputStationary { beginFilter(layer, fold, lanes: spatial.rows) }
    if spec.dataflow == .outputStationary { beginFilter(layer, fold, lanes: spatial.columns) }
  }

  /// The first row of a fold's stationary operand enters.
  private mutating func beginLoad() {
    guard let layer, let fold = folds.loadingFold else { return }
    let spatial = layer.spatial
    waves.addLoad(wave(fold, spatial, vectors: 0, end: folds.step + spec.rows))
    loaded = LoadedFold(rows: fold.k.count, lanes: fold[spatial.columns].count)
    if spec.dataflow == .weightStationary {
      beginFilter(layer, fold, lanes: spatial.columns)
    } else {
      beginIfmap(layer, fold, lanes: spatial.columns)
    }
  }

  private mutating func beginIfmap(_ layer: PlacedLayer, _ fold: Fold, lanes: GEMMDimension) {
    ifmapSpad.begin(layer.ifmapStream(fold, lanes: lanes, half: fold.ifmapTile % spec.ifmapSpad.halves))
  }

  private mutating func beginFilter(_ layer: PlacedLayer, _ fold: Fold, lanes: GEMMDimension) {
    filterSpad.begin(layer.filterStream(fold, lanes: lanes, half: fold.filterTile % spec.filterSpad.halves))
  }

  private func wave(_ fold: Fold, _ spatial: SpatialMapping, vectors: Int, end: Int) -> FoldWave {
    FoldWave(
      fold: fold, start: folds.step, vectors: vectors, usedRows: fold[spatial.rows].count,
      usedColumns: fold[spatial.columns].count, end: end)
  }
}

// MARK: - Edges

extension SystolicMachine {
  /// The west edge: one vector of the operand that streams across the rows.
  private mutating func feedWest() {
    guard issue.streams else { return west.pushEmpty() }
    let pulse = spec.dataflow == .outputStationary ? issue.isLast : issue.isFirst
    let flags = OperandFlags.valid | (pulse && spec.isDoubleBuffered ? OperandFlags.swap : 0)
    if spec.dataflow == .inputStationary {
      note(filterSpad.read(step: issue.vector), .waitFilter)
      west.push(filterSpad.vector, flags: flags, used: streamed.westLanes)
    } else {
      note(ifmapSpad.read(step: issue.vector), .waitIfmap)
      west.push(ifmapSpad.vector, flags: flags, used: streamed.westLanes)
    }
  }

  /// The north edge: a row of the stationary operand while it loads, or the filters of an output-stationary array.
  private mutating func feedNorth() {
    if spec.dataflow != .outputStationary { return feedStationary() }
    guard issue.streams else { return north.pushEmpty() }
    note(filterSpad.read(step: issue.vector), .waitFilter)
    north.push(filterSpad.vector, flags: OperandFlags.valid, used: streamed.northLanes)
  }

  /// Rows beyond a ragged fold's reduction load zeros without a valid bit: their PEs pass psums on unchanged.
  private mutating func feedStationary() {
    guard issue.loads else { return north.pushEmpty() }
    let control = OperandFlags.shift | (issue.loadRow == 0 ? OperandFlags.loadEnd : 0)
    guard issue.loadRow < loaded.rows else { return north.pushEmpty(flags: control) }
    if spec.dataflow == .weightStationary {
      note(filterSpad.read(step: issue.loadRow), .waitFilter)
      north.push(filterSpad.vector, flags: OperandFlags.valid | control, used: loaded.lanes)
    } else {
      note(ifmapSpad.read(step: issue.loadRow), .waitIfmap)
      north.push(ifmapSpad.vector, flags: OperandFlags.valid | control, used: loaded.lanes)
    }
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
  /// Writes the control words that will meet the psums of what enters in this step at the feet of the columns.
  private mutating func schedulePsums() {
    guard issue.streams else { return }
    let ahead = folds.timing.stepsToFoot + edgeLatency
    if spec.dataflow != .outputStationary {
      psumSchedule.write(streamed.psums.word(vector: issue.vector), ahead: ahead)
    } else if issue.isLast {
      for drained in 0..<spec.rows {
        let word = streamed.psums.word(vector: spec.rows - 1 - drained, drainedRows: drained)
        psumSchedule.write(word, ahead: ahead + drained)
      }
    }
  }

  private mutating func stepArray() {
    let slot = psumSchedule.speaks ? psumSchedule.slot : -1
    if slot >= 0 {
      stationaryArray?.copyBottomPsums(into: &accumulator.arriving)
      outputStationaryArray?.copyBottomPsums(into: &accumulator.arriving)
      accumulator.step(psumSchedule.ring, slot: slot, run: psumSchedule.run)
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
    let outlook = waves.look(at: edgeStep)
    guard outlook.isOccupied else {
      counters.labels[folds.latencyLabel] += spec.peCount
      counters.stalls[.latency] += spec.peCount
      return
    }
    counters.arrayCycles += 1
    counters.labels[.mac] += spec.gatesZeros ? nonzeroFires : fires
    if spec.gatesZeros { counters.labels[.gated] += fires - nonzeroFires }
    // Mostly every PE of the only fold fires.
    if outlook.newestUse == fires, outlook.enteredWaves == 1 || (outlook.enteredWaves > 1 && fires == spec.peCount) {
      counters.labels[.idle] += spec.peCount - fires
    } else {
      labelSilentPEs()
    }
  }

  private mutating func labelSilentPEs() {
    let entered = waves.entered(by: edgeStep)
    if entered.isEmpty, let load = waves.loads.first {
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

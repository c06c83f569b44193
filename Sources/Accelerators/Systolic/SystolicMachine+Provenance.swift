import Compute
import Mappings
import Signals

// Rows of the waveform that no hardware holds: which tensor element stands in a register, and the label of the PE-cycle.

extension SystolicMachine {
  /// Provenance and labels of every PE, beside the PE's own registers.
  static let annotations: [SignalColumn<SystolicMachine>] = [
    element("ifmap_element", "Tensor element in the ifmap register.", .ifmap) { _ in true },
    element("filter_element", "Tensor element in the filter register.", .filter) { _ in true },
    element("psum_element", "Tensor element in the psum register.", .psum) { _ in true },
    element("shadow_element", "Tensor element in the shadow register.", .shadow) {
      $0.spec.isDoubleBuffered && $0.spec.dataflow != .outputStationary
    },
    element("drain_element", "Tensor element in the drain register.", .drain) {
      $0.spec.isDoubleBuffered && $0.spec.dataflow == .outputStationary
    },
    SignalColumn(
      "label", "What the PE did in this cycle; the counters add these up.", kind: .annotation,
      .enumeration(PECycleLabel.table), extent: perPE
    ) { machine, sampler in
      let columns = machine.spec.columns
      sampler.take(count: machine.spec.peCount) {
        UInt64(machine.label(row: $0 / columns, column: $0 % columns).rawValue)
      }
    },
    activePEs,
  ]

  /// A signal has 64 bits at most.
  private static let widestMask = 64

  /// Which PEs of each row work: a viewer counts the ones.
  static let activePEs = SignalColumn<SystolicMachine>(
    name: { _ in "active" }, "PEs of the row whose MAC fires, a bit each, column 0 the lowest.", kind: .annotation,
    format: { .mask(bits: min($0.spec.columns, widestMask)) },
    extent: { .list(prefix: "row", count: $0.spec.columns <= widestMask ? $0.spec.rows : 0) }
  ) { machine, sampler in
    let columns = machine.spec.columns
    sampler.take(count: columns <= widestMask ? machine.spec.rows : 0) { row in
      (0..<columns).reduce(0) { $0 | (machine.macFires(row * columns + $1) ? 1 << UInt64($1) : 0) }
    }
  }

  private static func perPE(_ machine: borrowing SystolicMachine) -> Extent {
    .grid(prefix: "pe", rows: machine.spec.rows, columns: machine.spec.columns)
  }

  private static func element(
    _ name: String, _ meaning: String, _ register: ArrayProvenance.Register,
    exists: @escaping @Sendable (borrowing SystolicMachine) -> Bool
  ) -> SignalColumn<SystolicMachine> {
    SignalColumn(
      name, meaning, kind: .annotation, .text,
      extent: { exists($0) ? perPE($0) : .grid(prefix: "pe", rows: 0, columns: 0) },
      read: { machine, sampler in
        guard exists(machine) else { return }
        let columns = machine.spec.columns
        let provenance = machine.provenance()
        sampler.take(count: machine.spec.peCount) {
          provenance?.content(register, row: $0 / columns, column: $0 % columns)?.key ?? 0
        } text: {
          provenance?.element(register, row: $0 / columns, column: $0 % columns) ?? "-"
        }
      })
  }

  /// Whether the MAC of a PE, counted row by row, fires in this cycle.
  private func macFires(_ index: Int) -> Bool {
    stationaryArray?.fires(index) ?? outputStationaryArray?.fires(index) ?? false
  }

  /// Where every tensor element stands in this cycle; nil while no layer was begun.
  mutating func provenance() -> ArrayProvenance? {
    guard let layer else { return nil }
    return ArrayProvenance(schedule: layer.schedule, timing: folds.timing, waves: waves, step: edgeStep)
  }

  /// The label of one PE in this cycle, by the rules that the counters follow.
  mutating func label(row: Int, column: Int) -> PECycleLabel {
    guard layer != nil else { return .idle }
    guard isEnabled else { return wasFrozen ? conflictLabel : folds.waitLabel(issue.hold) }
    guard waves.look(at: edgeStep).isOccupied else { return folds.latencyLabel }
    let index = row * spec.columns + column
    if macFires(index) {
      let isZero = stationaryArray?.hasZeroOperand(index) ?? outputStationaryArray?.hasZeroOperand(index) ?? false
      return spec.gatesZeros && isZero ? .gated : .mac
    }
    let entered = waves.entered(by: edgeStep)
    if entered.isEmpty, let load = waves.loads.first {
      return row < load.usedRows && column < load.usedColumns ? .fill : .idle
    }
    return WaveCensus.label(row: row, column: column, waves: entered, step: edgeStep)
  }
}

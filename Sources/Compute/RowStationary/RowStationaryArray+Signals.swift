public import Signals
import Tensors

extension RowStationaryArray: Observable {
  private static func perPE(_ array: borrowing RowStationaryArray) -> Extent {
    .grid(prefix: "pe", rows: array.spec.rows, columns: array.spec.columns)
  }

  private static func operandFormat(_ array: borrowing RowStationaryArray) -> SignalFormat {
    array.shape.arithmetic == .integer8 ? .signed(bits: 9) : psumFormat(array)
  }

  /// A product cut at bit `position` has as many fraction bits as its operands if they have `position` of them.
  private static func psumFormat(_ array: borrowing RowStationaryArray) -> SignalFormat {
    let bits = 8 * array.shape.arithmetic.psumBytes
    guard case .fixedPoint16(let position, _) = array.shape.arithmetic, (1..<bits).contains(position) else {
      return .signed(bits: bits)
    }
    return .fixedPoint(bits: bits, fraction: position)
  }

  private static let phases = EnumTable(RowStationaryPE.Phase.self, name: "pe_phase_t")
  private static let operations = EnumTable(RowStationaryPE.Operation.self, name: "pe_operation_t")

  /// A signal has 64 bits at most.
  private static let widestMask = 64

  /// A register of every PE.
  private static func register(
    _ name: String, _ meaning: String, kind: SignalKind = .register,
    _ format: @escaping @Sendable (borrowing RowStationaryArray) -> SignalFormat,
    _ value: @escaping @Sendable (RowStationaryPE) -> Int
  ) -> SignalColumn<RowStationaryArray> {
    SignalColumn(name: { _ in name }, meaning, kind: kind, format: format, extent: perPE) { array, sampler in
      let pes = array.pes
      sampler.take(count: array.spec.peCount) { UInt64(bitPattern: Int64(value(pes[$0]))) }
    }
  }

  /// A register of the data path of every PE.
  private static func stage(
    _ name: String, _ meaning: String,
    _ format: @escaping @Sendable (borrowing RowStationaryArray) -> SignalFormat,
    _ value: @escaping @Sendable (PEPipeline) -> Int
  ) -> SignalColumn<RowStationaryArray> {
    SignalColumn(name: { _ in name }, meaning, format: format, extent: perPE) { array, sampler in
      sampler.take(count: array.spec.peCount) { UInt64(bitPattern: Int64(value(array.pipeline(of: $0)))) }
    }
  }

  private static func count(
    _ name: String, _ meaning: String, _ value: @escaping @Sendable (RowStationaryPE) -> Int
  ) -> SignalColumn<RowStationaryArray> {
    register(name, meaning, { _ in .unsigned(bits: 16) }, value)
  }

  /// Every register and wire of the PEs, in data-path order.
  public static let columns: [SignalColumn<RowStationaryArray>] = [
    SignalColumn("macs", "MACs that are issued in this cycle: utilisation in PEs.", kind: .wire, .unsigned(bits: 20)) {
      array, sampler in
      sampler.take(array.pes.indices.reduce(0) { $0 + (array.label(of: $1) == .mac ? 1 : 0) })
    },
    SignalColumn(
      name: { _ in "active" }, "PEs of the row that issue a MAC, a bit each, column 0 the lowest.", kind: .wire,
      format: { .mask(bits: min($0.spec.columns, widestMask)) },
      extent: { .list(prefix: "row", count: $0.spec.columns <= widestMask ? $0.spec.rows : 0) }
    ) { array, sampler in
      let columns = array.spec.columns
      sampler.take(count: columns <= widestMask ? array.spec.rows : 0) { row in
        (0..<columns).reduce(0) { $0 | (array.label(of: row * columns + $1) == .mac ? 1 << UInt64($1) : 0) }
      }
    },
    SignalColumn(
      "label", "What the PE does in this cycle, or waits for.", kind: .wire, .enumeration(PECycleLabel.table),
      extent: perPE
    ) {
      array, sampler in
      sampler.take(count: array.spec.peCount) { UInt64(array.label(of: $0).rawValue) }
    },
    register("phase", "What the PE's control is about.", { _ in .enumeration(phases) }) { Int($0.phase.rawValue) },
    SignalColumn("mac_fire", "A MAC is issued that is not gated.", kind: .wire, .bit, extent: perPE) { array, sampler in
      sampler.take(count: array.spec.peCount) { array.label(of: $0) == .mac ? 1 : 0 }
    },
    stage("filter", "Filter of the next operation, within the PE's p.", { _ in .unsigned(bits: 8) }) { Int($0.filter) },
    count("tap", "Word of the ifmap window that the next MAC reads.") { Int($0.tap) },
    SignalColumn(
      "weight_word", "Word of the pass's filters that the next MAC reads.", .unsigned(bits: 16), extent: perPE
    ) { array, sampler in
      sampler.take(count: array.spec.peCount) { UInt64(array.weightWord(of: $0)) }
    },
    count("windows_left", "Windows left in this row, this one included.") { Int($0.windowsLeft) },
    count("rows_left", "Ifmap rows left in this pass.") { Int($0.rowsLeft) },
    count("passes_left", "Passes left over this ifmap tile.") { Int($0.passesLeft) },
    stage("stage1_operation", "The operation behind the spads.", { _ in .enumeration(operations) }) {
      Int($0.operation1.rawValue)
    },
    stage("ifmap", "The ifmap operand behind the spads.", operandFormat) { Int($0.ifmap1) },
    stage("weight", "The filter operand behind the spads; a gated MAC leaves it as it is.", operandFormat) {
      Int($0.weight1)
    },
    stage("psum_in", "The psum from below behind the input FIFO.", psumFormat) { Int($0.psumIn1) },
    stage("stage2_operation", "The operation behind the multiplier.", { _ in .enumeration(operations) }) {
      Int($0.operation2.rawValue)
    },
    stage("product", "A product, or the psum that passed the multiplier by.", psumFormat) { Int($0.product) },
    stage("psum_filter", "The psum that stage 3 adds to.", { _ in .unsigned(bits: 8) }) { Int($0.filter2) },
    SignalColumn(
      name: { _ in "psum" }, "The psum that stage 3 adds to, before the addition.", format: psumFormat, extent: perPE
    ) { array, sampler in
      sampler.take(count: array.spec.peCount) {
        UInt64(bitPattern: Int64(array.psum(of: $0)))
      }
    },
    count("ifmap_spad_words", "Ifmap words in the ring that a window may still need.") {
      Int($0.ifmapCount - $0.ifmapDropped)
    },
    count("filter_spad_words", "Filter words in the ring, those of the next pass included.") {
      Int($0.filterCount - $0.filterDropped)
    },
    count("ifmap_fifo_words", "Words in the ifmap FIFO.") { Int($0.ifmapFIFOCount) },
    count("filter_fifo_flits", "Flits in the filter FIFO.") { Int($0.filterFIFOCount) },
    count("psum_in_flits", "Flits in the psum FIFO at the input.") { Int($0.psumInCount) },
    count("psum_out_flits", "Flits in the psum FIFO at the output.") { Int($0.psumOutCount) },
    SignalColumn("local_fire", "A flit of psums leaves for the PE above.", kind: .wire, .bit, extent: perPE) {
      array, sampler in
      sampler.take(count: array.spec.peCount) { array.sets[$0 / PESets.size].moves.hasMember($0) ? 1 : 0 }
    },
  ]

  private func weightWord(of number: Int) -> Int {
    let weight = Int(pes[number].weight)
    return pes[number].phase == .mac ? weight + Int(pipeline(of: number).filter) : weight
  }

  /// What a PE does in the cycle that begins with this state.
  public func label(of number: Int) -> PECycleLabel {
    guard mapped.contains(Int32(number)) else { return .idle }
    switch pes[number].phase {
    case .off: return busyPEs > 0 ? .drain : restLabel
    case .mac, .accumulate: return pes[number].standing.label
    }
  }
}

extension RowStationaryPE.Standing {
  fileprivate var label: PECycleLabel {
    switch self {
    case .none: .idle
    case .mac: .mac
    case .gated: .gated
    case .waitIfmap: .waitIfmap
    case .waitFilter: .waitFilter
    case .accumulate: .accumulate
    case .waitPsum: .waitPsum
    case .waitOutput: .waitOutput
    }
  }
}
